"""The inbox for programs: pages, filters, keys that make a POST happen once, and what each colleague's session sees."""

from typing import Any

import pytest
from django.test import Client

from crm.models import Event, Tag, User
from omnichannel.actions import conversations, deliveries
from omnichannel.models import Channel, Conversation, Delivery, Message
from omnichannel.tests.factories import make_channel, make_conversation
from tests.api.conftest import Api
from tests.world import World


class Session:
    """A colleague's browser that calls the API."""

    def __init__(self, user: User) -> None:
        self.client = Client()
        self.client.force_login(user)

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"/api/v1/{path}", query)

    def post(self, path: str, body: Any = None) -> Any:
        return self.client.post(f"/api/v1/{path}", body or {}, content_type="application/json")


def ids(answer: Any) -> set[int]:
    return {row["id"] for row in answer.json()["results"]}


def walk(api: Api, path: str) -> list[list[int]]:
    """The pages behind each other, as their ids."""
    pages, answer = [], api.client.get(path, headers=api.headers).json()
    while True:
        pages.append([row["id"] for row in answer["results"]])
        if answer["next"] is None:
            return pages
        answer = api.client.get(answer["next"], headers=api.headers).json()


# --- reading -----------------------------------------------------------------------------------------------------


def test_conversations_are_walked_newest_first_whatever_comes_in_meanwhile(api: Api) -> None:
    for _ in range(3):
        make_conversation()
    numbers = sorted(Conversation.objects.values_list("pk", flat=True), reverse=True)
    first = api.get("conversations/", limit=2).json()
    make_conversation()

    second = api.client.get(first["next"], headers=api.headers).json()

    assert [row["id"] for row in first["results"] + second["results"]] == numbers[:4]
    assert walk(api, second["next"]) == [numbers[4:]]


def test_thread_is_walked_from_its_beginning(api: Api, company: World) -> None:
    for number in range(4):
        conversations.add_note(company.conversation, by=company.users["agent"], body=f"{number}")
    numbers = list(company.conversation.messages.order_by("pk").values_list("pk", flat=True))

    assert walk(api, "/api/v1/conversations/1/messages/?limit=4") == [numbers[:4], numbers[4:]]


def test_thread_holds_nothing_of_other_conversations_of_the_person(api: Api) -> None:
    other = make_conversation(sender="maria@casa.example", name="María Ruiz")

    assert other.contact_id == 1
    assert ids(api.get("conversations/1/messages/")).isdisjoint(ids(api.get(f"conversations/{other.pk}/messages/")))


@pytest.mark.parametrize(("name", "value"), [("assignee", "-1"), ("contact", "9" * 19), ("inbox", "٣")])
def test_filter_that_is_no_number_is_400_and_says_which(api: Api, name: str, value: str) -> None:
    answer = api.get("conversations/", **{name: value})

    assert (answer.status_code, answer.json()["errors"]) == (400, {name: ["This must be the number of a row."]})


def test_filters_hold_together(api: Api, company: World) -> None:
    conversations.resolve(company.conversation, by=None)

    assert ids(api.get("conversations/", status="resolved", contact=1)) == {1}
    assert ids(api.get("conversations/", status="open", contact=1)) == set()


def test_labels_are_the_tags_of_the_person_and_priority_a_word(api: Api, company: World) -> None:
    company.contact.tags.add(*(Tag.objects.create(name=name) for name in ("vip", "shop")))
    Conversation.objects.filter(pk=1).update(priority=Conversation.Priority.URGENT)

    shown = api.get("conversations/1/").json()

    assert (sorted(shown["labels"]), shown["priority"]) == (["shop", "vip"], "urgent")


def test_message_shows_how_far_it_got_and_why(api: Api) -> None:
    delivery = Delivery.objects.get(message__conversation=1)
    deliveries.report(delivery, "bounced", error="5.1.1 no such user")

    shown = api.get(f"messages/{delivery.message_id}/").json()["delivery"]

    assert shown == {"id": delivery.pk, "state": "bounced", "attempts": 0, "error": "5.1.1 no such user"}


def test_inbound_shows_neither_bytes_nor_envelope(api: Api) -> None:
    [item] = api.get("inbound/", state="quarantined", limit=1).json()["results"]

    assert item.keys() == {"id", "channel", "received_at", "state", "error", "attempts"}


# --- writing once ------------------------------------------------------------------------------------------------


