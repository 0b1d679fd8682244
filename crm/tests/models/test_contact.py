"""Who sees which customers."""

import pytest

from crm.models import Contact
from crm.tests import factories

pytestmark = pytest.mark.django_db


def test_sales_see_their_own_their_teams_and_nobodys() -> None:
    ours, theirs = factories.team(), factories.team()
    me, colleague = factories.user("sales", team=ours), factories.user("sales", team=theirs)
    seen = [
        factories.contact(owner=me, team=theirs),
        factories.contact(owner=colleague, team=ours),
        factories.contact(team=ours),
        factories.contact(),
    ]
    factories.contact(team=theirs)
    factories.contact(owner=colleague)

    assert list(Contact.objects.visible_to(me).order_by("pk")) == seen


def test_sales_without_a_team_see_their_own_and_nobodys() -> None:
    me = factories.user("sales")
    seen = [factories.contact(owner=me), factories.contact()]
    factories.contact(team=factories.team())
    factories.contact(owner=factories.user("sales"))

    assert list(Contact.objects.visible_to(me).order_by("pk")) == seen
