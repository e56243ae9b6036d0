"""What does a reason code mean? Every code that a decision may hold of a person, in words.

A code is `code` or `code:detail`. The words can follow a name and a colon: "ben: is off
shift", "cara: lacks the language es".
"""

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, str] = MappingProxyType(
    {
        # They got it.
        "chosen": "was chosen",
        "chosen_by_a_person": "was chosen by a person",
        "claimed": "claimed it",
        "score": "fits with {} points",
        "their_agent": "was the person's agent when they last asked",
        # They could not take it.
        "off_shift": "is off shift",
        "paused": "has switched off",
        "paused_by_manager": "was switched off by somebody else",
        "at_capacity:open": "has as many open leads as they take at once",
        "at_capacity:today": "has had as many leads today as they take in a day",
        "lacks_skill": "lacks the skill {}",
        "lacks_language": "lacks the language {}",
        "lacks_licence": "lacks the licence {}",
        "not_in_zip": "does not serve the zip",
        "not_in_config": "is not in the config",
        "lost_this_lead": "has lost this lead before",
        "lost_this_lead:missed_the_deadline": "had this lead and missed the deadline",
        "lost_this_lead:went_off_duty": "had this lead and went off duty before answering",
        "lost_this_lead:declined": "has declined this lead",
        "lost_this_lead:unassigned_by_a_person": "had this lead until a person took it away",
        # They could have taken it, and somebody else got it.
        "later_turn": "has a later turn",
        "more_open_leads": "has more open leads",
        "lower_score": "fits less well: {} against {} points",
        "not_their_agent": "is not the agent of whom the person was before",
        "not_preferred": "could take it, but others are preferred",
        "offered": "is offered the lead",
    }
)
"""By code, or by code and detail where the detail changes the words. `{}`: the detail."""


def in_words(code: str) -> str:
    """A reason code for people. One that nobody wrote words for is shown as it is."""
    if code in WORDS:
        return WORDS[code]
    name, _, detail = code.partition(":")
    return WORDS[name].format(*detail.split("<")) if name in WORDS else code
