import pytest
from django.test import Client

from crm.actions.merges import merge
from crm.tests import factories
from omnichannel.tests.factories import make_channel, make_conversation

pytestmark = pytest.mark.django_db


def ask(client: Client, words: str) -> str:
    return client.get("/palette/", {"q": words}).content.decode()


def test_palette_without_words_shows_the_pages_of_the_role(client: Client) -> None:
    client.force_login(factories.user("agent"))

    found = ask(client, "")

    assert 'href="/inbox/"' in found
    assert 'href="/admin/operations/"' not in found


def test_palette_shows_operations_to_admins(client: Client) -> None:
    client.force_login(factories.user("admin"))

    assert 'href="/admin/operations/"' in ask(client, "oper")


@pytest.mark.parametrize(("role", "found"), [("admin", True), ("manager", False)])
def test_palette_leads_admins_to_the_settings_and_everybody_to_their_own(
    client: Client, role: str, found: bool
) -> None:
    client.force_login(factories.user(role, language="es"))

    assert ('href="/admin/"' in ask(client, "ajustes")) is found
    assert 'href="/accounts/sessions/"' in ask(client, "sesiones")


def test_palette_finds_people_without_accents(client: Client) -> None:
    client.force_login(factories.user("agent"))
    contact = factories.contact(first_name="Begoña", last_name="Núñez")

    assert f"/contacts/{contact.pk}/" in ask(client, "nunez")
    assert f"/contacts/{contact.pk}/" in ask(client, "Begoña")


def test_palette_knows_people_by_the_addresses_of_merged_records(client: Client) -> None:
    client.force_login(factories.user("agent"))
    lucia = factories.contact(first_name="Lucía", email="")
    conversation = make_conversation(make_channel(), sender="lv@work.example", name="L. V.", subject="Pedido 4711")
    merge(conversation.contact, into=lucia, rule="by hand", evidence={}, by=None)

    assert "lv@work.example" in ask(client, "lv@work")
    assert "Lucía" in ask(client, "4711")


def test_palette_shows_sales_no_customer_of_another_seller(client: Client) -> None:
    client.force_login(factories.user("sales"))
    factories.contact(first_name="Begoña", owner=factories.user("sales"))

    assert "Nothing matches “Begoña”" in ask(client, "Begoña")


def test_palette_finds_conversations_of_visible_inboxes_only(client: Client) -> None:
    mine, other = make_conversation(subject="Lamp broken"), None
    other = make_conversation(make_channel(team=factories.team()), subject="Lamp missing", sender="eva@casa.example")
    client.force_login(factories.user("agent"))

    found = ask(client, "Lamp")

    assert f"/inbox/{mine.pk}/" in found
    assert f"/inbox/{other.pk}/" not in found


def test_palette_survives_strange_words(client: Client) -> None:
    client.force_login(factories.user("admin"))

    for words in ("\x00", "%", "_", "'; --", "#" * 300, "9" * 99):
        assert client.get("/palette/", {"q": words}).status_code == 200
