from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.test.client import encode_multipart
from pytest_django import DjangoAssertNumQueries

from omnichannel.models import Attachment, Channel, Conversation, Delivery, Message
from omnichannel.tests.factories import make_conversation
from tests import world
from tests.api.conftest import Api
from tests.world import World

CONVERSATION = {
    "id", "subject", "status", "priority", "contact", "inbox", "assignee", "team", "labels", "waiting_since",
    "last_message_at",
}  # fmt: skip
MESSAGE = {
    "id", "direction", "channel", "from", "to", "cc", "subject", "text", "reply_text", "html", "attachments",
    "delivery",
}  # fmt: skip


def test_conversation_has_the_promised_fields(api: Api) -> None:
    conversation = api.get("conversations/1/").json()

    assert conversation.keys() >= CONVERSATION
    assert (conversation["status"], conversation["priority"], conversation["contact"]) == ("open", "normal", 1)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, {1, 2}),
        ({"status": "resolved"}, set()),
        ({"contact": 1}, {1}),
        ({"inbox": 2}, {2}),
        ({"assignee": 1}, {1}),  # who answered it
    ],
)
def test_conversations_are_filtered(api: Api, query: dict[str, str], expected: set[int]) -> None:
    assert {c["id"] for c in api.get("conversations/", **query).json()["results"]} == expected


def test_thread_reads_downwards_with_deliveries_on_the_messages(api: Api) -> None:
    thread = api.get("conversations/1/messages/").json()["results"]

    assert [message["direction"] for message in thread] == ["inbound", "outbound"]
    assert thread[0].keys() >= MESSAGE
    assert (thread[0]["from"], thread[0]["delivery"]) == ("maria@casa.example", None)
    assert thread[1]["delivery"]["state"] == "queued"
    assert thread[0]["attachments"][0]["filename"] == "a.txt"


def test_reply_is_written_and_on_its_way(api: Api) -> None:
    answer = api.post("conversations/1/messages/", {"body": "Friday."})

    assert (answer.status_code, answer.json()["text"], answer.json()["to"]) == (201, "Friday.", ["maria@casa.example"])
    assert Delivery.objects.get(message=answer.json()["id"]).state == "queued"


def test_reply_with_the_same_client_id_is_one_message(api: Api) -> None:
    ids = {api.post("conversations/1/messages/", {"body": "x", "client_id": "c1"}).json()["id"] for _ in range(2)}

    assert len(ids) == 1


@pytest.mark.parametrize("private", [False, True])
def test_client_id_of_a_message_in_another_conversation_is_409(api: Api, private: bool) -> None:
    api.post("conversations/1/messages/", {"body": "x", "client_id": "c1"})

    answer = api.post("conversations/2/messages/", {"body": "y", "client_id": "c1", "private": private})

    assert (answer.status_code, answer.json()["detail"]) == (
        409,
        "This client_id belongs to a message of another conversation.",
    )
    assert Message.objects.filter(text="y").count() == 0


def test_private_note_leaves_nothing_on_its_way(api: Api) -> None:
    note = api.post("conversations/1/messages/", {"body": "Ask.", "private": True}).json()

    assert (note["direction"], note["delivery"], note["channel"]) == ("note", None, None)


def test_reply_by_a_channel_of_another_team_is_not_found(company: World) -> None:
    client = Client()
    client.force_login(company.users["agent"])

    answer = client.post(
        "/api/v1/conversations/1/messages/", {"body": "x", "channel": 2}, content_type="application/json"
    )

    assert answer.status_code == 404
    assert Message.objects.filter(text="x").count() == 0


def test_reply_without_any_channel_is_409(api: Api) -> None:
    Channel.objects.update(active=False)
    Message.objects.update(identity=None)

    assert api.post("conversations/1/messages/", {"body": "x"}).status_code == 409


def test_resolution_is_made_and_taken_back(api: Api) -> None:
    assert api.post("conversations/1/resolution/", {"reason": "Sent"}).json()["reason"] == "Sent"
    assert Conversation.objects.get(pk=1).status == "resolved"
    assert api("DELETE", "conversations/1/resolution/").status_code == 204
    assert Conversation.objects.get(pk=1).status == "open"


def test_assignment_goes_to_a_colleague_and_back_to_the_queue(api: Api, company: World) -> None:
    agent = company.users["agent"].pk

    assert api.post("conversations/1/assignment/", {"to": agent}).json()["assignee"] == agent
    assert api.post("conversations/1/assignment/", {"to": None}).json()["assignee"] is None


