"""What colleagues wrote down: notes, tasks, how people feel."""

from datetime import datetime, timedelta
from random import Random

from crm.demo import YEAR, Demo, words
from crm.facts import FeelingChanged, NoteWritten, TaskPlanned
from crm.ledger import publish_many
from crm.models import Contact, Note, Task, User

NOTES, TASKS = 70, 26
NEWS = 3  # days of which only open conversations and answers say how people feel
FEELINGS = {"glad": 18, "fine": 22, "uneasy": 7, "upset": 3, "": 50}  # shares of 100


def notes_and_tasks(demo: Demo) -> None:
    _notes(demo)
    _tasks(demo)


def feelings(demo: Demo) -> None:
    facts = []
    for contact in demo.customers:
        contact.feeling = demo.random.choices(list(FEELINGS), list(FEELINGS.values()))[0]
        if contact.feeling:
            at = _after(demo.random, contact.created_at, demo.ago(NEWS))
            facts.append(FeelingChanged(contact_id=contact.pk, feeling=contact.feeling, occurred_at=at))
    Contact.objects.bulk_update(demo.customers, ["feeling"])
    publish_many(facts)


def _after(random: Random, start: datetime, end: datetime) -> datetime:
    return start + (end - start) * random.random()


def _notes(demo: Demo) -> None:
    authors = [demo.users[name] for name in ("agent", "agent2", "sales")]
    rows = []
    for contact in demo.random.choices(demo.customers, k=NOTES):
        body = demo.random.choice(words.NOTES_ES if contact.language == "es" else words.NOTES_EN)
        at = _after(demo.random, max(contact.created_at, demo.ago(YEAR)), demo.now)
        rows.append(Note(contact=contact, author=demo.random.choice(authors), body=body, created_at=at))
    Note.objects.bulk_create(rows)
    publish_many([_written(note) for note in rows])


def _written(note: Note) -> NoteWritten:
    author = note.author.name if note.author else ""
    return NoteWritten(
        contact_id=note.contact_id, note_id=note.pk, author=author, excerpt=note.body, occurred_at=note.created_at
    )


def _tasks(demo: Demo) -> None:
    rows = [_task(demo, contact) for contact in demo.random.sample(demo.customers, TASKS)]
    Task.objects.bulk_create(rows)
    publish_many(
        [
            TaskPlanned(
                contact_id=task.contact_id,
                task_id=task.pk,
                title=task.title,
                owner_id=task.owner_id,
                occurred_at=task.created_at,
            )
            for task in rows
        ]
    )


def _task(demo: Demo, contact: Contact) -> Task:
    """Two of three still open, some of them overdue."""
    owner: User = demo.users[demo.random.choice(("agent", "agent2", "sales", "manager"))]
    planned = max(demo.ago(demo.random.uniform(1, 20)), contact.created_at)
    done = demo.random.random() < 0.34
    return Task(
        contact=contact,
        owner=owner,
        title=demo.random.choice(words.TASKS_ES if contact.language == "es" else words.TASKS_EN),
        due_on=demo.now.date() + timedelta(days=demo.random.randrange(-4, 12)),
        created_at=planned,
        done_at=_after(demo.random, planned, demo.now) if done else None,
        done_by=owner if done else None,
    )
