"""crm at /api/v1/: contacts, companies, tasks, notes, events, consents."""

from rest_framework.routers import BaseRouter

from crm.actions import idempotency  # noqa: F401 - keeps the answers to Idempotency-Key
from crm.api.activity import Notes, Tasks
from crm.api.companies import Companies
from crm.api.consents import Consents
from crm.api.contacts import Contacts
from crm.api.events import Events
from crm.api.users import Users


def register(router: BaseRouter) -> None:
    router.register("contacts", Contacts, "api-contact")
    router.register("companies", Companies, "api-company")
    router.register("tasks", Tasks, "api-task")
    router.register("notes", Notes, "api-note")
    router.register("events", Events, "api-event")
    router.register("consents", Consents, "api-consent")
    router.register("users", Users, "api-user")
