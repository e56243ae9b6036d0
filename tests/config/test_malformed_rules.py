"""A rule that cannot be meant so: the line, the key, and what was probably meant."""

import pytest

from tests.config.documents import MINIMAL, checked, line_of, mistakes

DEAR = "    - {name: dear, when: {price: {min: 1000000}}, to: {agent: dana}}\n"
EVERYONE = "    - {name: everyone, to: {team: sarasota}}\n"

# The `when` of the first rule, where the mistake is said to be, and what is said.
WHENS = [
    ("prise: {min: 1}", "prise", "unknown key. Did you mean price?"),
    ("nott: {kind: buyer}", "nott", "unknown key. Did you mean not?"),
    ("price: {mim: 1}", "price.mim", "unknown key. Did you mean min?"),
    ("price: {min: 2, max: 1}", "price", "min is greater than max"),
    ("price: {min: ~}", "price.min", "is empty"),
    ("price: 5", "price", "write {min: 250000, max: 500000}"),
    ("price: knwon", "price", "Did you mean known?"),
    ("score: {min: high}", "score.min", "must be a whole number"),
    ("zip: []", "zip", "must not be empty"),
    ("zip: ~", "zip", "is empty: give a value, or leave this key out"),
    ("zip: [34236, {a: b}]", "zip.1", "must be text"),
    ("source: websit", "source", "no source 'websit'. Did you mean website?"),
    ("source: [website, 'x*']", "source.1", "no source 'x*'. There are website."),
    ("team: sarasotta", "team", "no team 'sarasotta'. Did you mean sarasota?"),
    ("provider_agent: [dena]", "provider_agent.0", "no agent 'dena'. Did you mean dana?"),
    ("provider_agent: knwon", "provider_agent", "Did you mean known?"),
    ("kind: byer", "kind", "Did you mean buyer?"),
    ("status: [new, atempted]", "status", "Did you mean attempted?"),
    ("email: dana@harborline.example.com", "email", "must be known or unknown"),
    ("phone: yes", "phone", "must be known or unknown"),
    ("consent: {sms: knwon}", "consent.sms", "Did you mean known?"),
    ("consent: {smss: true}", "consent.smss", "Did you mean sms?"),
    ("consent: {}", "consent", "give sms or email"),
    ("campaign: {sorce: google}", "campaign.sorce", "Did you mean source?"),
    ("day: someday", "day", "weekdays are mon, tue"),
    ("day: []", "day", "must not be empty"),
    ("hour: '08:00-20:00'", "hour", 'write {from: "08:00", to: "20:00"}'),
    ("hour: {from: '8', to: '20:00'}", "hour.from", 'write a time of day as "08:30"'),
    ("returning: maybe", "returning", "must be true or false"),
    ("extra.beds: {min: four}", "extra.beds.min", "must be a number"),
    ("extra.beds: {minn: 4}", "extra.beds.minn", "unknown key. Did you mean min?"),
    ("extra.beds: ~", "extra.beds", "is empty"),
    ("not: {}", "not", "an empty `not` would exclude every lead"),
    ("not: {kindd: buyer}", "not.kindd", "Did you mean kind?"),
    ("not: {not: {source: websit}}", "not.not.source", "Did you mean website?"),
    ("not: [kind, buyer]", "not", "must hold keys and values"),
]

# The whole first rule.
RULES = [
    ("dear", "", "must hold keys and values"),
    ("{when: {kind: buyer}, to: {agent: dana}}", "name", "is missing"),
    ("{name: dear}", "to", "is missing"),
    ("{name: dear, wehn: {kind: buyer}, to: {agent: dana}}", "wehn", "Did you mean when?"),
    ("{name: dear, when: buyer, to: {agent: dana}}", "when", "must hold keys and values"),
]

# The `to` of the first rule.
TARGETS = [
    ("{}", "", "exactly one of agent, team, on_call, pond"),
    ("{agent: dana, team: sarasota}", "", "exactly one of agent, team, on_call, pond"),
    ("{agent: dena}", ".agent", "Did you mean dana?"),
    ("{team: sarasotta}", ".team", "Did you mean sarasota?"),
    ("{pond: sarasotta}", ".pond", "Did you mean sarasota?"),
    ("{on_call: nihgts}", ".on_call", "Did you mean nights?"),
    ("{agent: dana, strategy: weighted}", "", "strategy, require and prefer only go with a team"),
    ("{team: sarasota, stratgy: weighted}", ".stratgy", "Did you mean strategy?"),
    ("{team: sarasota, strategy: wieghted}", ".strategy", "Did you mean weighted?"),
    ("{team: sarasota, require: {language: es}}", ".require.language", "Did you mean languages?"),
    ("{team: sarasota, offer_for: 2m}", "", "only go with strategy first_to_claim"),
    (
        "{team: sarasota, strategy: first_to_claim, otherwise: first_to_claim}",
        ".otherwise",
        "must be round_robin, weighted",
    ),
]

