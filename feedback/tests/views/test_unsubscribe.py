"""Leaving with one click: opening the link changes nothing, a POST without any cookie does, and it can be undone."""

import pytest
from django.core import signing
from django.test import Client

from crm.models import Alias, Consent, Contact
from feedback.actions import invitations, unsubscribing
from feedback.models import Invitation
from feedback.tests.factories import make_contact, make_mailbox, make_survey, make_user
from omnichannel.models import Delivery

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser() -> Client:
    """A mail provider's: no cookie, no form token."""
    return Client(enforce_csrf_checks=True)


def path(contact: Contact, purpose: str = "surveys") -> str:
    link = unsubscribing.link(contact.pk, purpose=purpose)
    return link[link.index("/u/") :]


def states(contact: Contact) -> list[tuple[str, str, str]]:
    return list(Consent.objects.filter(contact=contact).order_by("pk").values_list("channel", "purpose", "state"))


def test_opening_the_link_changes_nothing(browser: Client) -> None:
    ana = make_contact(language="en")
    for answer in (browser.get(path(ana)), browser.head(path(ana))):
        assert answer.status_code == 200
    assert "No more questions about your opinion?" in browser.get(path(ana)).content.decode()
    assert states(ana) == []


def test_one_click_is_enough_and_twice_is_once(browser: Client) -> None:
    ana = make_contact(language="es")
    for _ in range(2):
        answer = browser.post(path(ana), {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
    assert states(ana) == [("email", "surveys", "withdrawn")]
    assert Consent.objects.get().source == "unsubscribe link"


def test_it_can_be_undone(browser: Client) -> None:
    ana = make_contact(language="en")
    browser.post(path(ana))
    assert "You are unsubscribed" in browser.get(path(ana)).content.decode()
    browser.post(path(ana), {"again": "1"})
    assert [state for _, _, state in states(ana)] == ["withdrawn", "granted"]


@pytest.mark.parametrize("token", ["made-up", "x" * 5000, "WzEsMiwzXQ:abc:def", "%00"])
def test_only_links_that_we_signed_count(browser: Client, token: str) -> None:
    make_contact()
    assert browser.post(f"/u/{token}").status_code == 404
    assert Consent.objects.count() == 0


def test_token_signed_for_something_else_counts_as_little_as_a_forged_one(browser: Client) -> None:
    ana = make_contact()
    said = [ana.pk, "email", "surveys"]
    good = path(ana).removeprefix("/u/")
    forged = [signing.dumps(said), signing.dumps(said, salt="hilo.other"), good[:-1], good + "x", good[1:]]
    assert [browser.post(f"/u/{token}").status_code for token in forged] == [404] * len(forged)
    assert states(ana) == []


def test_leaving_one_thing_leaves_nothing_else(browser: Client) -> None:
    ana, ben = make_contact(), make_contact()
    browser.post(path(ana, "marketing"))
    assert states(ana) == [("email", "marketing", "withdrawn")]
    assert not Consent.objects.refused(ana.pk, channel="email", purpose="surveys")
    assert states(ben) == []


@pytest.mark.parametrize(
    ("own", "accepts", "sentence"),
    [("es", "en", "¿"), ("", "es", "¿"), ("", "fr", "No more questions about your opinion?")],
)
def test_page_speaks_the_language_of_who_leaves(browser: Client, own: str, accepts: str, sentence: str) -> None:
    page = browser.get(path(make_contact(language=own)), headers={"Accept-Language": accepts})
    assert sentence in page.content.decode()


def test_somebody_erased_is_nobody(browser: Client) -> None:
    ana = make_contact()
    link = path(ana)
    ana.delete()
    assert browser.post(link).status_code == 404


def test_leaving_holds_for_all_that_a_person_is(browser: Client) -> None:
    ana, older = make_contact(), make_contact()
    link = path(older)
    Alias.objects.create(member=older, survivor=ana, rule="test")
    browser.post(link)
    assert (states(ana), states(older)) == ([("email", "surveys", "withdrawn")],) * 2


def test_survey_mail_carries_the_link_and_nobody_who_left_is_asked(browser: Client) -> None:
    make_mailbox()
    ana, survey = make_contact("ana@casa.example"), make_survey(quiet_days=0)
    assert invitations.invite(survey=survey, contact_id=ana.pk, cause_key="first") is not None
    link = Delivery.objects.get().extra["unsubscribe_url"]
    browser.post(link[link.index("/u/") :])
    assert invitations.invite(survey=survey, contact_id=ana.pk, cause_key="second") is None
    assert Invitation.objects.get(cause_key="second").suppressed == "refused"


def test_colleagues_see_it_beside_the_person_and_can_undo_it(client: Client, browser: Client) -> None:
    ana = make_contact()
    browser.post(path(ana))
    client.force_login(make_user("manager", language="en"))
    page = client.get(f"/contacts/{ana.pk}/").content.decode()
    assert "email · surveys" in page
    assert "unsubscribe link" in page
    said = {"channel": "email", "purpose": "surveys", "state": "granted"}
    assert client.post(f"/contacts/{ana.pk}/consents/", said).status_code < 400
    assert not Consent.objects.refused(ana.pk, channel="email", purpose="surveys")
