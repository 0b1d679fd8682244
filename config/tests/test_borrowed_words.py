"""What Django and allauth say in Spanish, they say to "tú" as the product does."""

import re
from collections.abc import Iterator
from pathlib import Path

import allauth
import django
import pytest
from babel.messages.mofile import read_mo
from django.conf import settings
from django.contrib.auth.password_validation import password_validators_help_texts
from django.test import Client
from django.utils import translation
from django.utils.translation import gettext
from django_celery_beat.models import CrontabSchedule

from config.translations import catalogue, extract
from crm.models import Team
from crm.tests import factories

FORMAL = re.compile(
    r"\b(usted|introduzca|ingrese|seleccione|escriba|inténtelo|asegúrese|corrija|envíe|mantenga|pulse|verifique|"
    r"está seguro|su contraseña|su cuenta|su paciencia|ha olvidado|ha iniciado|olvidó|"
    r"puede (agregar|editar|volver)\w*)\b",
    re.IGNORECASE,
)
BORROWED = settings.BASE_DIR / "config" / "translations" / "borrowed.py"
PACKAGES = [Path(str(package.__file__)).parent for package in (django, allauth)]

pytestmark = pytest.mark.django_db


def originals() -> Iterator[str]:
    for package in PACKAGES:
        for path in package.rglob("locale/es/LC_MESSAGES/django.mo"):
            with path.open("rb") as file:
                yield from (catalogue.key(message)[1] for message in read_mo(file) if message.id)
    with translation.override("en"):
        yield from [str(field.help_text) for field in CrontabSchedule._meta.fields]


def test_every_borrowed_sentence_is_still_one_of_theirs() -> None:
    assert {text.id for text in extract.of_python(BORROWED)} - set(originals()) == set()


def test_no_borrowed_sentence_says_usted() -> None:
    with translation.override("es"):
        said = [gettext(text.id) for text in extract.of_python(BORROWED)]
        assert [sentence for sentence in said if FORMAL.search(sentence)] == []
        assert [text for text in password_validators_help_texts() if FORMAL.search(text)] == []


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/password/reset/"])
def test_entrance_does_not_say_usted(path: str) -> None:
    answer = Client(headers={"Accept-Language": "es"}).post(path, {"login": "nobody", "email": "nobody"})
    assert 'lang="es"' in answer.content.decode()
    assert FORMAL.findall(answer.content.decode()) == []


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/password/change/",
        "/accounts/2fa/",
        "/accounts/2fa/totp/activate/",
        "/admin/",
        "/admin/crm/user/",
        "/admin/crm/user/add/",
        "/admin/crm/contact/add/",
        "/admin/crm/team/{team}/change/",
        "/admin/crm/team/{team}/delete/",
        "/admin/crm/team/{team}/history/",
        "/admin/feedback/survey/add/",
    ],
)
@pytest.mark.parametrize("post", [False, True])
def test_account_and_settings_do_not_say_usted(path: str, post: bool) -> None:
    client, team = Client(), Team.objects.create(name="Noche")
    client.force_login(factories.user("admin", is_superuser=True, language="es"))
    path = path.format(team=team.pk)

    answer = client.post(path, {}) if post else client.get(path, follow=True)

    assert FORMAL.findall(answer.content.decode()) == []


@pytest.mark.parametrize("word", ["suceso", "token de renovación", "sin entregar", r"\busted\b", r"una función, por"])
def test_our_spanish_calls_one_thing_by_one_name(word: str) -> None:
    """evento, token de actualización, evento fallido, tú, rol."""
    said = [text for m in catalogue.read(catalogue.file_of("es"), "es") if m.id for text in catalogue.strings(m)]
    assert [text for text in said if re.search(word, text, re.IGNORECASE)] == []
