import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from crm.actions import contacts, merges, tasks
from crm.ledger import consume
from crm.models import Contact, Event, Task
from feedback import consumers
from feedback.actions import care, occasions, responses, surveys
from feedback.kinds.nps.plugin import Nps
from feedback.models import Invitation, Occasion, Response, Survey
from feedback.tests.factories import (
    make_channel,
    make_contact,
    make_conversation,
    make_invitation,
    make_mailbox,
    make_survey,
    make_user,
)
from omnichannel.actions import conversations
from omnichannel.facts import ConversationResolved
from omnichannel.models import Conversation
from tests.threads import in_threads

pytestmark = pytest.mark.django_db
MADRID = ZoneInfo("Europe/Madrid")


def resolved(conversation: Conversation, *, by_id: int | None = 1, cycle: int = 1) -> ConversationResolved:
    return ConversationResolved(
        contact_id=conversation.contact_id,
        conversation_id=conversation.pk,
        inbox_id=conversation.inbox_id,
        cycle_id=cycle,
        by_id=by_id,
    )


@pytest.fixture
def survey(db: None) -> Survey:
    make_mailbox()
    return make_survey()


def closed(conversation: Conversation) -> ConversationResolved:
    resolution = conversations.resolve(conversation, by=make_user("agent"))
    return resolved(conversation, cycle=resolution.cycle_id)


def a_moment_later() -> None:
    Occasion.objects.update(due_at="2020-01-01T00:00Z")
    occasions.ask_due()


def test_ask_invites_the_customer_of_a_resolved_conversation_in_a_moment(survey: Survey) -> None:
    conversation = make_conversation()
    fact = closed(conversation)
    consumers.ask(fact)
    occasions.ask_due()
    assert Invitation.objects.count() == 0
    a_moment_later()
    invitation = Invitation.objects.get()
    found = (invitation.survey, invitation.contact, invitation.cause_key)
    assert found == (survey, conversation.contact, f"cycle:{fact.cycle_id}")
    assert (invitation.conversation, invitation.suppressed) == (conversation, "")
    assert Occasion.objects.count() == 0


def test_ask_leaves_alone_where_the_resolution_was_undone(survey: Survey) -> None:
    conversation = make_conversation()
    consumers.ask(closed(conversation))
    conversations.reopen(conversation, by=make_user("agent"))
    a_moment_later()
    assert (Invitation.objects.count(), Occasion.objects.count()) == (0, 0)


def test_ask_takes_a_conversation_resolved_anew_for_a_new_occasion(survey: Survey) -> None:
    conversation = make_conversation()
    consumers.ask(closed(conversation))
    conversations.reopen(conversation, by=None)
    again = closed(Conversation.objects.get(pk=conversation.pk))
    consumers.ask(again)
    a_moment_later()
    assert Invitation.objects.get().cause_key == f"cycle:{again.cycle_id}"


def test_moment_before_asking_is_longer_than_the_page_offers_to_undo() -> None:
    offered = re.search(r"undo: (\d+)", (settings.BASE_DIR / "static/js/islands/toast.js").read_text())
    assert offered is not None
    assert timedelta(seconds=int(offered[1])) < occasions.MOMENT


def test_ask_twice_for_one_cycle_asks_once(survey: Survey) -> None:
    fact = closed(make_conversation())
    for _ in range(2):
        consumers.ask(fact)
        consumers.ask(fact)
        a_moment_later()
    assert Invitation.objects.count() == 1


def test_question_that_could_not_be_asked_is_asked_later(survey: Survey) -> None:
    consumers.ask(closed(make_conversation()))
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE feedback_invitation ADD CONSTRAINT refuse CHECK (false) NOT VALID")
        a_moment_later()
        assert (Occasion.objects.get().attempts, Occasion.objects.get().lease) == (1, None)
        cursor.execute("ALTER TABLE feedback_invitation DROP CONSTRAINT refuse")
    a_moment_later()
    assert Invitation.objects.count() == 1


def test_ask_leaves_conversations_alone_that_a_program_resolved(survey: Survey) -> None:
    consumers.ask(resolved(make_conversation(), by_id=None))
    assert Occasion.objects.count() == 0


def test_ask_leaves_newsletters_alone(survey: Survey) -> None:
    consumers.ask(closed(make_conversation(automatic=True)))
    assert Occasion.objects.count() == 0


def test_ask_does_nothing_when_journeys_do_the_asking(survey: Survey) -> None:
    surveys.ask_after(survey, trigger="", by=None)
    consumers.ask(closed(make_conversation()))
    assert Occasion.objects.count() == 0


def test_ask_forgets_a_conversation_that_is_gone(survey: Survey) -> None:
    conversation = make_conversation()
    fact = resolved(conversation)
    conversation.messages.all().delete()
    conversation.delete()
    consumers.ask(fact)
    assert Occasion.objects.count() == 0


