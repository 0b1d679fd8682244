import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from crm.models import ApiKey

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("create_api_key", *arguments, stdout=out)
    return out.getvalue()


def test_create_api_key_prints_one_json_object_with_a_working_key() -> None:
    answer = json.loads(run("--name", "shop", "--scopes", "read,ingest", "--json"))

    key = ApiKey.objects.matching(answer["key"]).get()
    assert (key.name, key.scopes, key.pk) == ("shop", ["read", "ingest"], answer["id"])
    assert answer["key"] not in [key.digest, key.hint]


def test_create_api_key_without_json_says_that_it_is_shown_once() -> None:
    secret, _, advice = run("--name", "shop", "--scopes", "all").partition("\n")

    assert ApiKey.objects.matching(secret).get().scopes == ["all"]
    assert advice == "Keep it now: it cannot be shown again.\n"


@pytest.mark.parametrize("scopes", ["", "reed", "read,root"])
def test_create_api_key_refuses_unknown_scopes(scopes: str) -> None:
    with pytest.raises(CommandError, match="Scopes are all, read, write, ingest, metrics"):
        run("--name", "shop", "--scopes", scopes)

    assert ApiKey.objects.count() == 0
