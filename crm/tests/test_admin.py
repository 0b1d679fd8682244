"""The back door for operators."""

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.models import ApiKey, Contact, Cursor, Event, Retry, Tag, User
from crm.tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> Client:
    client = Client()
    client.force_login(factories.user("admin", is_superuser=True))
    return client


def form_of(admin: Client, url: str, **changes: str) -> dict[str, str]:
    """What a browser would send: what the page shows, with these changes."""
    shown = admin.get(url).context["adminform"].form.initial
    said = {name: value for name, value in shown.items() if isinstance(value, str)}
    inline = {"identities-TOTAL_FORMS": "0", "identities-INITIAL_FORMS": "0"}
    return said | {"traits": "{}", "custom": "{}"} | inline | changes


@pytest.mark.parametrize("noun", ["user", "team", "tag", "company", "contact", "apikey", "event", "cursor", "retry"])
def test_every_list_opens_and_counts_in_a_fixed_number_of_queries(admin: Client, noun: str) -> None:
    counts = []
    for _ in range(2):
        contact = factories.contact(company=factories.company(), owner=factories.user())
        factories.key()
        event = Event.objects.filter(contact=contact)[0]
        Retry.objects.create(consumer="x", event=event)
        Tag.objects.create(name=contact.emails[0][:60])
        admin.get(f"/admin/crm/{noun}/")
        with CaptureQueriesContext(connection) as queries:
            response = admin.get(f"/admin/crm/{noun}/")
        assert response.status_code == 200
        counts.append(len(queries))

    assert counts[0] == counts[1]


@pytest.mark.parametrize("noun", ["user", "team", "tag", "company", "contact", "apikey"])
def test_every_form_opens(admin: Client, noun: str) -> None:
    assert admin.get(f"/admin/crm/{noun}/add/").status_code == 200


def test_contact_opens_with_its_identities(admin: Client) -> None:
    contact = factories.contact(email="ana@x.example")

    response = admin.get(f"/admin/crm/contact/{contact.pk}/change/")

    assert response.status_code == 200
    assert "ana@x.example" in response.content.decode()


def test_contact_search_is_the_products_own(admin: Client) -> None:
    factories.contact(first_name="Ana", email="ana@x.example")
    factories.contact(first_name="Ben", email="ben@x.example")

    page = admin.get("/admin/crm/contact/?q=ana@x.example").content.decode()

    assert "Ana" in page
    assert "Ben" not in page


def test_ledger_is_searched_by_message_id_and_number(admin: Client) -> None:
    ana = factories.contact()
    Event.objects.create(name="kettle.boiled", message_id="m-1", source="key:1")
    Event.objects.create(name="kettle.cooled", message_id="m-2", contact=ana)

    assert [e.name for e in admin.get("/admin/crm/event/?q=m-1").context["cl"].result_list] == ["kettle.boiled"]
    shown = admin.get(f"/admin/crm/event/?q={ana.pk}").context["cl"].result_list
    assert "kettle.cooled" in [event.name for event in shown]


def test_renaming_here_keeps_the_search_right(admin: Client) -> None:
    contact = factories.contact(first_name="Ana", email="")
    url = f"/admin/crm/contact/{contact.pk}/change/"

    admin.post(url, form_of(admin, url, first_name="Eva"))

    assert Contact.objects.get(pk=contact.pk).search == "Eva"


def test_contact_changed_here_tells_it_like_one_changed_elsewhere(admin: Client) -> None:
    contact, url = factories.contact(first_name="Ana"), "/admin/crm/contact/{}/change/"

    admin.post(url.format(contact.pk), form_of(admin, url.format(contact.pk), last_name="Gil", feeling="glad"))

    told = Event.objects.filter(name__in=["contact.updated", "contact.feeling_changed"]).order_by("pk")
    assert [(event.name, event.contact_id) for event in told] == [
        ("contact.updated", contact.pk),
        ("contact.feeling_changed", contact.pk),
    ]
    assert told[0].properties["changed"] == "last_name"
    contact.refresh_from_db()
    assert (contact.name, contact.feeling) == ("Ana Gil", "glad")


def test_contact_saved_unchanged_tells_nothing(admin: Client) -> None:
    url = f"/admin/crm/contact/{factories.contact(first_name='Ana').pk}/change/"

    admin.post(url, form_of(admin, url))

    assert Event.objects.filter(name="contact.updated").count() == 0


