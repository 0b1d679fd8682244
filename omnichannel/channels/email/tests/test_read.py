"""The front door: hostile mail through the real sandbox."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import call_command

from kernel import sandbox
from omnichannel.channels.email.empty import EMPTY
from omnichannel.channels.email.parsed import ParsedMail
from omnichannel.channels.email.read import UnreadableMail, read_mail, read_mail_with_files
from omnichannel.channels.email.tests.mails import multipart, raw_mail
from tests.corpus import make_mails

CONTRACT = set(
    """
    file ok error message_id in_reply_to references from_email from_name reply_to to cc subject content_type text html
    reply_text attachments auto_reply bounce seconds
    """.split()  # noqa: SIM905
)


def printed(*files: Path) -> list[dict[str, object]]:
    out = io.StringIO()
    call_command("parse_mail", *map(str, files), stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_mail_is_read_through_the_sandbox() -> None:
    assert read_mail(raw_mail("Hola"))["text"] == "Hola"


def test_contents_come_beside_the_description() -> None:
    parts = [
        "Content-Disposition: attachment; filename=a\r\n\r\none",
        "Content-Disposition: attachment; filename=b\r\n\r\ntwo!",
    ]
    found = read_mail_with_files(multipart("mixed", *parts))
    assert [
        (each["filename"], content) for each, content in zip(found.mail["attachments"], found.contents, strict=True)
    ] == [
        ("a", b"one"),
        ("b", b"two!"),
    ]


def test_refusal_says_which_limit() -> None:
    with pytest.raises(UnreadableMail, match="A header block has 80"):
        read_mail(raw_mail(Content_Type="text/plain; " + "a=b; " * 16_000))


def test_html_that_exhausts_the_sandbox_is_shown_as_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pre-scan is blind for tags hidden in unquoted attributes; the second try is without HTML."""
    hidden = "<div x=</div>" * 60_000
    limits = sandbox.Limits(cpu=1)
    run = sandbox.run
    monkeypatch.setattr(sandbox, "run", lambda *args, **options: run(*args, limits=limits, **options))
    mail = read_mail(raw_mail(f"<p>Hola</p>{hidden}", Content_Type="text/html"))
    assert mail["text"].startswith("Hola")


def test_command_prints_every_field_of_the_contract(tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    path.write_bytes(raw_mail("Hola\r\n\r\nOn 5 Jan 2026, Bea wrote:\r\n> x", Subject="=?utf-8?Q?A=C3=B1o?="))
    line = printed(path)[0]
    assert set(line) >= CONTRACT
    assert (line["file"], line["ok"], line["error"], line["subject"], line["reply_text"]) == (
        str(path),
        True,
        "",
        "Año",
        "Hola",
    )


def test_command_never_raises(tmp_path: Path) -> None:
    (tmp_path / "junk").write_bytes(bytes(range(256)))
    lines = printed(tmp_path / "missing", tmp_path, tmp_path / "junk")
    assert [line["ok"] for line in lines] == [False, False, False]
    assert all(line["error"] for line in lines)
    assert lines[2]["error"] == "This is no mail: it has no header fields."


def test_mail_of_fifty_megabytes_is_read(tmp_path: Path) -> None:
    path = tmp_path / "large.eml"
    body = "Content-Disposition: attachment; filename=a.bin\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    path.write_bytes(multipart("mixed", "\r\nsee", body + ("QUJD" * 19 + "\r\n") * 650_000))
    line = printed(path)[0]
    assert (line["ok"], line["text"]) == (True, "see")


def test_empty_mail_has_the_fields_of_a_parsed_one() -> None:
    assert set(EMPTY) == set(ParsedMail.__annotations__)


def test_hostile_corpus_is_up_to_date() -> None:
    """Run `python -m tests.corpus.make_mails` after changing it."""
    assert {path.stem: path.read_bytes() for path in make_mails.FOLDER.glob("*.eml")} == dict(make_mails.mails())


@pytest.mark.parametrize("path", sorted(make_mails.FOLDER.glob("*.eml")), ids=lambda path: path.stem)
def test_hostile_mail_is_read_and_harmless(path: Path) -> None:
    mail = read_mail(path.read_bytes())
    assert mail["text"]
    assert "<script" not in mail["html"]
    for value in (
        mail["subject"],
        mail["from_name"],
        mail["to"],
        mail["message_id"],
        *(a["filename"] for a in mail["attachments"]),
    ):
        assert not set(value) & set("\r\n\x00\u2028\u2029\u202e") or value == mail["subject"]