def test_reply_with_the_same_key_leaves_once(api: Api) -> None:
    before = Delivery.objects.count()
    first, again = (api.post("conversations/1/messages/", {"body": "Va"}, Idempotency_Key="r1") for _ in range(2))

    assert (first.status_code, again.status_code, first.json()) == (201, 201, again.json())
    assert ("Idempotency-Replayed" in first, again["Idempotency-Replayed"]) == (False, "true")
    assert Delivery.objects.count() == before + 1


def test_key_of_a_reply_is_not_taken_for_one_in_another_conversation(api: Api) -> None:
    api.post("conversations/1/messages/", {"body": "Va"}, Idempotency_Key="r1")

    answer = api.post("conversations/2/messages/", {"body": "Va"}, Idempotency_Key="r1")

    assert (answer.status_code, Message.objects.filter(text="Va").count()) == (422, 1)


def test_refused_reply_leaves_its_key_free_for_when_it_can_leave(api: Api) -> None:
    Channel.objects.update(active=False)
    Message.objects.update(identity=None)
    assert api.post("conversations/1/messages/", {"body": "Va"}, Idempotency_Key="r1").status_code == 409

    Channel.objects.update(active=True)

    assert api.post("conversations/1/messages/", {"body": "Va"}, Idempotency_Key="r1").status_code == 201


def test_resolution_with_the_same_key_is_not_made_again_after_it_was_taken_back(api: Api) -> None:
    """A repeated request is the first one's answer, not a new wish."""
    api.post("conversations/1/resolution/", {"reason": "Sent"}, Idempotency_Key="x1")
    api("DELETE", "conversations/1/resolution/")

    again = api.post("conversations/1/resolution/", {"reason": "Sent"}, Idempotency_Key="x1")

    assert (again.status_code, again.json()["reason"]) == (201, "Sent")
    assert Conversation.objects.get(pk=1).status == "open"


def test_resolving_twice_answers_with_the_first_and_reopening_an_open_one_with_nothing(api: Api) -> None:
    first = api.post("conversations/1/resolution/", {"reason": "Sent"}).json()

    assert api.post("conversations/1/resolution/", {"reason": "Other"}).json() == first
    assert [api("DELETE", "conversations/1/resolution/").status_code for _ in range(2)] == [204, 204]
    assert Event.objects.filter(name="conversation.reopened").count() == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"body": "  "}, "body"),
        ({"body": "x" * 100_001}, "body"),
        ({"body": "x", "client_id": "c" * 65}, "client_id"),
        ({"body": "x", "channel": 0}, "channel"),
    ],
)
def test_message_that_is_none_is_400_names_the_field_and_writes_nothing(
    api: Api, body: dict[str, object], field: str
) -> None:
    before = Message.objects.count()

    answer = api.post("conversations/1/messages/", body)

    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    assert Message.objects.count() == before


def test_reply_by_a_program_has_no_author_and_takes_nothing(api: Api) -> None:
    Conversation.objects.filter(pk=1).update(assignee=None)

    answer = api.post("conversations/1/messages/", {"body": "Va"}).json()

    assert (answer["author"], answer["automatic"]) == (None, False)
    assert Conversation.objects.get(pk=1).assignee is None
    assert api.post("conversations/1/resolution/").json()["by"] is None


def test_reply_by_an_account_that_is_switched_off_is_not_found(api: Api) -> None:
    off = make_channel(active=False)

    assert api.post("conversations/1/messages/", {"body": "x", "channel": off.pk}).status_code == 404


def test_reply_by_a_kind_of_channel_goes_by_the_inboxs_own_account(api: Api, company: World) -> None:
    make_channel(kind="email")

    said = api.post("conversations/1/messages/", {"body": "x", "channel": "email"})

    assert (said.status_code, said.json()["channel"]) == (201, company.channel.pk)
    assert api.post("conversations/1/messages/", {"body": "x", "channel": "pigeon"}).status_code == 400
    assert api.post("conversations/1/messages/", {"body": "x", "channel": "scripted"}).status_code == 404


def test_what_programs_sent_can_be_read_whole(api: Api, company: World) -> None:
    mail = Delivery.objects.filter(message__conversation=None).first()
    assert mail is not None

    assert api.get(f"messages/{mail.message_id}/").json()["delivery"]["id"] == mail.pk


