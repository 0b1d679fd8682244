"""What crm's pages show, put together once for the first load, for htmx and for live pushes."""

import re
from dataclasses import replace
from datetime import date
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst

from crm import timeline, value
from crm.facts import NoteWritten
from crm.forms.activity import NoteForm, TaskForm
from crm.forms.contacts import IdentityForm, TagForm
from crm.models import Consent, Contact, Event, Tag, Task, User
from crm.models.words import called
from kernel import realtime

PAGE = "crm/contact.html"
SLUG = re.compile(r"[\w.-]+")  # a channel as filters name it; programs outside may say anything


def contact(found: Contact, user: User) -> dict[str, Any]:
    """Everything of the page but its thread."""
    return {
        "contact": found,
        "place": realtime.here(),
        "topics": " ".join(f"contact:{member}" for member in found.family_ids),
        "kinds": timeline.KINDS,
        "channels": [(slug, capfirst(called(slug))) for slug in timeline.channels(found)],
        "note_form": NoteForm(),
        "task_form": TaskForm(user=user),
        "identity_form": IdentityForm(),
        "tag_form": TagForm(),
        "tags": Tag.objects.on_offer(),
        **head(found, user),
        **sidebar(found, user),
    }


def head(found: Contact, user: User) -> dict[str, Any]:
    tasks = Task.objects.visible_to(user).filter(contact__in=found.family_ids).open().most_urgent()
    return {"value": value.of(found), "next_task": tasks.select_related("owner").first(), "today": today()}


def sidebar(found: Contact, user: User) -> dict[str, Any]:
    tasks = Task.objects.visible_to(user).filter(contact__in=found.family_ids).open().most_urgent()
    return {"tasks": tasks.select_related("owner")[:20], "consents": last_words(found), "today": today()}


def last_words(found: Contact) -> list[Consent]:
    """What counts now, by the same rule as the gate (`Consent.objects.refused`)."""
    return list(Consent.objects.filter(contact__in=found.family_ids).last_words())


def today() -> date:
    return timezone.localdate()


def contact_parts(found: Contact, user: User) -> SafeString:
    """Head, details, tags, tasks and consents, each for its own place, out of band."""
    context = contact(found, user) | {"oob": True}
    parts = ("head", "details", "tags", "identities", "tasks", "consents")
    return mark_safe("".join(render_to_string(f"{PAGE}#{part}", context) for part in parts))  # noqa: S308


def contact_tasks(found: Contact, user: User) -> SafeString:
    """The tasks beside the thread and the next one in the head, out of band."""
    context = {"contact": found, "task_form": TaskForm(user=user), "oob": True, **sidebar(found, user)}
    context |= head(found, user)
    return mark_safe("".join(render_to_string(f"{PAGE}#{part}", context) for part in ("head", "tasks")))  # noqa: S308


def contact_tags(found: Contact) -> SafeString:
    """The tags in the head and beside the thread, out of band; whoever is writing one goes on."""
    parts = ("head_tags", "tag_list")
    return mark_safe("".join(render_to_string(f"{PAGE}#{part}", {"contact": found, "oob": True}) for part in parts))  # noqa: S308


def withdrawn_note(contact_id: int | None, note_id: int, viewer: User) -> SafeString:
    """Without its words, on every screen where they still stand, out of band."""
    written = Event.objects.filter(contact=contact_id, name=NoteWritten.name, properties__note_id=note_id)
    knots = [replace(knot, month=None) for knot in timeline.knots(list(written), viewer=viewer)]
    return mark_safe("".join(render_to_string(f"{PAGE}#knot", {"knot": knot, "oob": True}) for knot in knots))  # noqa: S308


def new_knot(event: Event, page_of: int, viewer: User) -> SafeString:
    """At the top of the threads on a person's page that tell such events; first away with it if it is there already.

    It brings the name of its month along (static/js/islands/months.js). `page_of`: whose page.
    """
    knot, channel = timeline.knots([event], viewer=viewer)[0], event.channel if SLUG.fullmatch(event.channel) else ""
    context = {"knot": knot, "channel": channel, "page_of": page_of}
    return mark_safe(render_to_string(f"{PAGE}#new_knot", context))  # noqa: S308
