"""Writing, assigning, resolving, reading: what each request does, says and refuses."""

import json
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from crm.models import Event, Team, User
from omnichannel.actions import conversations
from omnichannel.models import Conversation, Delivery, Message, Reading
from omnichannel.tests.factories import inbound, make_channel, make_conversation, make_user

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def toast(response: Any) -> dict[str, Any]:
    shown: dict[str, Any] = json.loads(response.headers["HX-Trigger-After-Swap"])["toast"]
    return shown


def write(client: Client, conversation: Conversation, **data: Any) -> HttpResponse:
    url = f"/conversations/{conversation.pk}/messages/"
    response: HttpResponse = client.post(url, {"body": "Ya está en camino", **data}, headers=HTMX)  # type: ignore[assignment]
    return response


def test_reply_is_written_with_its_delivery_and_comes_back_as_fragments(client: Client, agent: User) -> None:
    conversation = make_conversation(sender="ana@casa.example")
    response = write(client, conversation, client_id="c1")
    message = conversation.messages.get(direction="outbound")
    assert (message.author, message.text, message.delivery.address) == (agent, "Ya está en camino", "ana@casa.example")
    page = response.content.decode()
    assert f'hx-swap-oob="beforeend:#messages-{conversation.pk}:not(:has(#message-{message.pk}))"' in page
    assert f'id="row-{conversation.pk}"' in page
    assert f'<option value="{agent.pk}" selected' in page  # who answers first takes the conversation
    assert f'name="last_message_id" id="seen-{conversation.pk}" value="{message.pk}"' in page


def test_sending_twice_is_one_message(client: Client) -> None:
    conversation = make_conversation()
    first, second = (write(client, conversation, client_id="same") for _ in range(2))
    assert first.content == second.content
    assert Delivery.objects.count() == 1


def test_note_stays_inside(client: Client) -> None:
    conversation = make_conversation()
    page = write(client, conversation, body="Cliente de siempre", private="on").content.decode()
    assert 'data-direction="note"' in page
    assert Delivery.objects.count() == 0


def test_reply_to_a_changed_thread_is_not_sent_and_shows_what_is_new(client: Client) -> None:
    channel = make_channel()
    conversation = make_conversation(channel, message_id="first@casa.example")
    seen = conversation.messages.get().pk
    conversations.receive(channel, inbound(text="¡Olvídenlo, ya llegó!", in_reply_to="first@casa.example"))
    response = write(client, conversation, last_message_id=seen, client_id="c2")
    page = response.content.decode()
    assert response.status_code == 409
    assert "¡Olvídenlo, ya llegó!" in page
    assert "The customer wrote again while you were writing." in page
    assert "Send anyway" in page
    assert Delivery.objects.count() == 0

    newest = page.split('name="last_message_id"')[1].split('value="')[1].split('"')[0]
    assert write(client, conversation, last_message_id=newest, client_id="c2").status_code == 200
    assert Delivery.objects.count() == 1


def test_own_answer_from_another_tab_holds_back_the_one_that_does_not_know_of_it(client: Client) -> None:
    conversation = make_conversation()
    seen = conversation.messages.get().pk
    write(client, conversation, last_message_id=seen, client_id="tab-2")

    held = write(client, conversation, last_message_id=seen, client_id="tab-1")

    assert held.status_code == 409
    assert "You have answered meanwhile, in another tab or elsewhere." in held.content.decode()
    assert Delivery.objects.count() == 1


def test_composer_shows_where_the_answer_goes_if_not_to_the_sender(client: Client) -> None:
    channel = make_channel()
    conversation = make_conversation(channel, sender="noreply@shop.example", reply_to=["ana@casa.example"])
    page = client.get(f"/inbox/{conversation.pk}/").content.decode()
    said = "goes to ana@casa.example, as the message asks (Reply-To), not to noreply@shop.example."
    assert f"An answer by {channel.name} {said}" in page


@pytest.mark.parametrize("wanted", [[], ["Ana@casa.example"]])
def test_composer_says_nothing_about_an_answer_that_goes_to_the_sender(client: Client, wanted: list[str]) -> None:
    conversation = make_conversation(sender="ana@casa.example", reply_to=wanted)
    page = client.get(f"/inbox/{conversation.pk}/").content.decode()
    assert (f'id="route-{conversation.pk}"' in page, "(Reply-To)" in page) == (True, False)


def test_composer_names_the_channel_whose_answers_go_elsewhere(client: Client) -> None:
    shop, mail = make_channel(), make_channel()
    conversation = make_conversation(shop, reply_to=["otra@casa.example"], message_id="m1@casa.example")
    conversations.receive(mail, inbound(in_reply_to="m1@casa.example"))
    page = client.get(f"/inbox/{conversation.pk}/").content.decode()
    assert f"An answer by {shop.name} goes to otra@casa.example" in page
    assert f"An answer by {mail.name}" not in page


def test_reply_to_a_thread_that_asks_for_another_address_meanwhile_shows_it(client: Client) -> None:
    channel = make_channel()
    conversation = make_conversation(channel, message_id="first@casa.example")
    seen = conversation.messages.get().pk
    conversations.receive(channel, inbound(in_reply_to="first@casa.example", reply_to=["otra@casa.example"]))
    response = write(client, conversation, last_message_id=seen)
    assert (response.status_code, "goes to otra@casa.example" in response.content.decode()) == (409, True)


def test_empty_message_is_refused_with_a_sentence(client: Client) -> None:
    response = write(client, make_conversation(), body="   ")
    assert response.status_code == 422
    assert toast(response)["text"].startswith("Write something first")


