"""The public holidays of a country or one of its states, by year."""

from datetime import date
from functools import lru_cache


@lru_cache(maxsize=64)
def public_holidays(place: str, year: int) -> frozenset[date]:
    """The holidays of `place`, such as `US` or `US-FL`, that fall in `year`.

    Days on which a holiday is observed instead count too. Raises `ValueError` for a place
    that the `holidays` library does not know.
    """
    # Only calendars that name holidays pay for the library: some 20 MB and 0.1 s.
    import holidays  # noqa: PLC0415 - see above

    country, _, subdivision = place.partition("-")
    try:
        found = holidays.country_holidays(country, subdiv=subdivision or None, years=year)
    except NotImplementedError as error:
        raise ValueError(f"no public holidays are known for {place!r}") from error
    return frozenset(found)
