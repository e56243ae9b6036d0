"""What we tell our own people about an on-call schedule that is kept as a calendar feed."""

from datetime import datetime

from app.sending import plain


def feed_failing(schedule: str, why: str, since: datetime) -> tuple[str, str]:
    """Subject and text when a feed cannot be read. `since` is in the reader's zone."""
    name = plain.one_line(schedule, at_most=64)
    return f"On-call calendar not readable: {name}", (
        f"The calendar of who is on call for {name} was read for the last time on "
        f"{since:%a %d %b %H:%M}: {plain.one_line(why, at_most=200)}.\n"
        "What it said then goes on counting, until its last shift has ended.\n"
        "See whether the address in the config (`on_call`) still opens in a browser."
    )


def feed_ending(schedule: str, why: str | None, until: datetime | None) -> tuple[str, str]:
    """The same when nobody is on call soon, or now. `why`: it cannot be read either."""
    name = plain.one_line(schedule, at_most=64)
    happened = (
        f"By its calendar, nobody is on call for {name}."
        if until is None
        else f"By its calendar, nobody is on call for {name} after {until:%a %d %b %H:%M}."
    )
    unread = f"\nIt cannot be read: {plain.one_line(why, at_most=200)}." if why else ""
    return f"Nobody on call: {name}", (
        f"{happened}{unread}\n"
        "Enter shifts in the calendar, or an override in the config (`on_call`). Until then a "
        "manager is told instead."
    )