@pytest.mark.parametrize(("score", "feeling"), [(10, "glad"), (8, "fine"), (2, "upset")])
def test_feel_follows_the_score(score: int, feeling: str) -> None:
    invitation, _token = make_invitation()
    response = responses.confirm(invitation, score=Nps().score(score), language="en")
    consumers.feel(responses.answered_fact(response))
    assert invitation.contact is not None
    invitation.contact.refresh_from_db()
    assert invitation.contact.feeling == feeling


@pytest.mark.django_db(transaction=True)
def test_who_was_merged_feels_and_is_called_back_as_the_person_that_they_are_now() -> None:
    consume.ensure_cursors()
    boss, seller = make_user("manager"), make_user("sales")
    person, record = make_contact(first_name="Ana", last_name="Ruiz"), make_contact(first_name="A.")
    for contact, owner in ((person, seller), (record, boss)):
        Contact.objects.filter(pk=contact.pk).update(owner=owner)
    answer(9, record)
    merges.merge(record, into=person, rule="by hand", evidence={}, by=None)
    unhappy = answer(2, record)
    assert (feeling_of(person), Task.objects.get().contact, Task.objects.get().owner) == ("upset", person, seller)
    assert Task.objects.get().title == "Call back Ana Ruiz (NPS 2)"

    take_back(unhappy)
    assert (feeling_of(person), Task.objects.count()) == ("glad", 0)


def test_feel_believes_the_last_word_even_if_facts_come_late() -> None:
    invitation, _token = make_invitation()
    first = responses.answered_fact(responses.confirm(invitation, score=Nps().score(2), language="en"))
    responses.confirm(invitation, score=Nps().score(10), language="en")
    consumers.feel(first)
    assert invitation.contact is not None
    invitation.contact.refresh_from_db()
    assert invitation.contact.feeling == "glad"


def detract(**fields: object) -> Response:
    invitation, _token = make_invitation(contact=make_contact(first_name="Ana", last_name="Ruiz"), **fields)  # type: ignore[arg-type]
    return responses.confirm(invitation, score=Nps().score(3), language="en")


def test_care_plans_a_call_back_for_a_detractor() -> None:
    agent = make_user("agent")
    response = detract(agent=agent)
    consumers.care(responses.answered_fact(response))
    task = Task.objects.get()
    assert (task.title, task.owner, task.due_on) == (
        "Call back Ana Ruiz (NPS 3)",
        agent,
        care.next_working_day(),
    )
    response.refresh_from_db()
    assert response.follow_up == task


def test_care_gives_the_call_to_the_owner_of_the_contact_in_their_language() -> None:
    owner = make_user("sales", language="es")
    response = detract(agent=make_user("agent"))
    contact = response.invitation.contact
    assert contact is not None
    contact.owner = owner
    contact.save()
    consumers.care(responses.answered_fact(response))
    assert (Task.objects.get().owner, Task.objects.get().title) == (owner, "Llamar a Ana Ruiz (NPS 3)")


def test_care_has_a_call_to_make_even_where_nobody_in_particular_is_to_make_it() -> None:
    response = detract()
    consumers.care(responses.answered_fact(response))
    assert (Task.objects.get().owner, Task.objects.get().title) == (None, "Call back Ana Ruiz (NPS 3)")


def test_care_calls_nobody_who_was_erased() -> None:
    response = detract()
    fact = responses.answered_fact(response)
    Invitation.objects.update(contact=None)
    consumers.care(fact)
    assert Task.objects.count() == 0


def test_care_plans_one_call_however_the_answer_changes() -> None:
    response = detract()
    consumers.care(responses.answered_fact(response))
    consumers.care(responses.answered_fact(response))
    changed = responses.confirm(response.invitation, score=Nps().score(1), language="en")
    consumers.care(responses.changed_fact(changed, 3))
    assert Task.objects.count() == 1


