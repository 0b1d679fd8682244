"""The welcome mails of the demo's travellers, long sent: what the log of the journey says, the outbox has."""

from collections.abc import Sequence
from datetime import timedelta

from crm.models import Contact, Identity
from journeys import rendering
from journeys.models import Step
from omnichannel.models import Attempt, Channel, Delivery, Message

SOON = timedelta(seconds=20)


def post(welcomes: Sequence[Step]) -> None:
    """Each step gets the mail that it sent, of people with an address. Raises ValueError without a mailbox."""
    channel = Channel.objects.filter(kind="email").order_by("pk").first()
    if channel is None:
        raise ValueError("The demo's welcome mails need a mailbox that they were sent from.")
    people = Contact.objects.in_bulk([step.enrolment.contact_id for step in welcomes])
    addresses = _addresses(people)
    welcomes = [step for step in welcomes if step.enrolment.contact_id in addresses]
    written = rendering.render([_draft(step, people[step.enrolment.contact_id]) for step in welcomes])
    answered = Message.objects.in_bulk([_answered(step) for step in welcomes])
    messages = Message.objects.bulk_create(
        _message(channel, step, mail, addresses[step.enrolment.contact_id], answered)
        for step, mail in zip(welcomes, written, strict=True)
    )
    deliveries = Delivery.objects.bulk_create(
        _delivery(message, step) for message, step in zip(messages, welcomes, strict=True)
    )
    Attempt.objects.bulk_create(map(_attempt, deliveries))


def _answered(step: Step) -> int:
    return int(step.enrolment.entry["properties"]["message_id"])


def _draft(step: Step, person: Contact) -> rendering.Draft:
    config = next(node["config"] for node in step.version.graph["nodes"] if node["id"] == step.node)
    language, parts = rendering.in_language(config["texts"], person.language)
    data = {"contact": {"first_name": person.first_name}, "brand": config["brand"]}
    return rendering.Draft(language, parts, data)


def _addresses(people: dict[int, Contact]) -> dict[int, Identity]:
    found = Identity.objects.filter(kind="email", contact__in=people).order_by("-pk")
    return {identity.contact_id: identity for identity in found}


def _message(
    channel: Channel, step: Step, mail: rendering.Rendered, to: Identity, answered: dict[int, Message]
) -> Message:
    message_id = f"welcome-{step.enrolment_id}@hilo.example"
    asked = answered.get(_answered(step), Message())
    return Message(
        contact_id=step.enrolment.contact_id,
        about_id=asked.conversation_id,
        in_reply_to=asked.message_id,
        references=[asked.message_id] if asked.message_id else [],
        channel=channel,
        identity=to,
        direction=Message.Direction.OUTBOUND,
        automatic=True,
        sender=channel.address,
        to=[to.display],
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
        message_id=message_id,
        external_id=message_id,
        created_at=step.at,
    )


def _delivery(message: Message, step: Step) -> Delivery:
    return Delivery(
        message=message,
        channel=message.channel,
        address=message.to[0],
        key=f"demo:journey:{message.pk}",
        state=Delivery.State.DELIVERED,
        due_at=None,
        attempts=1,
        cause_id=step.event_id,
        created_at=step.at,
        settled_at=step.at + SOON,
    )


def _attempt(delivery: Delivery) -> Attempt:
    began = delivery.created_at
    return Attempt(delivery=delivery, number=1, started_at=began, finished_at=delivery.settled_at, outcome="sent")
