"""Each defence of ours, how to take it out, and the test that must notice.

A change is (file, what stands there exactly once, what to put instead). Numbers of
failures are those of the reliability notes: 3 is an API that dies before its commit.
Those without a number are defences against what arrives.
"""

# ruff: noqa: ISC004 - a text of several lines is one text.

from dataclasses import dataclass

Change = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Mutant:
    """The tree without one defence."""

    name: str
    failures: tuple[int, ...]
    changes: tuple[Change, ...]
    caught_by: tuple[str, ...]
    """Tests as pytest names them; at least one of them must fail."""


_FAULTS = "tests/faults"
_COMMIT = f"{_FAULTS}/test_a_commit_that_fails.py"
_AGAIN = f"{_FAULTS}/test_the_same_delivery_again.py"
_SLEEPER = f"{_FAULTS}/test_a_worker_that_overslept.py"
_UNCLEAR = f"{_FAULTS}/test_unclear_answers.py"
_POISON = f"{_FAULTS}/test_poison.py"
_MANY = f"{_FAULTS}/test_many_at_once.py"
_WATCH = f"{_FAULTS}/test_the_watch.py"
_SILENT = f"{_FAULTS}/test_connections_that_break.py"
_REDIS = f"{_FAULTS}/processes/test_redis_is_no_help.py"
_API_DIES = f"{_FAULTS}/processes/test_the_api_dies.py"
_DEATHS = f"{_FAULTS}/processes/test_a_worker_dies.py"
_DEPLOYS = f"{_FAULTS}/processes/test_deploys.py"
_STORM = f"{_FAULTS}/processes/test_five_hundred_leads.py"
_CONTRACT = "tests/sources/test_contract.py"
_ON_CALL = "tests/scenarios/test_on_call_feeds.py"
_FEEDS = "app/store/on_call_feeds.py"
_AGAIN_SAID = "tests/scenarios/test_what_a_provider_says_again.py"
_HELD = "tests/scenarios/test_held_leads.py"
_SETTLE = "tests/sending/test_settle.py"
_PASSED = "tests/scenarios/test_passing_on.py"
_RACES = f"{_FAULTS}/test_passing_on.py"

GROUPING = "app/api/grouping.py"
INTAKE = "app/flow/intake.py"
CLAIMS = "app/flow/claims.py"
ENGINE = "app/jobs/engine.py"
PROCESS = "app/jobs/process.py"
AUDITOR = "app/jobs/auditor.py"
DOORBELL = "app/jobs/arq_doorbell.py"
SETTLE = "app/sending/settle.py"
MESSAGES = "app/store/messages.py"
CLOCKS = "app/store/clocks.py"
SIGNATURES = "app/sources/proofs/signatures.py"
FORMS = "app/sources/forms.py"
IDENTITY = "app/flow/identity.py"
HELD = "app/flow/held.py"
ALERTS = "app/flow/alerts.py"
PASSING = "app/flow/passing.py"
PASSING_ON = "app/routing/passing_on.py"
DEADLINES = "app/flow/deadlines.py"
SCHEMA = "migrations/versions/2026-11-21-2314_first_schema.py"

