"""What nodes want said and asked, done for all of them at once; one whom it cannot be done for fails alone."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from django.db import transaction

from crm.ledger import because_of
from crm.models import Event
from crm.models.families import families
from feedback.actions import invitations
from feedback.actions.unsubscribing import link
from feedback.models import Brand, Survey
from journeys import rendering
from journeys.engine.traveller import Traveller, what_happened
from journeys.models import Step
from journeys.nodes.base import Ask, Next, Send
from journeys.people import Happening
from kernel.sandbox import SandboxError
from kernel.told import kept
from omnichannel.actions.mailings import Mailing, send_many
from omnichannel.models import Conversation, Delivery

Wish = TypeVar("Wish")
ASKED = kept("asked")
LEFT_ALONE = kept("left alone")
UNWRITTEN = kept("The message could not be written: {reason}")
Onward = list[tuple[Traveller, Next]]


def send(wishes: Sequence[tuple[Traveller, Send]]) -> Onward:
    """Render all, write the messages and deliveries. A template that never ends stops everybody who was to get it."""
    if not wishes:
        return []
    brands = Survey.objects.brands([wish.brand for _, wish in wishes])
    drafts = [_draft(traveller, wish, brands[wish.brand]) for traveller, wish in wishes]
    try:
        rendered = rendering.render(drafts)
    except SandboxError as error:
        for traveller, _wish in wishes:
            traveller.fail(UNWRITTEN.format(reason=error))
        return []
    good = []
    for (traveller, wish), draft, message in zip(wishes, drafts, rendered, strict=True):
        if message.error:
            traveller.fail(UNWRITTEN.format(reason=message.error))
        else:
            good.append((traveller, (wish, draft, message)))
    return _together(good, _write)


def _draft(traveller: Traveller, wish: Send, brand: Brand) -> rendering.Draft:
    """With the link to leave by, signed once: the mail's header carries the one that its text shows (RFC 8058)."""
    language, parts = rendering.in_language(wish.texts, wish.language)
    marketing = wish.purpose == Delivery.Purpose.MARKETING
    unsubscribe = link(traveller.contact_id, purpose=wish.purpose) if marketing else ""
    return rendering.Draft(language, parts, wish.data, brand, unsubscribe)


def _extra(draft: rendering.Draft) -> dict[str, str]:
    return {"unsubscribe_url": draft.unsubscribe} if draft.unsubscribe else {}


def _write(good: Sequence[tuple[Traveller, tuple[Send, rendering.Draft, rendering.Rendered]]]) -> Onward:
    mailings = [_mailing(t, wish, draft, message) for t, (wish, draft, message) in good]
    unreachable = send_many(mailings)
    return [
        (t, Next(wish.or_else, unreachable[t.key]) if t.key in unreachable else Next(detail=message.subject))
        for t, (wish, _, message) in good
    ]


def _mailing(t: Traveller, wish: Send, draft: rendering.Draft, message: rendering.Rendered) -> Mailing:
    return Mailing(
        t.contact_id,
        t.key,
        message.subject,
        message.text,
        message.html,
        wish.purpose,
        extra=_extra(draft),
        cause_id=t.cause.id if t.cause else None,
        conversation_id=_conversation_id(t),
    )


def _conversation_id(t: Traveller) -> int | None:
    """Of the latest event that names one: the one that led here, else the one that brought them onto the journey."""
    named = [(event or t.entry).properties.get("conversation_id") for event in (t.event, t.entry)]
    return next((pk for pk in named if isinstance(pk, int)), None)


def ask(wishes: Sequence[tuple[Traveller, Ask]]) -> Onward:
    return _together(wishes, _invite) if wishes else []


def _invite(wishes: Sequence[tuple[Traveller, Ask]]) -> Onward:
    surveys = Survey.objects.in_bulk({wish.survey_id for _, wish in wishes})
    hearing = [replace(t, event=t.event or event) for t, event in _latest([t for t, _ in wishes])]
    conversations = _conversations(hearing)
    onward = []
    for (traveller, wish), heard in zip(wishes, hearing, strict=True):
        asked = _invite_one(heard, surveys[wish.survey_id], conversations.get(heard.enrolment_id))
        onward.append((traveller, Next(detail=ASKED if asked else LEFT_ALONE)))
    return onward


def _latest(travellers: Sequence[Traveller]) -> list[tuple[Traveller, Happening | None]]:
    """What happened to them last, by their log: whose time was up comes without an event, and what they are asked
    about happened before."""
    quiet = [t.enrolment_id for t in travellers if t.event is None]
    steps = Step.objects.filter(enrolment__in=quiet, event_id__isnull=False).order_by("enrolment", "-id")
    last = dict(steps.distinct("enrolment").values_list("enrolment", "event_id")) if quiet else {}
    events = Event.objects.in_bulk(last.values()) if last else {}
    found = {pk: what_happened(events[event]) for pk, event in last.items() if event in events}
    return [(t, found.get(t.enrolment_id)) for t in travellers]


def _invite_one(traveller: Traveller, survey: Survey, conversation: Conversation | None) -> bool:
    with because_of(traveller.cause):
        invitation = invitations.invite(
            survey=survey, contact_id=traveller.contact_id, cause_key=traveller.key, conversation=conversation
        )
    return invitation is not None


def _conversations(travellers: Sequence[Traveller]) -> dict[int, Conversation]:
    """Enrolment id → the conversation that their latest event was about, so that the answer stands beside it.

    Only one of their own: an event from outside may mean another program's numbers.
    """
    named = [(t, (t.event or t.entry).properties.get("conversation_id")) for t in travellers]
    rows = Conversation.objects.in_bulk({pk for _, pk in named if isinstance(pk, int)})
    people = families(t.contact_id for t in travellers) if rows else {}
    about = {t: rows[pk] for t, pk in named if isinstance(pk, int) and pk in rows}
    return {t.enrolment_id: row for t, row in about.items() if row.contact_id in people[t.contact_id].member_ids}


def _together(
    wishes: Sequence[tuple[Traveller, Wish]], act: Callable[[Sequence[tuple[Traveller, Wish]]], Onward]
) -> Onward:
    """All under one savepoint; if that fails, one by one to find whom it fails for."""
    if not wishes:
        return []
    try:
        with transaction.atomic():
            return act(wishes)
    except Exception as error:
        if len(wishes) == 1:
            wishes[0][0].fail(f"{type(error).__name__}: {error}")
            return []
    return [going for wish in wishes for going in _together([wish], act)]