def test_reply_by_another_account_goes_by_it(api: Api) -> None:
    other = make_channel()

    assert api.post("conversations/1/messages/", {"body": "x", "channel": other.pk}).json()["channel"] == other.pk


# --- what each colleague's session sees --------------------------------------------------------------------------


@pytest.mark.parametrize(("role", "seen"), [("agent", {1}), ("other", {2}), ("manager", {1, 2})])
def test_session_lists_what_its_colleague_sees(company: World, role: str, seen: set[int]) -> None:
    session = Session(company.users[role])

    assert [ids(session.get(f"{resource}/")) for resource in ("conversations", "inboxes", "channels")] == [seen] * 3


def test_filter_never_shows_more_than_the_session_sees(company: World) -> None:
    session, hidden = Session(company.users["agent"]), Conversation.objects.get(pk=2)

    for query in ({"inbox": 2}, {"contact": hidden.contact_id}, {"assignee": hidden.assignee_id}):
        assert ids(session.get("conversations/", **query)) == set()


def test_session_writes_as_its_colleague_and_takes_what_nobody_has(company: World) -> None:
    Conversation.objects.filter(pk=1).update(assignee=None)
    agent = company.users["agent"]

    answer = Session(agent).post("conversations/1/messages/", {"body": "Va"})

    assert (answer.json()["author"], Conversation.objects.get(pk=1).assignee) == (agent.pk, agent)
    assert Session(agent).post("conversations/1/resolution/").json()["by"] == agent.pk


def test_who_hands_a_conversation_out_of_reach_gets_the_answer_and_sees_it_no_more(company: World) -> None:
    """Assigned to somebody of another team it stays in its inbox; what was only lent is gone."""
    conversations.assign(company.hidden, to=company.users["agent"], by=None)
    session = Session(company.users["agent"])
    assert ids(session.get("conversations/")) == {1, 2}

    answer = session.post("conversations/2/assignment/", {"to": company.users["other"].pk})

    assert (answer.status_code, answer.json()["assignee"]) == (200, company.users["other"].pk)
    assert session.get("conversations/2/").status_code == 404


@pytest.mark.parametrize("to", [999_999, True])
def test_assignment_to_nobody_there_is_400_and_changes_nothing(api: Api, company: World, to: object) -> None:
    answer = api.post("conversations/1/assignment/", {"to": to})

    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["to"])
    assert Conversation.objects.get(pk=1).assignee == company.users["agent"]


def test_assignment_is_to_somebody_who_works_in_the_inbox(api: Api, company: World) -> None:
    answer = api.post("conversations/1/assignment/", {"to": company.users["sales"].pk})

    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["to"])


@pytest.mark.parametrize(("change", "status"), [({"is_active": False}, 400), ({"is_active": True}, 200)])
def test_assignment_is_to_somebody_who_still_works_here(
    api: Api, company: World, change: dict[str, bool], status: int
) -> None:
    colleague = company.users["manager"]
    User.objects.filter(pk=colleague.pk).update(**change)

    assert api.post("conversations/1/assignment/", {"to": colleague.pk}).status_code == status


def test_secret_of_an_account_is_kept_sealed_and_settings_are_completed(api: Api) -> None:
    body = {
        "kind": "email", "name": "Sales", "address": "sales@hilo.example", "inbox": 1,
        "settings": {"imap_host": "imap.example", "imap_user": "sales"}, "secrets": {"imap_password": "top secret"},
    }  # fmt: skip

    answer = api.post("channels/", body)

    channel = Channel.objects.get(pk=answer.json()["id"])
    assert (answer.status_code, channel.secret("imap_password")) == (201, "top secret")
    assert "top secret" not in f"{channel.sealed}{channel.settings}{answer.content!r}"


def test_account_that_its_kind_finds_incomplete_is_400_with_the_kinds_own_sentences(api: Api) -> None:
    body = {"kind": "email", "name": "Sales", "address": "sales@hilo.example", "inbox": 1}

    answer = api.post("channels/", {**body, "settings": {"imap_host": "imap.example"}})

    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["settings"])
    assert "Fill in the user name of the IMAP mailbox." in answer.json()["errors"]["settings"]
    assert not Channel.objects.filter(name="Sales").exists()


def test_second_account_with_the_same_address_is_400(api: Api) -> None:
    body = {"kind": "email", "name": "Again", "address": "support@hilo.example", "inbox": 1}

    assert api.post("channels/", body).status_code == 400
    assert not Channel.objects.filter(name="Again").exists()