def test_contact_made_here_tells_it_and_keeps_its_tags(admin: Client) -> None:
    tag, url = Tag.objects.create(name="VIP"), "/admin/crm/contact/add/"

    made = admin.post(url, form_of(admin, url, first_name="Eva", feeling="fine", tags=str(tag.pk)))

    contact = Contact.objects.get()
    assert (made.status_code, contact.name, contact.search, contact.feeling) == (302, "Eva", "Eva", "fine")
    assert list(contact.tags.all()) == [tag]
    assert Event.objects.filter(name="contact.created", contact=contact).count() == 1


@pytest.mark.parametrize("traits", ['{"a": NaN}', '{"a": "\\u0000"}', '{"a": "\\ud800"}', "[1]", "[" * 99999])
def test_traits_that_cannot_be_kept_are_refused_with_a_reason(admin: Client, traits: str) -> None:
    url = f"/admin/crm/contact/{factories.contact(first_name='Ana').pk}/change/"

    refused = admin.post(url, form_of(admin, url, traits=traits))

    assert refused.status_code == 200
    assert list(refused.context["adminform"].form.errors) == ["traits"]


def test_contact_with_traits_left_empty_is_saved(admin: Client) -> None:
    contact = factories.contact(first_name="Ana", traits={"plan": "gold"})
    url = f"/admin/crm/contact/{contact.pk}/change/"

    assert admin.post(url, form_of(admin, url, traits="")).status_code == 302
    assert Contact.objects.get().traits == {}


def test_contact_is_not_deleted_here(admin: Client) -> None:
    """Not even one without events, whose consents would go along."""
    contact = Contact.objects.create(first_name="Ana")

    assert admin.post(f"/admin/crm/contact/{contact.pk}/delete/", {"post": "yes"}).status_code == 403
    admin.post("/admin/crm/contact/", {"action": "delete_selected", "_selected_action": [contact.pk], "post": "yes"})

    assert Contact.objects.get() == contact


def test_revoking_again_keeps_the_first_day(admin: Client) -> None:
    key, _secret = factories.key()
    ApiKey.objects.revoke()
    first = ApiKey.objects.get().revoked_at

    admin.post("/admin/crm/apikey/", {"action": "revoke", "_selected_action": [key.pk]})

    assert ApiKey.objects.get().revoked_at == first


def test_team_of_a_colleague_is_found_by_typing(admin: Client) -> None:
    sales = factories.team("Ventas")
    colleague = factories.user("agent", team=sales)
    for number in range(3):
        factories.team(f"Other {number}")

    page = admin.get(f"/admin/crm/user/{colleague.pk}/change/").content.decode()

    assert ("Ventas" in page, "Other 1" in page) == (True, False)


def test_key_is_shown_once_and_works(admin: Client) -> None:
    made = admin.post("/admin/crm/apikey/add/", {"name": "Shop", "scopes": ["ingest"]}, follow=True)

    page = made.content.decode()
    secret = page[page.index("hilo_") :].split()[0].split("<")[0].rstrip(".")
    assert ApiKey.objects.matching(secret).get().scopes == ["ingest"]
    assert "hilo_" not in admin.get("/admin/crm/apikey/").content.decode()


def test_revoked_key_opens_nothing(admin: Client) -> None:
    key, secret = factories.key()

    admin.post("/admin/crm/apikey/", {"action": "revoke", "_selected_action": [key.pk]})

    assert ApiKey.objects.matching(secret).count() == 0


def test_dead_letter_gets_another_round(admin: Client) -> None:
    event = Event.objects.create(name="x", message_id="1")
    row = Retry.objects.create(consumer="x", event=event, dead=True, attempts=8, due_at=None)

    admin.post("/admin/crm/retry/", {"action": "replay", "_selected_action": [row.pk]})

    row.refresh_from_db()
    assert (row.dead, row.attempts, row.due_at is None) == (False, 0, False)


def test_consumer_is_paused_and_goes_on(admin: Client) -> None:
    cursor = Cursor.objects.create(consumer="x")

    admin.post("/admin/crm/cursor/", {"action": "pause", "_selected_action": [cursor.pk]})
    cursor.refresh_from_db()
    assert cursor.paused is True
    admin.post("/admin/crm/cursor/", {"action": "go_on", "_selected_action": [cursor.pk]})
    cursor.refresh_from_db()
    assert cursor.paused is False


