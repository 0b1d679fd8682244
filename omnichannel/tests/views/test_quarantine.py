"""The quarantine: nothing that arrived is lost, and reading it again is one click."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.models import Team
from omnichannel import outbox
from omnichannel.actions import inbound
from omnichannel.models import Channel, RawInbound
from omnichannel.tests.factories import make_channel, make_user

pytestmark = pytest.mark.django_db
MAIL = b"From: =?utf-8?q?Mar=C3=ADa?= <maria@casa.example>\r\nSubject: roto\r\n\r\nhola"


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_user("agent"))
    return client


def held_back(channel: Channel | None = None, body: bytes = MAIL) -> RawInbound:
    channel = channel or make_channel()
    return RawInbound.objects.create(
        channel=channel, dedup_key=f"k{RawInbound.objects.count()}", body=body, state="quarantined", error="bad mail"
    )


def test_quarantine_shows_reason_size_and_readable_headers(client: Client) -> None:
    held_back()
    page = client.get("/quarantine/").content.decode()
    assert "bad mail" in page
    assert "María &lt;maria@casa.example&gt;" in page
    assert "roto" in page
    assert f"{len(MAIL)}\xa0bytes" in page


@pytest.mark.parametrize("rows", [1, 3])
def test_quarantine_costs_the_same_queries_for_one_and_three_rows(client: Client, rows: int) -> None:
    channel = make_channel()
    for _ in range(rows):
        held_back(channel)
    client.get("/quarantine/")
    with CaptureQueriesContext(connection) as queries:
        client.get("/quarantine/")
    assert len(queries) == 7, "\n".join(q["sql"][:160] for q in queries)


def test_quarantine_lists_nothing_else(client: Client) -> None:
    raw = held_back()
    RawInbound.objects.filter(pk=raw.pk).update(state="processed")
    assert "Nothing is held back" in client.get("/quarantine/").content.decode()


def test_raw_is_a_download_that_no_browser_opens(client: Client) -> None:
    response = client.get(f"/quarantine/{held_back().pk}/raw/")
    assert response.content == MAIL
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_reading_again_puts_it_back_at_the_start(client: Client) -> None:
    raw = held_back()
    response = client.post(f"/quarantine/{raw.pk}/replay/", follow=True)
    raw.refresh_from_db()
    assert (raw.state, raw.attempts, raw.error) == ("received", 0, "")
    assert "It is being read again" in response.content.decode()


def test_what_was_read_meanwhile_is_not_read_twice(client: Client) -> None:
    raw = held_back()
    RawInbound.objects.filter(pk=raw.pk).update(state="processed")
    client.post(f"/quarantine/{raw.pk}/replay/")
    raw.refresh_from_db()
    assert raw.state == "processed"


def test_poison_goes_round_and_comes_back_with_its_reason(client: Client) -> None:
    raw = held_back(body=b"not json")
    client.post(f"/quarantine/{raw.pk}/replay/")
    for _ in range(RawInbound.max_attempts):
        RawInbound.objects.filter(pk=raw.pk).update(due_at="2020-01-01T00:00Z")
        inbound.process_due()
    assert "JSONDecodeError" in client.get("/quarantine/").content.decode()


def test_items_of_other_teams_are_not_found(client: Client) -> None:
    raw = held_back(make_channel(team=Team.objects.create(name="Wholesale")))
    assert "bad mail" not in client.get("/quarantine/").content.decode()
    assert client.get(f"/quarantine/{raw.pk}/raw/").status_code == 404
    assert client.post(f"/quarantine/{raw.pk}/replay/").status_code == 404
    raw.refresh_from_db()
    assert raw.state == "quarantined"


def test_what_was_refused_at_the_door_is_told_by_its_envelope_and_true_size(client: Client) -> None:
    """Nothing of it was kept but what the sender's server said."""
    raw = held_back(body=b"")
    RawInbound.objects.filter(pk=raw.pk).update(meta={"mail_from": "big@casa.example", "size": 60_000_000})
    page = client.get("/quarantine/").content.decode()
    assert "big@casa.example" in page
    assert "57.2\xa0MB" in page


def test_newest_is_first_and_the_fifty_first_on_the_next_page() -> None:
    agent, channel = make_user("agent"), make_channel()
    made = RawInbound.objects.bulk_create(
        RawInbound(channel=channel, dedup_key=f"k{n}", body=b"", state="quarantined") for n in range(51)
    )
    page = outbox.quarantined(agent)
    assert page.rows == made[:0:-1]
    rest = outbox.quarantined(agent, cursor=page.next)
    assert (rest.rows, rest.next) == ([made[0]], "")


@pytest.mark.parametrize(
    ("start", "line"),
    [
        (b"Subject: Hola\r\n", "Hola"),
        (b"X-A: b\nsubject:   Hola  \n", "Hola  "),
        (b"Subject: \xff\xfe\r\n", "\ufffd\ufffd"),
        (b"Subject: =?nonsense?q?a?=\r\n", "=?nonsense?q?a?="),
        (b"Subject: " + b"a" * 80_000, "a" * 300),
        (b"\x00\x01\x02", ""),
        (b"SUBJECT:Hola", "Hola"),
        (b"X-Subject: no\r\n", ""),
        (b"Subject:\r\n folded\r\n", ""),
        (b"Subject: =?utf-8?b?w7E=?= =?nowhere?q?x?=\r\n", "=?utf-8?b?w7E=?= =?nowhere?q?x?="),
        (b"Subject: first\r\nSubject: second\r\n", "first"),
    ],
)
def test_header_lines_are_read_from_anything(start: bytes, line: str) -> None:
    assert outbox.header_line(start, "Subject") == line
