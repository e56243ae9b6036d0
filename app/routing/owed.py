"""Why somebody is owed leads, or is ahead of their share: in one sentence for people."""

from collections.abc import Mapping
from fractions import Fraction

from app.domain.lead import LossCode
from app.routing.ledger import Account
from app.routing.turns import AfterAbsence

_AWAY = {
    "off_shift": "off shift",
    "paused": "switched off by themselves",
    "paused_by_manager": "switched off by somebody else",
    "at_capacity:open": "full",
    "at_capacity:today": "at their limit for the day",
}
"""What an absence is called. Whatever else keeps somebody from a lead, they are there."""

_OUTRANKED = {
    "not_preferred": "the rule prefers others",
    "more_open_leads": "others had fewer open leads",
    "lower_score": "others fitted better",
    "not_their_agent": "the person was somebody else's",
}
"""Why a lead goes past somebody whose turn it may well have been."""

_RETURN = {
    "hold_position": "which hold_position does not make up for: who comes back is next in line "
    "at best",
    "catch_up": "which catch_up makes up for: who comes back goes first until they are level",
    "baseline": "which baseline does not make up for: who comes back is level with the last in "
    "line",
}


def why(account: Account, after_absence: AfterAbsence) -> str:
    """How the account stands, what made it so, and what becomes of leads that went by."""
    clauses = [
        _standing(account),
        *_outranked(account),
        *_absent(account, after_absence),
        *_unfit(account),
        *_lost(account),
    ]
    return "; ".join(clauses) + "."


def _standing(account: Account) -> str:
    agent, owed = account.agent, account.owed
    if account.able == 0:
        return f"{agent} could have taken none of the leads that cost a turn"
    figures = (
        f"they took {account.taken} of the {_leads(account.able)} that they could have taken, "
        f"and {_shown(account.entitled)} were theirs"
    )
    if owed >= 1:
        return f"{agent} is owed {_shown(owed)} leads: {figures}"
    if owed <= -1:
        return f"{agent} is {_shown(-owed)} leads ahead: {figures}"
    return f"{agent} has their share to within one lead: {figures}"


def _outranked(account: Account) -> list[str]:
    said = [
        f"{account.outranked[code]} because {words}"
        for code, words in _OUTRANKED.items()
        if account.outranked.get(code)
    ]
    return [f"of those that others had, {_listed(said)}"] if said else []


def _absent(account: Account, after_absence: AfterAbsence) -> list[str]:
    absences = {code: count for code, count in account.away.items() if code in _AWAY}
    if not absences:
        return []
    said = [f"{count} while they were {_AWAY[code]}" for code, count in absences.items()]
    return [f"{_went_by(absences)} ({_listed(said)}), {_RETURN[after_absence]}"]


def _unfit(account: Account) -> list[str]:
    unfit = {code: count for code, count in account.away.items() if code not in _AWAY}
    if not unfit:
        return []
    said = [f"{code} {count}" for code, count in unfit.items()]
    kept = "they were there, so they keep their place in line and make up for these"
    return [f"{_went_by(unfit)} that were not for them ({_listed(said)}): {kept}"]


def _lost(account: Account) -> list[str]:
    lost = {
        LossCode.DECLINED: "declined",
        LossCode.MISSED: "lost for missing the deadline",
        LossCode.OFF_DUTY: "lost for going off duty",
        LossCode.UNASSIGNED: "taken from them by a person",
    }
    said = [
        f"{account.ended[code]} {words}" for code, words in lost.items() if code in account.ended
    ]
    return [f"of what they were given, {_listed(said)}"] if said else []


def _went_by(counts: Mapping[str, int]) -> str:
    return f"{_leads(sum(counts.values()))} went by"


def _leads(count: int) -> str:
    return "1 lead" if count == 1 else f"{count} leads"


def _shown(leads: Fraction) -> str:
    """To a tenth of a lead, and without a `.0` that says nothing."""
    return f"{float(leads):.1f}".removesuffix(".0")


def _listed(said: list[str]) -> str:
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"
