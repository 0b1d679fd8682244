"""The inbox's samples, for the gallery: rows that no table holds, drawn by the inbox's own templates.

What those templates would ask the database is answered here beforehand.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from crm.ledger.fact import tell
from crm.models import Contact, User
from kernel.realtime import Place
from omnichannel.facts import ConversationAssigned, ConversationReopened
from omnichannel.forms import files
from omnichannel.lately import Knot
from omnichannel.listing import Counts, Row, Tab
from omnichannel.models import Attachment, Channel, Conversation, Delivery, Inbox, Message, Presence
from omnichannel.routes import Route
from omnichannel.thread import Line, Spoken, Stretch
from omnichannel.views.inbox import UPLOAD_MS, tabs_context

NOWHERE = 9_000_000_000_000  # sequences never come this far: an address with such a number leads nowhere
INBOUND, OUTBOUND, NOTE = Message.Direction.INBOUND, Message.Direction.OUTBOUND, Message.Direction.NOTE
PDF = {"filename": "factura-4711.pdf", "content_type": "application/pdf", "size": 48_200}
FULL = "The mail server refused the recipient: 552 5.2.2 mailbox full"
QUOTED = "Hola, mi pedido 4711 sigue sin llegar.\n¿Dónde está?\n\n-- \nMaría Ruiz · Norte Botánica"
VERIFIED = {"verdict": "verified", "server": "mx.casa.example"}

ANA = User(pk=NOWHERE, first_name="Ana", last_name="Prieto")
LEO = User(pk=NOWHERE + 1, first_name="Leo", last_name="Marsh")
SUPPORT = Inbox(pk=NOWHERE, name="Support")
MAIL = Channel(pk=NOWHERE, kind="email", name="Support", inbox=SUPPORT)
# Looks like a channel that is gone, until a plug-in of this name stands in omnichannel/channels/.
CHAT = Channel(pk=NOWHERE + 1, kind="chat", name="Website", inbox=SUPPORT)


def inbox(people: list[dict[str, Any]], moments: list[dict[str, Any]], now: datetime) -> dict[str, Any]:
    """What the inbox's templates read: its three panes with the first conversation open, and further messages."""
    rows = _rows(people)
    conversation = rows[0].conversation
    resolved = Conversation(pk=NOWHERE + len(rows), status=Conversation.Status.RESOLVED)
    return {
        **tabs_context(Counts(mine=4, unassigned=12, all=38, place=Place(0))),
        "tab": Tab.ALL,
        "rows": rows,
        "conversation": conversation,
        "resolved": resolved,
        "stretch": _stretch(_lately(conversation, now)),
        "received": _stretch(_received(conversation, now)),
        "sent": _stretch(_sent(conversation, now)),
        "states": Delivery.State.choices,
        "story": [Knot(moment["kind"], str(moment["title"]), moment["at"]) for moment in moments[:6]],
        "assignable": [ANA, LEO],
        **_composer(),
    }


def _composer() -> dict[str, Any]:
    return {
        "channels": [MAIL, CHAT],
        "others": [Presence(user=LEO, writing=True), Presence(user=ANA)],
        "elsewhere": [
            Route(
                MAIL,
                ["pedidos@norte.example"],
                sender="maria.ruiz@norte.example",
                copied=["luis@norte.example"],
                offered=["jefa@norte.example"],
                stranger="jefa@norte.example",
            )
        ],
        "upload_ms": UPLOAD_MS,
        "most_files": files.MOST_FILES,
        "most_bytes": files.MOST_BYTES,
        "most": files.MOST,
    }


def _rows(people: list[dict[str, Any]]) -> list[Row]:
    states: list[tuple[Any, ...]] = [
        ("Pedido 4711: sigue sin llegar", ANA, INBOUND, MAIL, False),
        ("Invoice 2041", None, INBOUND, CHAT, True),
        ("", ANA, OUTBOUND, MAIL, False),
        ("Third time", LEO, INBOUND, MAIL, True),
        ("Fig tree", None, OUTBOUND, CHAT, False),
    ]
    return [_row(NOWHERE + i, people[i], *state) for i, state in enumerate(states)]


