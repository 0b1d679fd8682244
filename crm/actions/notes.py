"""Notes that colleagues write about a customer."""

from django.db import transaction

from crm.facts import NoteWithdrawn, NoteWritten
from crm.ledger import publish
from crm.models import Contact, Note, User

EXCERPT = 140


@transaction.atomic
def write(contact: Contact, *, by: User | None, body: str) -> Note:
    """Raises ValueError for an empty note."""
    body = body.replace("\x00", "").strip()
    if not body:
        raise ValueError("A note needs words.")
    note = Note.objects.create(contact=contact, author=by, body=body)
    publish(NoteWritten(contact_id=contact.pk, note_id=note.pk, author=by.name if by else "", excerpt=_excerpt(body)))
    return note


def _excerpt(body: str) -> str:
    line = " ".join(body.split())
    return line if len(line) <= EXCERPT else line[: EXCERPT - 1].rstrip() + "…"


@transaction.atomic
def withdraw(note: Note, *, by: User) -> None:
    """Take a note back: its words leave the record and the ledger, that there was one stays."""
    note_id = note.pk
    written = note.contact.events.filter(name=NoteWritten.name, properties__note_id=note_id)
    for event in written:
        event.properties = {**event.properties, "excerpt": "…"}
        event.save(update_fields=["properties"])
    note.delete()
    publish(NoteWithdrawn(contact_id=note.contact_id, note_id=note_id, author=by.name))
