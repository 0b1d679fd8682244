"""Notes, tasks, consents, feelings, edits: each verb writes once and tells once."""

from datetime import date
from typing import Any

import pytest

from crm.actions import companies, consents, contacts, merges, notes, tasks
from crm.models import Claim, Consent, Event, Note, Task
from crm.tests import factories

pytestmark = pytest.mark.django_db


def told(name: str) -> list[dict[str, Any]]:
    return list(Event.objects.filter(name=name).order_by("pk").values_list("properties", flat=True))


def test_note_is_told_with_its_author_and_a_short_excerpt() -> None:
    contact, agent = factories.contact(), factories.user(first_name="Inés")

    note = notes.write(contact, by=agent, body="  Prefers calls\nafter six. " + "x" * 300)

    (fact,) = told("note.written")
    assert (fact["note_id"], fact["author"]) == (note.pk, "Inés")
    assert fact["excerpt"].startswith("Prefers calls after six. xx")
    assert len(fact["excerpt"]) == 140


def test_note_needs_words() -> None:
    with pytest.raises(ValueError, match="needs words"):
        notes.write(factories.contact(), by=None, body=" \x00 ")


def test_withdrawn_note_leaves_no_words_behind() -> None:
    contact, agent = factories.contact(), factories.user()
    note = notes.write(contact, by=agent, body="Said in error")

    notes.withdraw(note, by=agent)

    assert Note.objects.count() == 0
    assert told("note.written")[0]["excerpt"] == "…"
    assert len(told("note.withdrawn")) == 1


def test_task_is_done_once_however_often_it_is_clicked() -> None:
    agent = factories.user()
    task = factories.task(contact=factories.contact(), owner=agent, title="Call  back\n", due_on=date(2026, 6, 2))

    tasks.complete(task, by=agent)
    tasks.complete(Task.objects.get(pk=task.pk), by=agent)

    task.refresh_from_db()
    assert (task.title, task.done_by) == ("Call back", agent)
    assert [fact["title"] for fact in told("task.done")] == ["Call back"]


def test_task_that_was_done_can_be_opened_again() -> None:
    task = factories.task()
    tasks.complete(task, by=None)

    tasks.reopen(task, by=None)
    tasks.reopen(task, by=None)

    assert Task.objects.open().get() == task
    assert len(told("task.reopened")) == 1


def test_task_needs_words() -> None:
    with pytest.raises(ValueError, match="needs words"):
        factories.task(title=" \n")


def test_dropped_task_is_gone_and_told() -> None:
    tasks.drop(factories.task(title="Call"), by=None)

    assert Task.objects.count() == 0
    assert told("task.dropped")[0]["title"] == "Call"


def test_consent_keeps_its_history_and_says_nothing_twice() -> None:
    contact = factories.contact()

    def say(state: str) -> Consent:
        return consents.record(contact.pk, channel="email", purpose="marketing", state=state, source="form")

    first = say("granted")
    assert say("granted") == first
    say("withdrawn")

    assert Consent.objects.refused(contact.pk, channel="email", purpose="marketing") is True
    assert [fact["state"] for fact in told("consent.changed")] == ["granted", "withdrawn"]


def test_consent_refuses_a_state_that_does_not_exist() -> None:
    with pytest.raises(ValueError, match="'maybe' is not one of granted, withdrawn"):
        consents.record(factories.contact().pk, channel="email", purpose="x", state="maybe", source="form")


def test_feeling_is_told_only_when_it_changes() -> None:
    contact = factories.contact()

    contacts.set_feeling(contact.pk, "glad")
    contacts.set_feeling(contact.pk, "glad")
    contacts.set_feeling(contact.pk, "upset")

    assert [(fact["previous"], fact["feeling"]) for fact in told("contact.feeling_changed")] == [
        ("", "glad"),
        ("glad", "upset"),
    ]


def test_feeling_outside_the_scale_is_refused() -> None:
    with pytest.raises(ValueError, match="'angry' is not one of"):
        contacts.set_feeling(factories.contact().pk, "angry")


def test_update_writes_what_differs_and_names_it() -> None:
    contact = factories.contact(email="ana@x.example", first_name="Ana", language="es")
    acme = factories.company("Acmé")

    contacts.update(contact, by=None, first_name="Ana", last_name="Gil", company=acme)
    contacts.update(contact, by=None, last_name="Gil")

    contact.refresh_from_db()
    assert contact.search == "Ana Gil ana@x.example Acme"
    assert [fact["changed"] for fact in told("contact.updated")] == ["company, last_name"]


def test_update_refuses_a_field_that_is_not_editable() -> None:
    with pytest.raises(ValueError, match="search"):
        contacts.update(factories.contact(), by=None, search="x")


def test_create_refuses_an_address_that_is_taken_and_says_by_whom() -> None:
    ana = factories.contact(email="ana@x.example")

    with pytest.raises(contacts.IdentityTaken) as taken:
        factories.contact(email="ANA@x.example")

    assert taken.value.contact == ana


def test_create_refuses_a_malformed_address() -> None:
    with pytest.raises(ValueError, match="'ana at home' is not a usable email"):
        factories.contact(email="ana at home")


def test_add_identity_is_told_once() -> None:
    ana = factories.contact(email="ana@x.example")

    first = contacts.add_identity(ana, Claim("phone", "600 123 456"), by=None)
    assert contacts.add_identity(ana, Claim("phone", "+34600123456"), by=None) == first

    assert first.value == "+34600123456"
    assert [fact["kind"] for fact in told("contact.identified")] == ["phone"]


def test_renamed_company_is_found_through_its_people() -> None:
    acme = companies.create(by=None, name="Acme", domain="acme.example")
    ana = factories.contact(company=acme)

    companies.update(acme, by=None, name="Zenit")

    ana.refresh_from_db()
    assert "Zenit" in ana.search
    assert "Acme" not in ana.search


def test_company_renamed_by_its_own_program_is_found_through_its_people_and_those_merged_with_them() -> None:
    acme = companies.describe("g-1", {"name": "Acme"}, trusted=True)
    ana, old = factories.contact(company=acme), factories.contact(company=acme)
    survivor = factories.contact()
    merges.merge(old, into=survivor, rule="by hand", evidence={}, by=None)

    companies.describe("g-1", {"name": "Zenit"}, trusted=True)

    for person in (ana, survivor):
        person.refresh_from_db()
        assert "Zenit" in person.search
        assert "Acme" not in person.search


def test_company_refuses_unknown_fields_and_an_empty_name() -> None:
    with pytest.raises(ValueError, match="colour"):
        companies.create(by=None, name="Acme", colour="red")
    with pytest.raises(ValueError, match="needs a name"):
        companies.create(by=None, name=" ")
