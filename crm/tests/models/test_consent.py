"""What counts of all that a person ever allowed or refused, whichever of their merged records it was said to."""

from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from crm import pages
from crm.actions import consents, merges
from crm.models import Alias, Consent, Contact
from crm.tests import factories
from tests.threads import in_threads

pytestmark = pytest.mark.django_db


@pytest.fixture
def old() -> Contact:
    return factories.contact()


@pytest.fixture
def new() -> Contact:
    return factories.contact()


def merge(old: Contact, new: Contact) -> Alias:
    return merges.merge(old, into=new, rule="by hand", evidence={}, by=None)


def says(contact: Contact, state: str, purpose: str = "marketing") -> Consent:
    return consents.record(contact.pk, channel="email", purpose=purpose, state=state, source="test")


def refused(contact: Contact, purpose: str = "marketing") -> bool:
    """As the gate sees it; the page beside it must say the same."""
    answer = Consent.objects.refused(contact.pk, channel="email", purpose=purpose)
    survivor = Contact.objects.get(pk=contact.survivor_id)
    shown = {word.purpose: word.state for word in pages.last_words(survivor)}
    assert (shown.get(purpose) == "withdrawn") is answer
    return answer


def test_a_no_from_before_the_merge_holds_for_everybody_the_person_is(old: Contact, new: Contact) -> None:
    says(old, "withdrawn")
    merge(old, new)

    assert (refused(old), refused(new), refused(new, "surveys")) == (True, True, False)


@pytest.mark.django_db(transaction=True)
def test_one_word_at_a_time_is_written_down_for_a_person(new: Contact) -> None:
    """Else two that say the same at once would both find nothing said yet."""

    def say() -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '100ms'")
        try:
            says(new, "withdrawn")
        except OperationalError:
            return False
        return True

    with transaction.atomic():
        # As another who speaks for them; the rows that refer to a person do not wait for this lock.
        Contact.objects.select_for_update(no_key=True).get(pk=new.pk)
        assert in_threads(1, say) == [False]
    assert in_threads(1, say) == [True]


def test_a_no_to_a_member_after_the_merge_holds_for_the_survivor(old: Contact, new: Contact) -> None:
    says(new, "granted")
    merge(old, new)
    says(old, "withdrawn")

    assert (refused(old), refused(new)) == (True, True)


def test_a_no_to_the_survivor_holds_for_the_member_and_for_members_of_members(old: Contact, new: Contact) -> None:
    oldest = factories.contact()
    merge(oldest, old)
    merge(old, new)
    says(new, "withdrawn")

    assert (refused(oldest), refused(old), refused(new)) == (True, True, True)


@pytest.mark.parametrize(("first", "then"), [("granted", "withdrawn"), ("withdrawn", "granted")])
def test_the_newest_word_of_the_person_counts(old: Contact, new: Contact, first: str, then: str) -> None:
    says(old, first)
    says(new, then)
    merge(old, new)

    assert refused(new) is (then == "withdrawn")


def test_the_newest_word_counts_although_the_record_itself_had_said_it_before(old: Contact, new: Contact) -> None:
    says(new, "granted")
    says(old, "withdrawn")
    merge(old, new)

    says(new, "granted")

    assert refused(new) is False


def test_the_same_word_of_the_same_record_is_still_not_written_twice(old: Contact, new: Contact) -> None:
    merge(old, new)
    said = [says(old, "withdrawn"), says(new, "withdrawn"), says(new, "withdrawn")]

    assert (said[1], Consent.objects.count()) == (said[2], 2)


def test_undoing_the_merge_gives_each_their_own_word_again(old: Contact, new: Contact) -> None:
    says(old, "withdrawn")
    merges.undo(merge(old, new), by=None)

    assert (refused(old), refused(new)) == (True, False)


def test_asking_costs_two_queries_for_somebody_never_merged(old: Contact, django_assert_num_queries: Any) -> None:
    says(old, "withdrawn")
    with django_assert_num_queries(2):
        Consent.objects.refused(old.pk, channel="email", purpose="marketing")