MUTANTS = (
    Mutant(
        "answers-before-the-commit",
        (3,),
        (
            (
                GROUPING,
                '            failpoint("intake.before_commit")\n',
                '            failpoint("intake.before_commit")\n'
                "            for each, result in zip(self._early, done.taken, strict=True):\n"
                "                _answer(each, result)\n",
            ),
            (
                GROUPING,
                "        try:\n"
                "            taken = await self._receive([each.arrival for each in batch])\n",
                "        self._early = batch\n"
                "        try:\n"
                "            taken = await self._receive([each.arrival for each in batch])\n",
            ),
        ),
        (f"{_COMMIT}::test_a_commit_that_fails_is_no_200_and_leaves_nothing",),
    ),
    Mutant(
        "takes-a-repeat-for-somebody-new",
        (2, 23),
        (
            (
                INTAKE,
                "(repeats if is_repeat else fresh).append(each)",
                "fresh.append(each)",
            ),
        ),
        (f"{_AGAIN}::test_fifty_at_once_make_one_lead",),
    ),
    Mutant(
        "does-not-ask-what-became-of-a-lost-commit",
        (20,),
        ((GROUPING, "if each.arrival.id in there:", "if False:"),),
        (f"{_COMMIT}::test_a_commit_whose_answer_is_lost_is_found_and_not_repeated",),
    ),
    Mutant(
        "lets-one-bad-delivery-spoil-a-batch",
        (20,),
        (
            (
                GROUPING,
                "            for each in batch:\n                await self._commit([each])\n",
                "            _fail(batch, error)\n",
            ),
        ),
        (f"{_COMMIT}::test_a_delivery_that_breaks_our_routing_is_quarantined_alone",),
    ),
    Mutant(
        "rescues-nothing",
        (1, 4, 5, 33),
        (
            (
                ENGINE,
                "                self._executor.put(MessageClass(cls), message_id)\n",
                "                pass\n",
            ),
        ),
        (
            f"{_UNCLEAR}::test_a_refusal_is_tried_again_and_the_second_one_is_told_otherwise",
            f"{_API_DIES}::test_what_was_committed_is_sent_although_nobody_rang",
            f"{_REDIS}::test_redis_forgets_everything_again_and_again",
            f"{_DEPLOYS}::test_without_any_worker_the_api_sends",
        ),
    ),
    Mutant(
        "claims-what-another-holds",
        (26,),
        (
            (
                MESSAGES,
                "and_(messages.c.state == MessageState.PENDING, "
                'messages.c.next_at <= bindparam("at"))',
                'messages.c.next_at <= bindparam("at")',
            ),
        ),
        (
            f"{_SLEEPER}::test_nobody_else_can_take_what_a_worker_holds",
            f"{_MANY}::test_thirty_two_workers_race_for_one_message_and_one_sends_it",
        ),
    ),
    Mutant(
        "takes-over-from-nobody",
        (7,),
        (
            (
                MESSAGES,
                '            and_(_WAS_LEASED, messages.c.lease_until <= bindparam("at")),\n',
                "",
            ),
        ),
        (
            f"{_SLEEPER}::test_before_the_gate_it_finds_the_gate_closed",
            f"{_DEATHS}::test_killed_before_the_gate_somebody_else_sends",
        ),
    ),
    Mutant(
        "opens-the-gate-without-a-fence",
        (12,),
        (
            (
                MESSAGES,
                'messages.c.fence == bindparam("under"),\n'
                "        messages.c.state == MessageState.LEASED,\n",
                'messages.c.fence + 1000 >= bindparam("under"),\n'
                "        messages.c.state == MessageState.LEASED,\n",
            ),
        ),
        (f"{_SLEEPER}::test_while_another_is_at_it_the_gate_is_closed",),
    ),
    Mutant(
        "opens-the-gate-after-the-lease",
        (12,),
        ((MESSAGES, '        messages.c.lease_until > bindparam("at"),\n', ""),),
        (f"{_SLEEPER}::test_a_lease_that_ran_out_closes_the_gate_even_if_nobody_else_came",),
    ),
    Mutant(
        "records-without-a-fence",
        (12,),
        (
            (
                MESSAGES,
                'messages.c.fence == bindparam("under"),\n            messages.c.state.in_(',
                'messages.c.fence + 1000 >= bindparam("under"),\n            messages.c.state.in_(',
            ),
        ),
        (f"{_SLEEPER}::test_after_the_gate_its_result_comes_too_late",),
    ),
    Mutant(
        "opens-the-gate-without-looking-at-the-lead",
        (27,),
        ((MESSAGES, "        still_wanted(),\n", ""),),
        (f"{_MANY}::test_a_lead_answered_between_claim_and_gate_is_not_escalated",),
    ),
    Mutant(
        "does-not-wait-for-an-answer-at-the-gate",
        (27,),
        (
            (
                MESSAGES,
                "    if message.lead_id is not None and not tx.is_sqlite:\n",
                "    if message.lead_id is None and not tx.is_sqlite:\n",
            ),
        ),
        (f"{_MANY}::test_an_answer_that_is_being_committed_is_waited_for_at_the_gate",),
    ),
    Mutant(
        "does-not-notice-a-worker-that-vanished",
        (8,),
        ((ENGINE, "        await self._notice_vanished(pulse, at)\n", ""),),
        (
            f"{_SLEEPER}::test_a_worker_that_vanished_while_sending_an_alarm_is_doubted_aloud",
            f"{_DEATHS}::"
            "test_killed_between_gate_and_bytes_the_owner_hears_another_way_and_then_by_push",
        ),
    ),
    Mutant(
        "keeps-a-doubtful-alarm-to-itself",
        (8, 9),
        (
            (
                SETTLE,
                "FactType.MESSAGE_UNKNOWN, next_channel=_is_alarm(message))",
                "FactType.MESSAGE_UNKNOWN)",
            ),
        ),
        (
            f"{_SETTLE}::test_what_becomes_of_a_message",
            f"{_UNCLEAR}::test_an_alarm_whose_answer_is_lost_goes_to_the_next_channel_at_once",
        ),
    ),
    Mutant(
        "greets-twice-rather-than-never",
        (9,),
        (
            (
                SETTLE,
                '    return Settlement({"next_at": None})\n',
                '    return Settlement(_back_in_line(now, "sent again"))\n',
            ),
        ),
        (f"{_SETTLE}::test_a_leads_message_is_never_sent_again_blindly",),
    ),
    Mutant(
        "keeps-a-failed-alarm-to-itself",
        (10,),
        (
            (
                SETTLE,
                "FactType.MESSAGE_FAILED, next_channel=_is_alarm(message))",
                "FactType.MESSAGE_FAILED)",
            ),
        ),
        (f"{_UNCLEAR}::test_what_failed_for_good_goes_to_the_next_channel_at_once",),
    ),
    Mutant(
        "fires-what-another-engine-fires",
        (25,),
        ((CLOCKS, "        .with_for_update(skip_locked=True)\n", ""),),
        (f"{_MANY}::test_eight_engines_fire_five_hundred_clocks_once_each",),
    ),
    Mutant(
        "looks-before-it-claims",
        (28,),
        (
            (
                CLAIMS,
                "    lead = await leads.lock(tx, lead_id)\n    if lead.owner == by:\n",
                "    lead = await leads.get(tx, lead_id)\n    if lead.owner == by:\n",
            ),
        ),
        (f"{_MANY}::test_of_a_hundred_who_claim_a_lead_one_gets_it",),
    ),
    Mutant(
        "keeps-its-leases-when-it-stops",
        (29,),
        (
            (
                PROCESS,
                "                await messages.release("
                "tx, self.held.process, now=self.held.clock())\n",
                "",
            ),
        ),
        (
            f"{_SLEEPER}::test_a_process_that_stops_gives_back_what_it_had_not_begun",
            f"{_DEPLOYS}::test_rolling_restarts_lose_nothing_double_nothing_and_count_no_attempt",
        ),
    ),
    Mutant(
        "never-calls-a-message-poison",
        (31,),
        ((SETTLE, "    if message.crashes < MOST_CRASHES:\n", "    if message.crashes >= 0:\n"),),
        (f"{_POISON}::test_five_workers_vanish_and_no_sixth_is_risked",),
    ),
    Mutant(
        "does-not-count-vanished-workers",
        (31,),
        (
            (
                MESSAGES,
                "        crashes=messages.c.crashes + case((_WAS_LEASED, 1), else_=0),\n",
                "",
            ),
        ),
        (f"{_POISON}::test_five_workers_vanish_and_no_sixth_is_risked",),
    ),
    Mutant(
        "leaves-a-dead-loop-dead",
        (34,),
        (
            (
                PROCESS,
                "        except BaseException as error:",
                "        except ValueError as error:",
            ),
        ),
        (f"{_WATCH}::test_an_engine_that_dies_starts_again_and_fires_what_is_due",),
    ),
    Mutant(
        "believes-its-own-engine",
        (34,),
        (
            (
                AUDITOR,
                "        if now - self._engine.ticked_at > LATE_TICK:\n",
                "        if now < self._engine.ticked_at:\n",
            ),
        ),
        (f"{_WATCH}::test_an_engine_that_stands_still_is_seen_from_outside",),
    ),
    Mutant(
        "lets-ended-states-be-left",
        (15,),
        ((SCHEMA, "        guard(table, condition)\n", "        pass\n"),),
        (f"{_WATCH}::test_no_sql_leads_out_of_a_state_that_ends",),
    ),
    Mutant(
        "rings-a-silent-redis-for-ever",
        (6,),
        (
            (
                DOORBELL,
                "async with asyncio.timeout(PATIENCE), self._redis.pipeline(",
                "async with self._redis.pipeline(",
            ),
            (
                DOORBELL,
                "            socket_connect_timeout=PATIENCE,\n"
                "            socket_timeout=PATIENCE,\n",
                "",
            ),
        ),
        (f"{_SILENT}::test_a_redis_that_says_nothing_costs_a_ring_and_no_more",),
    ),
    Mutant(
        "gives-up-a-batch-with-its-connection",
        (17,),
        (
            (
                GROUPING,
                "        for attempt in range(TRIES):\n            await asyncio.sleep(0.1",
                "        for attempt in range(0):\n            await asyncio.sleep(0.1",
            ),
        ),
        (
            f"{_SILENT}::test_a_lead_that_meets_a_dead_connection_is_stored_all_the_same",
            f"{_STORM}::test_the_api_a_worker_redis_and_postgresql_die_one_after_another",
        ),
    ),
    Mutant(
        "believes-any-signature",
        (),
        ((SIGNATURES, "if credentials.is_same(_plain(given), _plain(expected)):", "if given:"),),
        (f"{_CONTRACT}::test_what_is_signed_cannot_be_changed_on_the_way",),
    ),
    Mutant(
        "believes-a-signature-for-ever",
        (),
        (
            (
                SIGNATURES,
                "    if abs(milliseconds(now) - at) > TOLERANCE // _MILLISECOND:\n",
                "    if False:\n",
            ),
        ),
        (f"{_CONTRACT}::test_what_was_signed_a_day_ago_is_refused",),
    ),
    Mutant(
        "lets-a-token-be-copied",
        (),
        ((INTAKE, "    await nonces.check(tx, arrivals, first_seen, repeats)\n", ""),),
        (f"{_FAULTS}/test_forgeries.py::test_a_token_that_comes_with_something_else_is_a_forgery",),
    ),
    Mutant(
        "takes-a-relay-for-a-person",
        (),
        ((IDENTITY, "inquiry.email is None or inquiry.email_is_relay", "inquiry.email is None"),),
        (f"{_AGAIN_SAID}::test_a_relay_address_makes_no_two_people_one",),
    ),
    Mutant(
        "forgets-which-lead-an-update-is-about",
        (),
        ((INTAKE, "    if updates:\n", "    if not updates:\n"),),
        (
            f"{_AGAIN_SAID}::test_an_update_is_the_lead_it_updates_even_if_only_a_relay_address_is_known",
        ),
    ),
    Mutant(
        "makes-a-lead-of-whoever-unsubscribes",
        (),
        (
            (
                INTAKE,
                "asides = [each for each in fresh if each.inquiry.is_aside and each.counts]",
                "asides: list[Asked] = []",
            ),
        ),
        (f"{_AGAIN_SAID}::test_a_stranger_who_unsubscribes_is_no_lead",),
    ),
    Mutant(
        "lets-a-held-lead-wait-in-silence",
        (),
        ((HELD, "        start_clocks_of(policy, lead, at_hand)\n", "        pass\n"),),
        (
            f"{_HELD}::test_a_source_that_is_away_is_escalated_and_the_lead_completed_when_it_is_back",
        ),
    ),
    Mutant(
        "rings-for-every-refusal",
        (),
        ((ALERTS, "{alert.once}:{agent}", "{new_id(now)}:{agent}"),),
        ("tests/api/test_alerts.py::test_several_processes_raise_one_alert",),
    ),
    Mutant(
        "routes-robots",
        (),
        (
            (
                FORMS,
                '        return "the form\'s hidden field was filled in"\n',
                "        return None\n",
            ),
        ),
        ("tests/sources/test_robots.py::test_who_fills_in_the_hidden_field_is_a_robot",),
    ),
    Mutant(
        "gives-a-lead-back-to-who-lost-it",
        (),
        ((PASSING, "lost_by=(*lead.lost_by, loss)", "lost_by=(loss,)"),),
        (f"{_PASSED}::test_it_never_returns_to_who_lost_it_and_is_passed_on_no_more_than_twice",),
    ),
    Mutant(
        "takes-away-what-a-person-assigned",
        (),
        ((PASSING_ON, '    if lead.owner_by == "person":\n        return BY_A_PERSON\n', ""),),
        (f"{_PASSED}::test_what_a_person_assigned_no_automation_takes_away",),
    ),
    Mutant(
        "takes-a-lead-away-for-nobody",
        (),
        ((PASSING, "holder=owner if keep else None", "holder=None"),),
        (f"{_PASSED}::test_a_lead_never_loses_its_owner_for_nobody",),
    ),
    Mutant(
        "lets-an-alarm-die-with-the-old-epoch",
        (),
        ((DEADLINES, "yield replace(message, epoch=after.epoch)", "yield message"),),
        (f"{_PASSED}::test_a_missed_deadline_passes_the_lead_on_and_everybody_hears_of_it",),
    ),
    Mutant(
        "holds-clocks-while-it-waits-for-people",
        (),
        (
            (
                DEADLINES,
                "held = await leads.lock_free(tx, {clock.lead_id for clock in seen})",
                "held = await leads.find(tx, {clock.lead_id for clock in seen})",
            ),
        ),
        (f"{_RACES}::test_an_engine_waits_for_no_lead_that_somebody_holds",),
    ),
    Mutant(
        "asks-for-a-calendar-in-every-process",
        (),
        (
            (
                _FEEDS,
                "            feeds.c.url_hash == feed.url_hash,\n"
                "            feeds.c.next_at == feed.next_at,\n",
                "            feeds.c.url_hash == feed.url_hash,\n",
            ),
        ),
        (f"{_ON_CALL}::test_two_processes_ask_once_and_both_go_by_it",),
    ),
    Mutant(
        "believes-a-reader-of-calendars-that-overslept",
        (),
        ((_FEEDS, "            feeds.c.asked_at == claimed_at,\n", ""),),
        (f"{_ON_CALL}::test_what_comes_after_the_time_is_up_changes_nothing",),
    ),
    Mutant(
        "empties-a-schedule-that-cannot-be-read",
        (),
        (("app/flow/feeds.py", "etag=None, trouble=because", "said=Said(), trouble=because"),),
        (
            f"{_ON_CALL}::test_an_answer_that_is_no_schedule_empties_none",
            f"{_ON_CALL}::test_a_calendar_that_cannot_be_had_goes_on_counting_and_people_hear_of_it",
        ),
    ),
    Mutant(
        "follows-a-calendar-into-the-house",
        (),
        (
            (
                "app/channels/calendar_feed.py",
                "if not addresses or not all(map(_is_public, addresses)):",
                "if not addresses:",
            ),
        ),
        ("tests/channels/test_calendar_feeds.py::test_a_redirect_never_leads_into_the_house",),
    ),
    Mutant(
        "lets-turns-of-one-batch-bear-one-instant",
        (),
        (
            (
                "app/routing/roster.py",
                "        at = self.instant_of_turn(team, now)\n",
                "        at = now\n",
            ),
        ),
        (
            "tests/routing/test_roster.py::"
            "test_two_who_are_always_there_alternate_whatever_the_clock_says",
        ),
    ),
    Mutant(
        "reads-people-without-holding-them",
        (),
        (
            (
                "app/flow/crew.py",
                "        rows = await people.lock_agents(tx)\n",
                "        rows = await people.all_agents(tx)\n",
            ),
        ),
        (
            f"{_FAULTS}/processes/test_four_processes_share_out_leads.py::test_twenty_thousand_leads_are_shared_out_as_if_one_after_the_other",
        ),
    ),
    Mutant(
        "forgets-where-the-line-stood",
        (),
        (
            (
                "app/routing/turns.py",
                "max(floor, min(numbers, default=floor))",
                "floor",
            ),
        ),
        ("tests/routing/test_roster.py::test_the_floor_rises_with_the_last_of_those_present",),
    ),
    Mutant(
        "sends-offers-of-what-is-taken",
        (),
        (
            (
                "app/store/wanted.py",
                "            exists().where(still_open, _on_offer()),\n",
                "            exists().where(still_open),\n",
            ),
        ),
        (
            "tests/scenarios/test_offers.py::"
            "test_what_was_not_sent_yet_never_is_and_who_heard_of_nothing_hears_no_more",
        ),
    ),
    Mutant(
        "lets-people-claim-beyond-their-capacity",
        (),
        (
            (
                CLAIMS,
                "    if limit is not None:\n        raise AtCapacity",
                "    if limit is False:\n        raise AtCapacity",
            ),
        ),
        (
            "tests/scenarios/test_offers.py::test_nobody_claims_beyond_their_capacity_however_fast_they_are",
        ),
    ),
)