def test_reply_without_any_channel_says_so_and_writes_nothing(client: Client) -> None:
    conversation = make_conversation()
    conversation.messages.update(identity=None)
    conversation.contact.identities.all().delete()
    response = write(client, conversation)
    assert response.status_code == 422
    assert "No active channel reaches this person" in toast(response)["text"]
    assert conversation.messages.count() == 1


def test_another_teams_account_is_no_way_to_answer(client: Client, agent: User) -> None:
    conversation = make_conversation(make_channel())
    elsewhere = make_channel(team=Team.objects.create(name="Elsewhere"))

    answer = write(client, conversation, channel=elsewhere.pk, client_id="c1")

    assert (answer.status_code, Delivery.objects.count()) == (422, 0)
    page = client.get(f"/inbox/new/?contact={conversation.contact_id}").content.decode()
    assert f'<option value="{elsewhere.pk}"' not in page


def test_form_without_htmx_leads_back_to_the_conversation(client: Client) -> None:
    conversation = make_conversation()
    response = client.post(f"/conversations/{conversation.pk}/messages/", {"body": "Hola"})
    assert (response.status_code, response.headers["Location"]) == (302, f"/inbox/{conversation.pk}/")


def test_assigning_shows_who_and_offers_the_way_back(client: Client, agent: User) -> None:
    conversation = make_conversation()
    response = client.post(f"/conversations/{conversation.pk}/assignment/", {"assignee": agent.pk}, headers=HTMX)
    conversation.refresh_from_db()
    assert conversation.assignee == agent
    assert toast(response) == {
        "level": "success",
        "text": "Assigned to Lola Vidal",
        "undo": {"url": f"/conversations/{conversation.pk}/assignment/?assignee=&of={agent.pk}", "method": "POST"},
    }
    client.post(toast(response)["undo"]["url"], headers=HTMX)
    conversation.refresh_from_db()
    assert conversation.assignee is None


def test_conversation_is_not_handed_to_somebody_who_cannot_see_it(client: Client, agent: User) -> None:
    agent.team = Team.objects.create(name="Support")
    agent.save()
    stranger = make_user("agent", team=Team.objects.create(name="Wholesale"))
    conversation = make_conversation(make_channel(team=agent.team))
    response = client.post(f"/conversations/{conversation.pk}/assignment/", {"assignee": stranger.pk}, headers=HTMX)
    conversation.refresh_from_db()
    assert response.status_code == 400
    assert conversation.assignee is None


def test_resolving_and_its_undo(client: Client, agent: User) -> None:
    conversation = make_conversation()
    response = client.post(f"/conversations/{conversation.pk}/resolution/", headers=HTMX)
    conversation.refresh_from_db()
    assert (conversation.status, conversation.resolution.by) == ("resolved", agent)
    undo = toast(response)["undo"]
    assert undo == {"url": f"/conversations/{conversation.pk}/resolution/", "method": "DELETE"}
    again = client.delete(undo["url"], headers=HTMX)
    conversation.refresh_from_db()
    assert conversation.status == "open"
    assert toast(again)["text"] == "Reopened"


def test_resolve_and_next_opens_the_row_below_it(client: Client, agent: User) -> None:
    channel = make_channel()
    below, current, _above = (make_conversation(channel, sender=f"{n}@casa.example", subject=n) for n in "abc")
    response = client.post(
        f"/conversations/{current.pk}/resolution/?next=1", {"tab": "unassigned"}, headers=HTMX | {"HX-Target": "x"}
    )
    assert response.headers["HX-Push-Url"] == f"/inbox/{below.pk}/?tab=unassigned"
    assert f'data-conversation="{below.pk}"' in response.content.decode()
    assert Conversation.objects.resolved().get() == current


def test_resolving_the_last_one_stays_where_it_is(client: Client) -> None:
    conversation = make_conversation()
    url = f"/conversations/{conversation.pk}/resolution/?next=1"
    response = client.post(url, {"tab": "unassigned"}, headers=HTMX)
    assert "HX-Push-Url" not in response.headers
    assert "Reopen" in response.content.decode()


def test_reading_goes_up_to_the_newest_message(client: Client, agent: User) -> None:
    conversation = make_conversation()
    client.post(f"/conversations/{conversation.pk}/reading/", headers=HTMX)
    assert Reading.objects.get().last_message_id == Message.objects.get().pk


REQUESTS = [
    ("post", "messages", {"body": "x"}),
    ("post", "assignment", {"assignee": ""}),
    ("post", "resolution", {}),
    ("delete", "resolution", {}),
    ("post", "reading", {}),
]


@pytest.mark.parametrize(("method", "noun", "data"), REQUESTS)
def test_what_is_not_visible_is_not_found_and_stays_as_it_is(
    client: Client, method: str, noun: str, data: dict[str, str]
) -> None:
    conversation = make_conversation(make_channel(team=Team.objects.create(name="Wholesale")))
    before = Event.objects.count()
    response = getattr(client, method)(f"/conversations/{conversation.pk}/{noun}/", data)
    assert response.status_code == 404
    assert (Event.objects.count(), conversation.messages.count()) == (before, 1)


@pytest.mark.parametrize(("method", "noun", "data"), REQUESTS)
def test_sales_people_may_not_act_in_the_inbox(method: str, noun: str, data: dict[str, str]) -> None:
    conversation = make_conversation()
    client = Client()
    client.force_login(make_user("sales"))
    assert getattr(client, method)(f"/conversations/{conversation.pk}/{noun}/", data).status_code == 403
    assert conversation.messages.count() == 1
