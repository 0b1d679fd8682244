import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from config.middleware import reader
from crm.models import User
from crm.tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent(client: Client) -> User:
    user = factories.user("agent")
    client.force_login(user)
    return user


def chosen(user: User) -> tuple[str, str, str]:
    user.refresh_from_db()
    return user.theme, user.language, user.time_zone


def test_preferences_change_only_what_was_posted(client: Client, agent: User) -> None:
    client.post("/preferences/", {"theme": "dark"})
    client.post("/preferences/", {"language": "es"})
    client.post("/preferences/", {"time_zone": "America/Bogota"})

    assert chosen(agent) == ("dark", "es", "America/Bogota")


def test_preferences_can_be_emptied_again(client: Client, agent: User) -> None:
    client.post("/preferences/", {"theme": "dark", "language": "es"})
    client.post("/preferences/", {"theme": "", "language": ""})

    assert chosen(agent) == ("", "", "")


@pytest.mark.parametrize("wrong", [{"theme": "neon"}, {"language": "tlh"}, {"time_zone": "Mars/Olympus"}])
def test_preferences_refuse_what_does_not_exist(client: Client, agent: User, wrong: dict[str, str]) -> None:
    answer = client.post("/preferences/", wrong)

    assert answer.status_code == 422
    assert next(iter(wrong)) in answer.json()
    assert chosen(agent) == ("", "", "")


def test_preferences_answer_htmx_without_a_page(client: Client, agent: User) -> None:
    assert client.post("/preferences/", {"theme": "light"}, headers={"HX-Request": "true"}).status_code == 204


@pytest.mark.parametrize(
    ("referer", "back"),
    [("http://testserver/inbox/", "http://testserver/inbox/"), ("https://evil.example/", "/"), ("", "/")],
)
def test_preferences_go_back_only_to_our_own_pages(client: Client, agent: User, referer: str, back: str) -> None:
    answer = client.post("/preferences/", {"theme": "light"}, headers={"Referer": referer})

    assert (answer.status_code, answer["Location"]) == (302, back)


def test_page_after_choosing_spanish_is_in_spanish(client: Client, agent: User) -> None:
    client.post("/preferences/", {"language": "es"})

    assert client.get("/gallery/")["Content-Language"] == "es"


@pytest.mark.parametrize(("chosen", "shown"), [("America/Bogota", "America/Bogota"), ("", "Europe/Madrid")])
def test_times_are_shown_in_the_chosen_zone(rf: RequestFactory, chosen: str, shown: str) -> None:
    request = rf.get("/")
    request.user = factories.user("agent", time_zone=chosen)
    middleware = reader(lambda request: HttpResponse(timezone.get_current_timezone_name()))

    assert middleware(request).content.decode() == shown
    assert timezone.get_current_timezone_name() == "Europe/Madrid"


def test_preferences_read_lead_back_to_where_they_were_chosen(client: Client, agent: User) -> None:
    answer = client.get("/preferences/", headers={"referer": "http://testserver/tasks/"})

    assert (answer.status_code, answer["Location"]) == (302, "http://testserver/tasks/")
