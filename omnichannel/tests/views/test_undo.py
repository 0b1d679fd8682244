"""What a toast offers to take back, and what resolving and going on opens."""

import json
from typing import Any

import pytest
from django.test import Client

from crm.models import Team, User
from omnichannel.actions import conversations
from omnichannel.models import Channel, Conversation, Cycle, Reading
from omnichannel.tests.factories import make_channel, make_conversation, make_user

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def channel() -> Channel:
    return make_channel()


def toast(response: Any) -> dict[str, Any]:
    shown: dict[str, Any] = json.loads(response.headers["HX-Trigger-After-Swap"])["toast"]
    return shown


def undo(client: Client, response: Any) -> Any:
    wanted = toast(response)["undo"]
    return client.generic(wanted["method"], wanted["url"], headers=HTMX)


def now(conversation: Conversation) -> Conversation:
    return Conversation.objects.get(pk=conversation.pk)


def test_handing_on_is_taken_back_to_whoever_had_it(client: Client, agent: User) -> None:
    first, second = make_user("agent"), make_user("agent")
    conversation = make_conversation()
    conversations.assign(conversation, to=first, by=agent)
    url = f"/conversations/{conversation.pk}/assignment/"

    handed = client.post(url, {"assignee": second.pk}, headers=HTMX)
    assert now(conversation).assignee == second
    back = undo(client, handed)
    assert now(conversation).assignee == first
    undo(client, back)

    assert now(conversation).assignee == second


@pytest.mark.parametrize("taken", [True, False])
def test_late_undo_does_not_take_it_from_a_colleague_who_took_it_meanwhile(
    client: Client, agent: User, taken: bool
) -> None:
    conversation, tom = make_conversation(), make_user("agent", first_name="Tom", last_name="Reyes")
    handed = client.post(
        f"/conversations/{conversation.pk}/assignment/", {"assignee": make_user("agent").pk}, headers=HTMX
    )
    conversations.assign(conversation, to=tom if taken else None, by=tom)

    late = undo(client, handed)

    said = "Tom Reyes has it meanwhile" if taken else "nobody has it any more"
    assert toast(late) == {"level": "warning", "text": f"Nothing was undone: {said}."}
    assert now(conversation).assignee == (tom if taken else None)
    assert f'id="head-{conversation.pk}"' in late.content.decode()


def test_giving_back_to_the_queue_says_so_and_is_taken_back(client: Client, agent: User) -> None:
    conversation = make_conversation()
    conversations.assign(conversation, to=agent, by=agent)

    response = client.post(f"/conversations/{conversation.pk}/assignment/", {"assignee": ""}, headers=HTMX)

    assert (toast(response)["text"], now(conversation).assignee) == ("Back in the queue", None)
    undo(client, response)
    assert now(conversation).assignee == agent


def test_what_the_form_says_counts_more_than_the_address(client: Client, agent: User) -> None:
    conversation = make_conversation()

    client.post(f"/conversations/{conversation.pk}/assignment/?assignee=", {"assignee": agent.pk}, headers=HTMX)

    assert now(conversation).assignee == agent


@pytest.mark.parametrize("gone", ["inactive", "sales"])
def test_assignment_to_somebody_who_cannot_work_on_it_is_refused_with_a_sentence(client: Client, gone: str) -> None:
    people = {"inactive": make_user("agent", is_active=False).pk, "sales": make_user("sales").pk}
    conversation = make_conversation()

    response = client.post(f"/conversations/{conversation.pk}/assignment/", {"assignee": people[gone]})

    assert (response.status_code, response.content.decode()) == (400, "This colleague does not work on this inbox.")
    assert now(conversation).assignee is None


def test_resolving_is_taken_back_into_a_new_cycle_and_the_undo_of_that_resolves_again(
    client: Client, agent: User
) -> None:
    conversation = make_conversation()

    reopened = undo(client, client.post(f"/conversations/{conversation.pk}/resolution/", headers=HTMX))
    assert now(conversation).is_resolved is False
    undo(client, reopened)

    assert [cycle.resolved_by for cycle in Cycle.objects.all()] == [agent, agent]
    assert now(conversation).is_resolved is True


def test_who_hands_away_what_they_only_had_on_loan_sees_its_row_go(client: Client) -> None:
    team = Team.objects.create(name="Wholesale")
    conversation, insider = make_conversation(make_channel(team=team)), make_user("agent", team=team)
    conversations.assign(conversation, to=User.objects.get(first_name="Lola"), by=insider)

    response = client.post(f"/conversations/{conversation.pk}/assignment/", {"assignee": insider.pk}, headers=HTMX)

    assert response.content.decode() == f'<div id="row-{conversation.pk}" hx-swap-oob="delete"></div>'
    assert client.get(f"/inbox/{conversation.pk}/").status_code == 404


@pytest.mark.parametrize(("tab", "opened", "query"), [("mine", "mine", "?tab=mine"), ("nonsense", "free", "")])
def test_resolving_and_going_on_stays_in_the_tab(
    client: Client, agent: User, channel: Channel, tab: str, opened: str, query: str
) -> None:
    rows = {name: make_conversation(channel, sender=f"{name}@casa.example") for name in ("mine", "free", "current")}
    for name in ("mine", "current"):
        conversations.assign(rows[name], to=agent, by=agent)

    response = client.post(f"/conversations/{rows['current'].pk}/resolution/?next=1", {"tab": tab}, headers=HTMX)

    assert response.headers["HX-Push-Url"] == f"/inbox/{rows[opened].pk}/{query}"
    assert toast(response)["undo"]["url"] == f"/conversations/{rows['current'].pk}/resolution/"


def test_what_is_opened_next_is_read_and_the_row_of_the_resolved_one_is_redrawn(
    client: Client, agent: User, channel: Channel
) -> None:
    below, current = (make_conversation(channel, sender=f"{name}@casa.example") for name in "ab")

    page = client.post(f"/conversations/{current.pk}/resolution/?next=1", {"tab": "all"}, headers=HTMX).content.decode()

    assert Reading.objects.get(user=agent).conversation == below
    assert f'hx-swap-oob="delete:#rows-mine #row-{current.pk}' in page