def _row(pk: int, person: dict[str, Any], subject: str, whose: User | None, way: str, by: Channel, new: bool) -> Row:
    at = person["at"]
    conversation = Conversation(
        pk=pk, inbox=SUPPORT, subject=subject, assignee=whose, preview=person["what"], last_message_at=at
    )
    conversation.waiting_since = at if way == INBOUND else None
    conversation.contact = conversation.person = _contact(pk, person)
    return Row(conversation, Message(direction=way, channel=by), unread=new)


def _contact(pk: int, person: dict[str, Any]) -> Contact:
    first, _space, last = person["name"].partition(" ")
    contact = Contact(pk=pk, first_name=first, last_name=last, feeling=person["feeling"])
    contact.family_ids = [pk]
    return contact


def _stretch(items: Sequence[Line | Spoken]) -> Stretch:
    numbered = [item for item in items if isinstance(item, Spoken)]
    return Stretch(list(items), before=0, newest=max(item.message.pk for item in numbered))


def _lately(conversation: Conversation, now: datetime) -> list[Line | Spoken]:
    assigned = tell(ConversationAssigned.name, {"assignee": ANA.name})
    idea = "El almacén dice el viernes. ¿Envío gratis en el próximo pedido?"
    told = "Hola María, siento la espera. Tu pedido sale el viernes."
    return [
        _said(conversation, 0, now - timedelta(minutes=125), text=QUOTED, reply_text=QUOTED.partition("\n\n")[0]),
        Line(NOWHERE, assigned, now - timedelta(minutes=124)),
        _said(conversation, 1, now - timedelta(minutes=60), NOTE, channel=None, text=idea),
        _answered(_said(conversation, 2, now - timedelta(minutes=15), OUTBOUND, text=told), Delivery.State.DELIVERED),
    ]


def _received(conversation: Conversation, now: datetime) -> list[Line | Spoken]:
    """What a customer's message may look like besides."""
    at = now - timedelta(hours=5)
    trick = "Para la devolución usad mi cuenta nueva: está en el enlace."
    return [
        _said(conversation, 3, at, text="Os mando la factura.", authentication=VERIFIED, attached=[PDF]),
        _said(conversation, 4, at, channel=CHAT, text="Ya van dos semanas."),
        _said(conversation, 5, at, text=trick, authentication={"verdict": "unverified"}),
        _said(conversation, 6, at, text="Estoy fuera de la oficina hasta el lunes.", automatic=True),
        Line(NOWHERE + 1, tell(ConversationReopened.name, {}), at),
    ]


def _sent(conversation: Conversation, now: datetime) -> list[Line | Spoken]:
    """What may become of an answer."""
    at = now - timedelta(hours=4)
    attached = _said(conversation, 7, at, OUTBOUND, text="Aquí va la factura.", attached=[PDF])
    program = _said(conversation, 8, at, OUTBOUND, author=None, automatic=True, text="Hemos recibido tu mensaje.")
    failed = _said(conversation, 9, at, OUTBOUND, text="Te aviso en cuanto salga.")
    return [
        _answered(attached, Delivery.State.SENT),
        _answered(program, Delivery.State.QUEUED),
        _answered(failed, Delivery.State.FAILED, error=FULL),
    ]


def _said(
    conversation: Conversation, number: int, at: datetime, way: str = INBOUND, *, attached: Any = (), **fields: Any
) -> Spoken:
    """By the customer, or by Ana; with its files and without a delivery, as if the database had been asked."""
    wrote = {"sender": "maria.ruiz@norte.example"} if way == INBOUND else {"author": ANA}
    known = {"conversation": conversation, "contact": conversation.contact, "channel": MAIL}
    message = Message(pk=NOWHERE + number, direction=way, created_at=at, **(known | wrote | fields))
    attachments = [Attachment(pk=NOWHERE + i, message=message, **file) for i, file in enumerate(attached)]
    message._prefetched_objects_cache = {"attachments": attachments}  # type: ignore[attr-defined]
    message._state.fields_cache["delivery"] = None
    return Spoken(message)


def _answered(spoken: Spoken, state: str, *, error: str = "") -> Spoken:
    """With a delivery, which the message then knows as its own."""
    Delivery(pk=spoken.message.pk, message=spoken.message, channel=MAIL, state=state, error=error)
    return spoken
