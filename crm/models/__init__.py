"""The nouns of crm."""

from crm.models.account_mail import AccountMail
from crm.models.activity import Note, Task
from crm.models.api_key import ApiKey, IdempotencyRecord
from crm.models.consent import Consent
from crm.models.contact import Alias, Company, Contact, Feeling, Tag
from crm.models.event import Cursor, Event, Heartbeat, Retry
from crm.models.identity import Claim, Identity
from crm.models.refused import RefusedEvents
from crm.models.sighting import Sighting
from crm.models.user import Team, User

__all__ = [
    "AccountMail",
    "Alias",
    "ApiKey",
    "Claim",
    "Company",
    "Consent",
    "Contact",
    "Cursor",
    "Event",
    "Feeling",
    "Heartbeat",
    "IdempotencyRecord",
    "Identity",
    "Note",
    "RefusedEvents",
    "Retry",
    "Sighting",
    "Tag",
    "Task",
    "Team",
    "User",
]
