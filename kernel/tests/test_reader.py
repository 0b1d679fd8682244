"""For whom a page or a fragment is written, and who may open a view of any kind."""

from typing import Any

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.views import View

from kernel.policies import Policy, admins_only, agents_only, policy_of, public
from kernel.reader import asked_by, written_for


class Colleague:
    is_authenticated = is_active = True

    def __init__(self, language: str = "", time_zone: str = "") -> None:
        self.language = language
        self.time_zone = time_zone


def written(user: object, **scope: Any) -> tuple[str | None, str]:
    with written_for(user, asked_by(scope)):
        return translation.get_language(), timezone.get_current_timezone_name()


HOUSE = settings.TIME_ZONE  # the organisation's
SPANISH = [(b"accept-language", b"es-MX,es;q=0.9,en;q=0.1")]


@pytest.mark.parametrize(
    ("user", "scope", "shown"),
    [
        (Colleague("en", "Europe/Madrid"), {"headers": SPANISH}, ("en", "Europe/Madrid")),
        (Colleague("es", "America/Lima"), {}, ("es", "America/Lima")),
        (Colleague(), {"headers": SPANISH}, ("es", HOUSE)),
        (Colleague(), {"headers": [(b"accept-language", b"tlh")]}, ("en", HOUSE)),
        (Colleague(), {"headers": [(b"accept-language", b"\xff\xfe")]}, ("en", HOUSE)),
        (Colleague(), {"headers": SPANISH, "cookies": {"django_language": "en"}}, ("en", HOUSE)),
        (Colleague(), {}, ("en", HOUSE)),
        (object(), {"headers": SPANISH}, ("es", HOUSE)),
    ],
)
def test_own_choice_wins_over_the_browsers(user: object, scope: dict[str, Any], shown: tuple[str, str]) -> None:
    assert written(user, **scope) == shown


def test_what_comes_after_is_written_as_before() -> None:
    with translation.override("en"), timezone.override("Europe/Berlin"):
        with pytest.raises(ZeroDivisionError), written_for(Colleague("es", "America/Lima"), asked_by({})):
            raise ZeroDivisionError

        assert (translation.get_language(), timezone.get_current_timezone_name()) == ("en", "Europe/Berlin")


def test_policy_is_found_on_views_of_every_kind() -> None:
    """As the tests of all URLs look for it."""

    class Page(View):
        policy = agents_only

        def get(self, request: HttpRequest) -> HttpResponse:
            return HttpResponse()

    class Resource:
        policy = admins_only

    def of_rest_framework(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    of_rest_framework.cls = Resource  # type: ignore[attr-defined]

    assert policy_of(Page.as_view()) is agents_only
    assert policy_of(of_rest_framework) is admins_only
    assert policy_of(public(Page.as_view())) is public
    assert policy_of(View.as_view()) is None


def test_guarded_view_keeps_its_name_and_gets_what_the_address_holds() -> None:
    class Stranger:
        is_authenticated = False

    @Policy("open")
    def contact(request: HttpRequest, pk: int, *, tab: str) -> HttpResponse:
        return HttpResponse(f"{pk} {tab}")

    request = HttpRequest()
    request.user = Stranger()  # type: ignore[assignment]

    assert contact.__name__ == "contact"
    assert contact(request, 7, tab="notes").content == b"7 notes"