def test_channel_is_connected_and_its_secrets_stay_inside(api: Api) -> None:
    answer = api.post("channels/", {"kind": "email", "name": "Sales", "address": "sales@hilo.example", "inbox": 1})

    assert answer.status_code == 201
    assert "secrets" not in answer.json()
    assert "sealed" not in answer.json()


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "pigeon"},
        {"inbox": 99},
        {"secrets": {"nonsense": "x"}},
        {"settings": {"nonsense": "x"}},
        {"settings": {"imap_port": "many"}},
        {"settings": {"smtp_password": "open"}},
    ],
)
def test_channel_with_wrong_settings_is_400_and_not_kept(api: Api, wrong: dict[str, object]) -> None:
    body = {"kind": "email", "name": "Sales", "address": "sales@hilo.example", "inbox": 1, **wrong}

    assert api.post("channels/", body).status_code == 400
    assert not Channel.objects.filter(name="Sales").exists()


def test_one_address_is_one_account_however_it_is_written(api: Api) -> None:
    there, before = Channel.objects.get(pk=1), Channel.objects.count()

    answer = api.post("channels/", {"kind": "email", "name": "Twice", "address": there.address.upper(), "inbox": 1})

    assert (answer.status_code, Channel.objects.count()) == (400, before)
    with pytest.raises(IntegrityError), transaction.atomic():
        Channel.objects.create(kind="email", name="Twice", address=there.address.upper(), inbox=there.inbox)


def test_inbound_is_listed_by_state_and_replayed(api: Api) -> None:
    item = api.get("inbound/", state="quarantined").json()["results"][0]

    assert item.keys() >= {"id", "channel", "received_at", "state", "error"}
    assert item["error"] == "Not a mail."
    again = api.post(f"inbound/{item['id']}/replay/")
    assert (again.status_code, again.json()["state"], again.json()["error"]) == (202, "received", "")


def test_deliveries_are_listed_by_state(api: Api) -> None:
    states = {delivery["state"] for delivery in api.get("deliveries/", state="queued").json()["results"]}

    assert states == {"queued"}


@pytest.mark.parametrize("resource", ["conversations", "deliveries", "inbound", "channels", "inboxes"])
def test_list_needs_as_many_queries_for_three_rows_as_for_one(
    company: World, resource: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    api = Api(world.key("all"))
    counts = []
    for _ in range(2):
        with django_assert_max_num_queries(9) as queries:
            assert api.get(f"{resource}/").status_code == 200
        counts.append(len(queries))
        for _ in range(2):
            api.post(f"conversations/{make_conversation().pk}/messages/", {"body": "x"})

    assert counts[0] == counts[1]


def send_form(api: Api, **fields: Any) -> Any:
    return api.client.post("/api/v1/conversations/1/messages/", fields, headers=api.headers)


def test_reply_as_a_form_takes_files_along(api: Api) -> None:
    files = [SimpleUploadedFile("a.pdf", b"%PDF", "application/pdf"), SimpleUploadedFile("b.txt", b"b", "text/plain")]
    answer = send_form(api, body="Here it is.", attachments=files, client_id="f1")

    shown = answer.json()
    assert (answer.status_code, shown["text"], shown["direction"]) == (201, "Here it is.", "outbound")
    assert [(f["filename"], f["content_type"], f["size"]) for f in shown["attachments"]] == [
        ("a.pdf", "application/pdf", 4),
        ("b.txt", "text/plain", 1),
    ]
    assert Delivery.objects.get(message=shown["id"]).state == "queued"


def test_private_note_may_be_a_file_alone(api: Api) -> None:
    note = send_form(api, private="true", attachments=SimpleUploadedFile("plan.png", b"png", "image/png")).json()

    assert (note["direction"], note["text"], note["attachments"][0]["filename"]) == ("note", "", "plan.png")


@pytest.mark.parametrize(
    ("count", "size", "field", "sentence"),
    [
        (11, 1, "attachments", "A message takes up to 10 files; these are 11."),
        (2, 11 << 20, "attachments", "The files are too large: together they may have 20\xa0MB."),
        (0, 0, "body", "Write something, or attach a file."),
    ],
)
def test_form_that_is_too_much_or_nothing_is_refused(
    api: Api, count: int, size: int, field: str, sentence: str
) -> None:
    files = [SimpleUploadedFile(f"{n}.bin", b"x" * size) for n in range(count)]
    answer = send_form(api, attachments=files) if files else send_form(api, body=" ")

    assert (answer.status_code, answer.json()["errors"]) == (400, {field: [sentence]})
    assert Message.objects.filter(conversation=1, direction="outbound").count() == 1


def test_form_with_large_files_happens_once_for_its_key_and_no_other_form_does(api: Api) -> None:
    api.headers |= {"Idempotency-Key": "big"}
    first, again, other = [
        api.client.post(
            "/api/v1/conversations/1/messages/",
            encode_multipart(boundary, {"attachments": SimpleUploadedFile("big.bin", content * (3 << 20))}),
            f"multipart/form-data; boundary={boundary}",
            headers=api.headers,
        )
        for boundary, content in (("one", b"x"), ("two", b"x"), ("one", b"y"))
    ]

    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 422)
    assert (again["Idempotency-Replayed"], again.json()["id"]) == ("true", first.json()["id"])
    [kept] = Attachment.objects.filter(message=first.json()["id"])
    assert kept.size == 3 << 20
