"""What a start does to the database before anything serves."""

import re
from io import StringIO

import pytest
from django.core.management import call_command

from crm.models import Contact, User
from crm.tests.factories import user

pytestmark = pytest.mark.django_db


def said(*arguments: str) -> str:
    output = StringIO()
    call_command("prepare", *arguments, stdout=output)
    return output.getvalue()


def test_empty_house_is_filled_once_and_later_starts_have_nothing_to_say() -> None:
    assert re.fullmatch(r"Filling in the demo company … [\d.]+ s\n", said("--demo"))  # and no JSON
    assert Contact.objects.count() > 100
    assert said("--demo") == ""


def test_house_with_people_in_it_stays_theirs() -> None:
    user("admin")

    assert said("--demo") == ""
    assert User.objects.count() == 1


def test_without_demo_nobody_moves_in() -> None:
    assert said() == ""
    assert not User.objects.exists()
