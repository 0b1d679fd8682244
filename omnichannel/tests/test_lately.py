"""What happened to a person lately, beside their conversation."""

import pytest

from crm.actions.merges import merge
from crm.models import Contact, Event, Identity
from omnichannel import lately
from omnichannel.tests.factories import make_contact, make_user

pytestmark = pytest.mark.django_db


def used(contact: Contact, device: str, *, shared: bool = False) -> None:
    """A visit on this device before anybody said who they are."""
    Identity.objects.create(contact=contact, kind="anonymous_id", value=device, shared=shared)
    Event.objects.create(anonymous_id=device, name=f"{device} used", source="web", message_id=device)


def told(contact: Contact) -> list[str]:
    return [knot.text for knot in lately.story(contact, make_user("agent"))]


def test_story_leaves_out_what_others_did_on_a_device_that_several_people_use() -> None:
    ana = make_contact()
    used(ana, "phone")
    used(ana, "tablet", shared=True)

    assert ("phone used" in told(ana), "tablet used" in told(ana)) == (True, False)


def test_story_holds_what_merged_people_did_before_they_said_who_they_are() -> None:
    ana, older = make_contact(), make_contact()
    used(older, "phone")
    merge(older, into=ana, rule="by hand", evidence={}, by=None)

    assert "phone used" in told(ana)