CASES = [
    *((f"{{name: dear, when: {{{when}}}, to: {{agent: dana}}}}", f"when.{path}", said)
      for when, path, said in WHENS),
    *RULES,
    *((f"{{name: dear, when: {{kind: buyer}}, to: {to}}}", f"to{path}", said)
      for to, path, said in TARGETS),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "path", "said"), CASES)
def test_a_malformed_rule_is_told_with_line_key_and_what_was_meant(
    rule: str, path: str, said: str
) -> None:
    text = MINIMAL.replace(DEAR, f"    - {rule}\n")
    line = line_of(MINIMAL, "name: dear")

    found = mistakes(text)

    at = f"routing.rules.0.{path}".rstrip(".")
    assert [each for each in found if each[1].startswith(f"{at}: ") and said in each[1]], found
    assert {each[0] for each in found} == {line}


def test_one_mistake_is_told_once() -> None:
    for rule, *_ in CASES:
        found = mistakes(MINIMAL.replace(DEAR, f"    - {rule}\n"))

        assert len(found) == 1, (rule, found)


@pytest.mark.parametrize(
    ("rules", "line", "said"),
    [
        ("", 14, "routing.rules: must be a list"),
        (DEAR, 15, "routing.rules.0: the last rule must take every lead that is left"),
        (
            DEAR.replace("dear", "everyone") + EVERYONE,
            16,
            "routing.rules.1.name: this was given already on line 15",
        ),
    ],
)
def test_rules_that_do_not_go_together(rules: str, line: int, said: str) -> None:
    [found] = mistakes(MINIMAL.replace(DEAR + EVERYONE, rules))

    assert found[0] == line
    assert found[1].startswith(said)


def test_rules_without_any_rule() -> None:
    [found] = mistakes(MINIMAL.replace("  rules:\n" + DEAR + EVERYONE, "  rules: []\n"))

    assert found == (13, "routing: give at least one rule under `rules`")


@pytest.mark.parametrize(
    ("rule", "path", "said"),
    [
        (
            "{name: french, when: {language: fr}, to: {team: sarasota, require: {languages: fr}}}",
            "to.require.languages",
            "nobody in team sarasota has language fr: this rule can never be carried out",
        ),
        (
            "{name: a, when: {kind: buyer}, to: {team: sarasota, require: {zips: ['99999']}}}",
            "to.require.zips",
            "nobody in team sarasota has zip 99999",
        ),
        (
            "{name: a, when: {kind: buyer}, to: {team: sarasota, require: {skills: [x, y]}}}",
            "to.require.skills",
            "nobody in team sarasota has all that is required at once",
        ),
        (
            "{name: a, when: {kind: buyer}, to: {team: sarasota, require: {skills: []}}}",
            "to.require.skills",
            "an empty list requires nothing",
        ),
        ("{name: a, when: {zip: '*'}, to: {agent: dana}}", "when.zip", "write known"),
        (
            "{name: a, when: {not: {extra.pets: '*'}}, to: {agent: dana}}",
            "when.not.extra.pets",
            "write known",
        ),
        ("{name: a, to: {agent: dana}}", "", "rule a takes every lead: the rules after it"),
        (
            """{name: a, when: {kind: buyer}, to: {agent: ben}}
    - {name: b, when: {kind: buyer}, to: {agent: dana}}""",
            None,
            "rule b asks the same as rule a before it: it never applies",
        ),
    ],
)
def test_a_rule_that_can_do_nothing_is_doubted(rule: str, path: str | None, said: str) -> None:
    text = MINIMAL.replace(DEAR, f"    - {rule}\n").replace(
        "name: Dana Okafor", "name: Dana Okafor, skills: [x], zips: ['342*']"
    )
    text = text.replace("name: Ben Ito", "name: Ben Ito, skills: [y], languages: [es]")

    [doubt] = checked(text).warnings

    assert said in doubt.problem
    if path is not None:
        assert doubt.path == f"routing.rules.0.{path}".rstrip(".")
        assert doubt.line == line_of(text, rule[:12])


def test_a_rule_that_somebody_can_carry_out_is_not_doubted() -> None:
    requires = "{skills: X, zips: ['34236'], languages: [match]}"
    rule = f"{{name: a, when: {{kind: buyer}}, to: {{team: sarasota, require: {requires}}}}}"
    text = MINIMAL.replace(DEAR, f"    - {rule}\n").replace(
        "name: Dana Okafor", "name: Dana Okafor, skills: [x], zips: ['342*']"
    )

    assert checked(text).warnings == ()
