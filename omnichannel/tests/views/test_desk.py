"""Who else is here, and what is half written: one colleague's desk never spills onto another's."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now
from django.test import Client

from crm.models import Event, User
from omnichannel.actions import desk
from omnichannel.models import Conversation, Draft, Presence
from omnichannel.tests.factories import make_conversation, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def lola() -> User:
    return make_user("agent", first_name="Lola", last_name="Vidal")


@pytest.fixture
def nuno() -> User:
    return make_user("agent", first_name="Nuno", last_name="Paz")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def post(user: User, conversation: Conversation, noun: str, **data: Any) -> Any:
    return signed_in(user).post(f"/conversations/{conversation.pk}/{noun}/", data)


def thread(user: User, conversation: Conversation) -> str:
    return signed_in(user).get(f"/inbox/{conversation.pk}/").content.decode()


def test_colleague_who_is_there_is_named_and_oneself_is_not(lola: User, nuno: User) -> None:
    conversation = make_conversation()
    assert post(lola, conversation, "presence").content.decode().strip() == ""
    assert "Lola Vidal is looking at this too" in post(nuno, conversation, "presence").content.decode()
    post(nuno, conversation, "presence", writing="1")
    assert "Nuno Paz is writing here now" in post(lola, conversation, "presence").content.decode()
    assert "Nuno Paz is writing here now" in thread(lola, conversation)
    assert Presence.objects.count() == 2


def test_colleague_who_went_away_or_is_elsewhere_is_not_named(lola: User, nuno: User) -> None:
    conversation, another = make_conversation(), make_conversation()
    post(nuno, another, "presence")
    assert "looking at this too" not in thread(lola, conversation)
    post(nuno, conversation, "presence")
    Presence.objects.update(seen_at=Now() - timedelta(seconds=26))
    assert "looking at this too" not in thread(lola, conversation)


def test_presences_of_long_ago_are_cleared_away(lola: User) -> None:
    old, now = make_conversation(), make_conversation()
    post(lola, old, "presence")
    Presence.objects.update(seen_at=Now() - timedelta(hours=2))
    post(lola, now, "presence")
    assert Presence.objects.get().conversation == now


def test_draft_is_there_again_for_its_writer_alone(lola: User, nuno: User) -> None:
    conversation = make_conversation()
    before = Event.objects.count()
    assert post(lola, conversation, "draft", body="\n<b>a medias", mode="note").status_code == 204
    page = thread(lola, conversation)
    assert ">\n\n&lt;b&gt;a medias</textarea>" in page
    assert 'data-mode="note"' in page
    assert "a medias" not in thread(nuno, conversation)
    assert Event.objects.count() == before


def test_latest_text_counts_and_none_is_no_draft(lola: User) -> None:
    conversation = make_conversation()
    for body in ("a", "ab"):
        post(lola, conversation, "draft", body=body, mode="reply")
    assert Draft.objects.get().body == "ab"
    post(lola, conversation, "draft", body="  ", mode="reply")
    assert Draft.objects.count() == 0


def test_draft_leaves_with_its_message_and_does_not_come_back_late(lola: User, nuno: User) -> None:
    conversation = make_conversation()
    desk.keep_draft(conversation, by=nuno, body="mine", mode="reply")
    post(lola, conversation, "draft", body="Ya va", mode="reply", client_id="c1")
    post(lola, conversation, "messages", body="Ya va", client_id="c1")
    post(lola, conversation, "draft", body="Ya v", mode="reply", client_id="c1")
    assert [draft.user for draft in Draft.objects.all()] == [nuno]


@pytest.mark.parametrize("data", [{"body": "x", "mode": "shout"}, {"body": "x" * 100_001, "mode": "reply"}])
def test_draft_that_no_composer_sends_is_refused(lola: User, data: dict[str, str]) -> None:
    assert post(lola, make_conversation(), "draft", **data).status_code == 422
    assert Draft.objects.count() == 0
