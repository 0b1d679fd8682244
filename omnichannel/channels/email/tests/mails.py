"""Building raw mails for tests."""

from __future__ import annotations

import itertools

_number = itertools.count(1)
DAEMON = {"From": "Mail Delivery System <MAILER-DAEMON@mx.example>", "Return_Path": "<>"}


def raw_mail(body: str | bytes = "Hello\n", **headers: str) -> bytes:
    """`From`, `To`, `Subject` and a Message-ID are there unless given; a header given as "" is left out."""
    fields = {
        "From": "Ana Ruiz <ana@casa.example>",
        "To": "support@hilo.example",
        "Subject": "Hello",
        "Message-ID": f"<in-{next(_number)}@casa.example>",
        "Date": "Mon, 5 Jan 2026 10:00:00 +0100",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value)
    return head.encode() + b"\r\n" + (body if isinstance(body, bytes) else body.encode())


def multipart(subtype: str, *parts: str, **headers: str) -> bytes:
    body = "".join(f"--cut\r\n{part}\r\n" for part in parts) + "--cut--\r\n"
    return raw_mail(body, MIME_Version="1.0", Content_Type=f'multipart/{subtype}; boundary="cut"', **headers)


def report(*blocks: str, returned: str = "Message-ID: <m@hilo.example>\r\n") -> bytes:
    """A delivery report (RFC 3464): each block has the fields of one recipient."""
    status = "Reporting-MTA: dns; mx.example\r\n" + "".join(f"\r\n{block}\r\n" for block in blocks)
    return multipart(
        "report",
        "Content-Type: text/plain\r\n\r\nSorry.",
        f"Content-Type: message/delivery-status\r\n\r\n{status}",
        f"Content-Type: message/rfc822\r\n\r\n{returned}Subject: x\r\n\r\nbody",
        Subject="Undelivered",
        **DAEMON,
    )
