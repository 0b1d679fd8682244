"""Every view says who may open it."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from kernel import policies
from kernel.policies import Policy, agents_only, managers_only, policy_of, public, signed_in
from omnichannel.tests.factories import make_user

pytestmark = pytest.mark.django_db


def ask(policy: Policy, user: object, **headers: str) -> HttpResponse:
    @policy
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse("in")

    request = RequestFactory().get("/inbox/?tab=mine", headers=headers)
    request.user = user  # type: ignore[assignment]
    return view(request)


@pytest.mark.parametrize(
    ("policy", "admitted"),
    [
        (agents_only, {"agent", "manager", "admin"}),
        (policies.sales_only, {"sales", "manager", "admin"}),
        (managers_only, {"manager", "admin"}),
        (policies.admins_only, {"admin"}),
        (signed_in, {"agent", "sales", "manager", "admin"}),
    ],
)
def test_roles_open_what_their_policy_admits(policy: Policy, admitted: set[str]) -> None:
    assert {role for role in policies.ROLES if policy.admits(make_user(role))} == admitted


def test_a_colleague_without_a_role_opens_nothing_but_public_pages() -> None:
    nobody = make_user()
    assert ask(public, nobody).content == b"in"
    with pytest.raises(PermissionDenied):
        ask(signed_in, nobody)


def test_a_colleague_who_was_switched_off_opens_nothing() -> None:
    assert agents_only.admits(make_user("agent", is_active=False)) is False


def test_strangers_are_sent_to_sign_in_and_back() -> None:
    response = ask(agents_only, AnonymousUser())
    assert (response.status_code, response["Location"]) == (302, "/accounts/login/?next=/inbox/%3Ftab%3Dmine")


@pytest.mark.parametrize(
    ("page", "back"),
    [
        ("http://testserver/inbox/12/?tab=mine#end", "/inbox/12/%3Ftab%3Dmine"),
        ("http://evil.example/inbox/12/", "/"),
        ("http://testserver//evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_a_fragment_asked_for_after_the_session_ended_moves_the_whole_page_and_back(page: str, back: str) -> None:
    response = ask(agents_only, AnonymousUser(), HX_Request="true", HX_Current_URL=page)
    assert (response.status_code, response["HX-Redirect"]) == (401, f"/accounts/login/?ended=1&next={back}")


def test_the_wrong_role_is_refused() -> None:
    with pytest.raises(PermissionDenied):
        ask(managers_only, make_user("agent"))


def test_policy_of_finds_what_the_decorator_left() -> None:
    @agents_only
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    assert policy_of(view) is agents_only
    assert policy_of(lambda request: HttpResponse()) is None
