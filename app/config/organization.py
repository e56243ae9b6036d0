"""Who we are: the name, zone and addresses that messages carry."""

from app.config.model import Model
from app.config.words import Email, Name, Phone, Zone


class Organization(Model):
    """The office on whose behalf everything is sent."""

    name: Name
    timezone: Zone = "UTC"
    phone: Phone | None = None
    email: Email | None = None
    postal_address: str | None = None
