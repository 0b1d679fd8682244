"""The contact page on everybody's screen: each new event of a person as a knot, the head when it changed."""

from crm import pages
from crm.facts import (
    ContactTagged,
    ContactUntagged,
    ContactUpdated,
    FeelingChanged,
    NoteWithdrawn,
    TaskDone,
    TaskDropped,
    TaskPlanned,
    TaskReopened,
)
from crm.ledger.fact import doubled
from crm.models import Contact, Event, User
from crm.models.families import persons
from kernel.realtime import News, Push, live, outdates, topic_guard, watch


@topic_guard("contact")
def sees_contact(user: User, number: str) -> bool:
    return number.isdecimal() and Contact.objects.visible_to(user).filter(pk=int(number[:18])).exists()


@topic_guard("contacts")
def sees_contacts(user: User, which: str) -> bool:
    return which == "all"


@outdates("contacts")
def any_seen(user: User, news: list[News]) -> bool:
    return Contact.objects.visible_to(user).filter(pk__in={item.contact_id for item in news}).exists()


@watch("contact")
def knot(user: User, news: News) -> Push:
    """Any event of a person whom this viewer may see, by whatever app or shop it was told."""
    contact = Contact.objects.visible_to(user).filter(pk=news.contact_id or 0).first()
    event = Event.objects.filter(pk=news.id).exclude(doubled()).first() if contact else None
    return Push(pages.new_knot(event, contact.survivor_id, user)) if contact and event else Push()


@live(
    ContactUpdated.name,
    FeelingChanged.name,
    TaskPlanned.name,
    TaskDone.name,
    TaskReopened.name,
    TaskDropped.name,
)
def head(user: User, news: News) -> Push:
    contact = (
        Contact.objects.visible_to(user).select_related("company", "owner").filter(pk=news.contact_id or 0).first()
    )
    return Push(pages.contact_tasks(contact, user)) if contact else Push()


@live(NoteWithdrawn.name)
def withdrawn(user: User, news: News) -> Push:
    if not Contact.objects.visible_to(user).filter(pk=news.contact_id or 0).exists():
        return Push()
    return Push(pages.withdrawn_note(news.contact_id, news.properties.get("note_id") or 0, user))


@live(ContactTagged.name, ContactUntagged.name)
def tags(user: User, news: News) -> Push:
    contact = Contact.objects.visible_to(user).filter(pk=news.contact_id or 0).first()
    return Push(pages.contact_tags(persons([contact])[contact.pk])) if contact else Push()
