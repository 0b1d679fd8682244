"""A mail of which nothing could be read."""

from __future__ import annotations

from .parsed import ParsedMail

EMPTY: ParsedMail = {
    "message_id": "",
    "in_reply_to": "",
    "references": [],
    "from_email": "",
    "from_name": "",
    "reply_to": "",
    "to": "",
    "cc": "",
    "reply_to_addresses": [],
    "to_addresses": [],
    "cc_addresses": [],
    "delivered_to": [],
    "subject": "",
    "date": "",
    "thread_index": "",
    "language": "",
    "content_type": "",
    "text": "",
    "html": "",
    "reply_text": "",
    "attachments": [],
    "auto_reply": False,
    "auto_reply_reason": "",
    "by_list": False,
    "bounce": {"is_bounce": False, "recipients": [], "original_message_id": ""},
    "authentication": [],
    "notes": [],
}