def test_events_are_not_edited(admin: Client) -> None:
    event = Event.objects.create(name="x", message_id="1")

    assert admin.get("/admin/crm/event/add/").status_code == 403
    assert admin.post(f"/admin/crm/event/{event.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Event.objects.count() == 1


def test_colleague_is_made_with_an_address(admin: Client) -> None:
    said = {"email": "new@casa.example", "password1": "a long password 42", "password2": "a long password 42"}

    admin.post("/admin/crm/user/add/", said | {"usable_password": "true"})

    assert User.objects.get(email="new@casa.example").check_password("a long password 42")


def test_role_admin_is_enough_for_every_list_and_no_other_role_is() -> None:
    client = Client()
    client.force_login(factories.user("admin"))

    assert client.get("/admin/crm/user/").status_code == 200
    assert "/admin/crm/user/add/" in client.get("/admin/").content.decode()
    assert factories.user("manager").has_perm("crm.view_user") is False


def test_admin_of_an_account_switched_off_may_nothing() -> None:
    assert factories.user("admin", is_active=False).has_perm("crm.view_user") is False


def test_colleague_made_an_admin_in_the_form_may_come_in(admin: Client) -> None:
    roles = [Group.objects.get_or_create(name="admin")[0].pk]
    form = {"email": "new@hilo.example", "groups": roles, "password1": "long enough 1", "password2": "long enough 1"}

    admin.post("/admin/crm/user/add/", form)

    colleague = User.objects.get(email="new@hilo.example")
    assert (colleague.is_staff, colleague.roles) == (True, frozenset({"admin"}))


def test_page_that_adds_leaves_out_what_the_database_fills_in(admin: Client) -> None:
    page = admin.get("/admin/crm/contact/add/").content.decode()

    assert "DatabaseDefault" not in page
    assert "created_at" not in page


def test_deleting_says_nothing_of_rows_that_only_join_tables(admin: Client) -> None:
    tag = Tag.objects.create(name="VIP")
    factories.contact().tags.add(tag)

    page = admin.get(f"/admin/crm/tag/{tag.pk}/delete/").content.decode()

    assert "VIP" in page
    assert "object (" not in page
    assert "relationship" not in page


def test_tables_of_packages_are_not_in_the_settings(admin: Client) -> None:
    page = admin.get("/admin/").content.decode()

    for table in (
        "usersessions/usersession",
        "mfa/authenticator",
        "account/emailaddress",
        "auth/group",
        "django_celery_beat/solarschedule",
    ):
        assert table not in page
        assert admin.get(f"/admin/{table}/").status_code == 404


def test_pages_are_headed_by_what_they_show(admin: Client) -> None:
    contact = factories.contact(first_name="Ana", last_name="Ruiz")

    assert admin.get("/admin/crm/contact/").context["title"] == "Contacts"
    assert admin.get(f"/admin/crm/contact/{contact.pk}/change/").context["title"] == "Ana Ruiz"
    assert admin.get("/admin/crm/contact/add/").context["title"] == "Add contact"


@pytest.mark.parametrize("chosen", [("es", "Europe/Madrid"), ("", "")])
def test_language_and_time_zone_are_chosen_from_those_there_are(admin: Client, chosen: tuple[str, str]) -> None:
    colleague = factories.user(language="en", time_zone="Asia/Tokyo")
    form = {"email": colleague.email, "is_active": "on", "language": chosen[0], "time_zone": chosen[1]}

    admin.post(f"/admin/crm/user/{colleague.pk}/change/", form)

    colleague.refresh_from_db()
    assert (colleague.language, colleague.time_zone) == chosen


@pytest.mark.parametrize("wrong", [{"language": "xx"}, {"time_zone": "Mars/Olympus"}])
def test_languages_and_zones_that_nobody_knows_are_refused(admin: Client, wrong: dict[str, str]) -> None:
    colleague = factories.user()
    form = {"email": colleague.email, "is_active": "on", "language": "", "time_zone": ""}

    response = admin.post(f"/admin/crm/user/{colleague.pk}/change/", form | wrong)

    assert list(response.context["adminform"].form.errors) == list(wrong)


def test_roles_and_kinds_of_addresses_are_named_in_the_readers_language(admin: Client) -> None:
    User.objects.update(language="es")
    contact = factories.contact(email="ana@x.example", language="en")
    factories.user("manager")
    factories.user("sales")

    colleagues = admin.get("/admin/crm/user/").content.decode()
    colleague = admin.get(f"/admin/crm/user/{User.objects.all()[0].pk}/change/").content.decode()
    known_by = admin.get(f"/admin/crm/contact/{contact.pk}/change/").content.decode()
    people = admin.get("/admin/crm/contact/").content.decode()

    assert ">gerente</a>" in " ".join(colleagues.split())
    assert "comercial</label>" in " ".join(colleague.split())
    assert "correo</p>" in " ".join(known_by.split())
    assert ">Inglés</a>" in " ".join(people.split())


def test_list_of_shared_identities_says_that_it_lists_no_others(admin: Client) -> None:
    factories.contact(email="ana@x.example")

    page = admin.get("/admin/crm/identity/").content.decode()

    assert "Identities that several people use" in page
    assert "Only what several people use is listed" in page
    assert "ana@x.example" not in page
