"""Pieces of the inbox as HTML: the page's own partials, for answers to htmx and for live screens alike.

Every piece says where it goes (`hx-swap-oob`) and may arrive twice without harm.
"""

from collections.abc import Sequence
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from crm.models import Contact, User
from omnichannel import lately, listing, routes, thread
from omnichannel.listing import Row, Tab
from omnichannel.models import Conversation, Message


def _piece(template: str, **context: Any) -> SafeString:
    return mark_safe(render_to_string(f"omnichannel/{template}", context))  # noqa: S308 - the template escapes


def row(user: User, conversation: Conversation) -> SafeString:
    """The row everywhere it belongs: replaced where it stands, taken out of tabs it left, put into those it entered.

    The list orders itself (static/js/islands/inbox-list.js), so every insertion is at the top.
    """
    return placed(user, listing.dress(user, [conversation])[0])


def placed(user: User, row: Row) -> SafeString:
    number = row.conversation.pk
    inside = listing.tabs_of(user, row.conversation)
    left = ", ".join(f"#rows-{tab} #row-{number}" for tab in Tab.values if tab not in inside)
    entered = ", ".join(f"#rows-{tab}:not(:has(#row-{number}))" for tab in Tab.values if tab in inside)
    return format_html(
        '{}<div hx-swap-oob="delete:{}"></div><div hx-swap-oob="afterbegin:{}">{}</div>',
        _piece("inbox.html#row", row=row, user=user, oob=True),
        left,
        entered,
        _piece("inbox.html#row", row=row, user=user),
    )


def no_row(conversation_id: int) -> SafeString:
    """For somebody who may no longer see it."""
    return format_html('<div id="row-{}" hx-swap-oob="delete"></div>', conversation_id)


def head(user: User, conversation: Conversation) -> SafeString:
    return _piece(
        "conversation.html#head",
        conversation=conversation,
        user=user,
        assignable=thread.assignable(conversation),
        oob=True,
    )


def _appended(conversation_id: int, anchor: str, item: SafeString) -> SafeString:
    return format_html(
        '<div hx-swap-oob="beforeend:#messages-{}:not(:has(#{}))">{}</div>', conversation_id, anchor, item
    )


def message(message: Message, conversation: Conversation) -> SafeString:
    """At the end of its thread, once."""
    spoken = thread.spoken(message, conversation, is_new=True)
    item = _piece("message.html#message", spoken=spoken)
    return _appended(message.conversation_id or 0, f"message-{message.pk}", item)


def delivery(message: Message) -> SafeString:
    """How far an outbound message got, on the message itself."""
    return _piece("message.html#delivery", spoken=thread.Spoken(message), oob=True)


def line(conversation_id: int, line: thread.Line) -> SafeString:
    return _appended(conversation_id, f"told-{line.id}", _piece("message.html#line", line=line))


def story(contact: Contact, viewer: User, *, of: int) -> SafeString:
    """What happened lately, wherever a conversation of this person is open; `of` is who it happened to, who may have
    been merged into `contact`."""
    return _piece("person.html#story", story=lately.story(contact, viewer), contact=contact, of=of)


def route(conversation: Conversation) -> SafeString:
    """Where the answer goes, and who gets a copy."""
    return _piece("composer.html#route", conversation=conversation, routes=routes.routes(conversation), oob=True)


def composer_news(
    conversation: Conversation, *, newest: int, newer: Sequence[Message] = (), reader: User | None = None
) -> SafeString:
    """What the composer knows of the thread: the newest message seen, and a warning if others came meanwhile."""
    colleague = next((message.author for message in newer if message.author), None)
    told = {"newest": newest, "newer": len(newer), "colleague": colleague, "reader": reader}
    return _piece("composer.html#news", conversation=conversation, oob=True, **told)
