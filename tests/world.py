"""One small company with everything in it, for tests that look at the product as a whole.

Numbers start at 1 wherever the API's examples say 1. The second agent's team, inbox, conversation and customer exist to
be hidden from the first.
"""

from dataclasses import dataclass
from typing import Any

from django.core.files.base import ContentFile
from django.db import connection

from crm.actions import consents, notes
from crm.ledger import consume
from crm.models import ApiKey, Contact, Cursor, Event, Retry, Tag, Team, User
from crm.tests import factories as people
from feedback.actions import invitations, responses, shipped
from feedback.kinds.base import Score
from feedback.models import Survey
from feedback.tests.factories import make_invitation
from journeys.actions.shipped import welcome_and_ask
from journeys.models import Enrolment, Journey
from omnichannel.actions import conversations
from omnichannel.models import Attachment, Channel, Conversation, Delivery, Inbox, Message, RawInbound
from omnichannel.tests.factories import inbound


@dataclass
class World:
    teams: dict[str, Team]
    users: dict[str, User]
    contact: Contact
    conversation: Conversation
    hidden: Conversation
    channel: Channel
    survey: Survey
    journey: Journey
    token: str

    @property
    def rows(self) -> dict[str, Any]:
        """Rows whose numbers nobody knows beforehand, by the names that the matrix uses."""
        return {
            "token": self.token,
            "consumer": Retry.objects.get().consumer,
            "failed_enrolment": Enrolment.objects.get(state="failed").pk,
            **_of("", self.conversation),
            **_of("hidden_", self.hidden),
        }


def _of(prefix: str, conversation: Conversation) -> dict[str, int]:
    """One of everything that belongs to a conversation."""
    inbound = conversation.messages.get(direction=Message.Direction.INBOUND)
    found = {
        "message": inbound.pk,
        "delivery": Delivery.objects.get(message__conversation=conversation).pk,
        "quarantined": RawInbound.objects.get(channel__inbox=conversation.inbox, state="quarantined").pk,
        "event": Event.objects.filter(contact=conversation.contact_id).earliest("pk").pk,
    }
    return {prefix + name: pk for name, pk in found.items()}


def restart_numbers() -> None:
    """Every sequence at 1, as in a new database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence(format('%I', c.relname), a.attname), 1, false) FROM pg_class c"
            " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attidentity <> '' AND NOT a.attisdropped"
            " WHERE c.relkind = 'r' AND c.relname ~ '^(crm|omnichannel|feedback|journeys)_'"
        )


def build() -> World:
    restart_numbers()
    consume.ensure_cursors()
    teams = {name: Team.objects.create(name=name) for name in ("Support", "Sales", "Elsewhere")}
    users = _users(teams)
    channel = _channel("Support", teams["Support"], "support@hilo.example")
    conversation = _asks(channel, "maria@casa.example", "María Ruiz")
    people.company(name="Casa Lumbre")
    Tag.objects.create(name="Hot")
    survey = shipped.relationship_nps(company="Casa Lumbre")
    journey = welcome_and_ask(company="Casa Lumbre", live=False)
    _answers(survey, conversation.contact)
    _enrol(journey, conversation.contact, node="resolved", visit=3)
    conversations.reply(conversation, by=users["agent"], body="On its way.")
    hidden = _hidden(teams["Elsewhere"])
    people.contact(first_name="Noa")
    _failures(channel)
    _enrol(journey, hidden.contact, node="welcome", state="failed", reason="Boom")
    for each, by in ((conversation, users["agent"]), (hidden, None)):
        _beside(each, by)
    token = _open_link(survey)
    return World(teams, users, conversation.contact, conversation, hidden, channel, survey, journey, token)


def _users(teams: dict[str, Team]) -> dict[str, User]:
    team_of = {"agent": "Support", "other": "Elsewhere", "sales": "Sales"}
    roles = {"other": "agent"}
    return {
        name: people.user(roles.get(name, name), email=f"{name}@hilo.example", team=teams.get(team_of.get(name, "")))
        for name in ("agent", "other", "sales", "manager", "admin")
    }


def _channel(name: str, team: Team, address: str) -> Channel:
    inbox = Inbox.objects.create(name=name, team=team)
    return Channel.objects.create(kind="email", name=name, address=address, inbox=inbox)


def _asks(channel: Channel, sender: str, name: str) -> Conversation:
    raw = RawInbound.objects.create(
        channel=channel, dedup_key=sender, body=b"Subject: Hola\n\nHola", state="processed", due_at=None
    )
    message = conversations.receive(channel, inbound(sender=sender, name=name, subject="Hola"), raw=raw)
    if message is None or message.conversation is None:
        raise AssertionError("The message was taken for a delivery report.")
    return message.conversation


def _hidden(team: Team) -> Conversation:
    """What only the other team, managers and admins see; its customer is another seller's."""
    conversation = _asks(_channel("Elsewhere", team, "elsewhere@hilo.example"), "eva@casa.example", "Eva Gil")
    owner = people.user("sales", email="owner@hilo.example")
    Contact.objects.filter(pk=conversation.contact_id).update(owner=owner, team=None)
    conversations.reply(conversation, by=people.user("agent", email="eva.agent@hilo.example"), body="Vale.")
    return conversation


def _answers(survey: Survey, contact: Contact) -> None:
    invitation = invitations.invite(survey=survey, contact_id=contact.pk, cause_key="world")
    if invitation is None:
        raise AssertionError("The invitation was held back.")
    responses.confirm(invitation, score=Score(9, "promoter"), language="es")


def _failures(channel: Channel) -> None:
    event, cursor = Event.objects.earliest("pk"), Cursor.objects.order_by("consumer")[0]
    Retry.objects.create(consumer=cursor.consumer, event=event, error="Boom", dead=True, due_at=None, attempts=8)


def _enrol(journey: Journey, contact: Contact, **fields: Any) -> None:
    if journey.live_version is None:
        raise AssertionError("The journey has no version.")
    Enrolment.objects.create(journey=journey, version=journey.live_version, contact=contact, **fields)


def _beside(conversation: Conversation, by: User | None) -> None:
    """What hangs on a conversation and on its customer."""
    contact = conversation.contact
    people.task(contact=contact, owner=by)
    notes.write(contact, by=by, body="Prefers mail.")
    consents.record(contact.pk, channel="email", purpose="news", state="granted", source="shop")
    RawInbound.objects.create(
        channel=Channel.objects.get(inbox=conversation.inbox),
        dedup_key="bad",
        body=b"\xff",
        state="quarantined",
        error="Not a mail.",
        due_at=None,
    )
    message = conversation.messages.get(direction=Message.Direction.INBOUND)
    file = ContentFile(b"text", name="file")
    Attachment.objects.create(message=message, file=file, filename="a.txt", content_type="text/plain", size=4)


def _open_link(survey: Survey) -> str:
    """The token of an invitation that has been answered, so that everything can be done with it."""
    invitation, token = make_invitation(survey, people.contact())
    responses.confirm(invitation, score=Score(8, "passive"), language="en")
    return token


def key(*scopes: str) -> str:
    """The secret of a new key."""
    return ApiKey.objects.issue(name=" ".join(scopes), scopes=list(scopes))[1]