def test_care_plans_one_call_though_two_read_the_answer_before_either_did() -> None:
    fact = responses.answered_fact(detract())
    first, second = Response.objects.get(pk=fact.response_id), Response.objects.get(pk=fact.response_id)
    assert care.call_back(first) is not None
    assert care.call_back(second) is None
    assert Task.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_answer_that_changes_while_the_call_is_planned_keeps_the_call() -> None:
    response = detract()

    def meanwhile(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if sql.startswith('UPDATE "feedback_response"') and not Task.objects.exists():
            in_threads(1, lambda: care.call_back(Response.objects.get(pk=response.pk)))
        return execute(sql, *rest)

    with connection.execute_wrapper(meanwhile):
        changed = responses.confirm(response.invitation, score=Nps().score(1), language="en")
    assert Response.objects.get().follow_up == Task.objects.get()
    consumers.care(responses.changed_fact(changed, 3))
    assert Task.objects.count() == 1


@pytest.mark.parametrize("score", [7, 9])
def test_care_leaves_content_customers_alone(score: int) -> None:
    invitation, _token = make_invitation()
    consumers.care(responses.answered_fact(responses.confirm(invitation, score=Nps().score(score), language="en")))
    assert Task.objects.count() == 0


def test_care_forgets_an_answer_that_was_taken_back() -> None:
    response = detract()
    fact = responses.answered_fact(response)
    responses.retract(response.invitation)
    consumers.care(fact)
    assert Task.objects.count() == 0


def react() -> None:
    """What feedback does about everything that was published so far, causes kept as in production."""
    for name in ("feedback.feel", "feedback.care"):
        consume.drain(consume.find(name))


def answer(score: int, contact: Contact) -> Invitation:
    invitation, _token = make_invitation(contact=contact)
    responses.confirm(invitation, score=Nps().score(score), language="en")
    react()
    return invitation


def take_back(invitation: Invitation) -> None:
    responses.retract(invitation)
    react()


def feeling_of(contact: Contact) -> str:
    return Contact.objects.get(pk=contact.pk).feeling


@pytest.mark.django_db(transaction=True)
def test_an_answer_taken_back_leaves_neither_a_feeling_nor_a_call_and_the_thread_says_so() -> None:
    consume.ensure_cursors()
    contact = make_contact(first_name="Ana", last_name="Ruiz")
    unhappy = answer(2, contact)
    assert (feeling_of(contact), Task.objects.count()) == ("upset", 1)
    take_back(unhappy)
    assert (feeling_of(contact), Task.objects.count()) == ("", 0)
    dropped = Event.objects.get(contact=contact, name="task.dropped")
    assert dropped.properties["title"] == "Call back Ana Ruiz (NPS 2)"
    assert dropped.cause is not None
    assert dropped.cause.name == "survey.response_changed"


@pytest.mark.django_db(transaction=True)
def test_an_answer_taken_back_leaves_the_feeling_of_the_newest_answer_left() -> None:
    consume.ensure_cursors()
    contact = make_contact()
    answer(9, contact)
    take_back(answer(2, contact))
    assert feeling_of(contact) == "glad"


@pytest.mark.django_db(transaction=True)
def test_an_answer_taken_back_leaves_what_a_newer_one_said() -> None:
    consume.ensure_cursors()
    contact = make_contact()
    unhappy = answer(2, contact)
    answer(9, contact)
    take_back(unhappy)
    assert feeling_of(contact) == "glad"


@pytest.mark.django_db(transaction=True)
def test_an_answer_taken_back_leaves_what_a_colleague_said_since() -> None:
    consume.ensure_cursors()
    contact = make_contact()
    unhappy = answer(2, contact)
    contacts.set_feeling(contact.pk, "uneasy")
    take_back(unhappy)
    assert feeling_of(contact) == "uneasy"


@pytest.mark.django_db(transaction=True)
def test_a_call_that_was_made_stays_when_the_answer_is_taken_back() -> None:
    consume.ensure_cursors()
    unhappy = answer(2, make_contact())
    tasks.complete(Task.objects.get(), by=None)
    take_back(unhappy)
    assert Task.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_who_takes_an_answer_back_and_gives_it_again_is_called_once() -> None:
    consume.ensure_cursors()
    contact = make_contact()
    unhappy = answer(2, contact)
    take_back(unhappy)
    responses.confirm(unhappy, score=Nps().score(3), language="en")
    react()
    assert (feeling_of(contact), Task.objects.count()) == ("upset", 1)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (datetime(2026, 11, 18, 12, tzinfo=MADRID), date(2026, 11, 19)),
        (datetime(2026, 11, 20, 12, tzinfo=MADRID), date(2026, 11, 23)),
        (datetime(2026, 11, 21, 23, 59, tzinfo=MADRID), date(2026, 11, 23)),
    ],
)
def test_next_working_day_skips_the_weekend(monkeypatch: pytest.MonkeyPatch, now: datetime, due: date) -> None:
    monkeypatch.setattr(timezone, "now", lambda: now)
    with timezone.override("Pacific/Kiritimati"):  # it is the company's day that counts
        assert care.next_working_day() == due


@pytest.mark.django_db(transaction=True)
def test_a_resolved_conversation_asks_through_the_ledger_and_the_answer_becomes_care() -> None:
    make_mailbox()
    make_survey()
    agent, conversation = make_user("agent"), make_conversation(make_channel())
    consume.ensure_cursors()
    conversations.resolve(conversation, by=agent)
    consume.drain(consume.find("feedback.ask"))
    a_moment_later()
    sent = Event.objects.select_related("cause").get(name="survey.sent")
    assert sent.cause is not None
    assert sent.cause.name == "conversation.resolved"
    invitation = Invitation.objects.get()
    responses.confirm(invitation, score=Nps().score(2), language="en")
    for name in ("feedback.feel", "feedback.care"):
        consume.drain(consume.find(name))
    conversation.contact.refresh_from_db()
    assert conversation.contact.feeling == "upset"
    assert Task.objects.get().due_on is not None
    assert Task.objects.get().due_on <= timezone.localdate() + timedelta(days=3)  # type: ignore[operator]
