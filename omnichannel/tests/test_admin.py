"""Channel accounts in the settings: the plug-in's own fields, secrets that only go in, checks, replays."""

from typing import Any

import pytest
from django.test import Client

from crm.models import Team, User
from kernel.realtime import start_over
from omnichannel.actions import conversations, deliveries
from omnichannel.channels.email.compose import receives_signed_addresses
from omnichannel.models import Attempt, Channel, Delivery, Inbox, RawInbound, Suppression
from omnichannel.tests.factories import make_channel, make_conversation, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_user("admin", is_superuser=True))
    return client


def saved(channel: Channel, **settings: str) -> dict[str, str]:
    own = {"kind": channel.kind, "name": channel.name, "address": channel.address, "inbox": str(channel.inbox_id)}
    return own | {"active": "on"} | {f"setting_{name}": value for name, value in settings.items()}


def test_new_account_leads_on_to_the_settings_of_its_kind(client: Client) -> None:
    inbox = Inbox.objects.create(name="Support")
    data = {"kind": "email", "name": "Support", "address": "support@hilo.example", "inbox": inbox.pk, "active": "on"}
    response = client.post("/admin/omnichannel/channel/add/", data)
    channel = Channel.objects.get()
    assert response.headers["Location"] == f"/admin/omnichannel/channel/{channel.pk}/change/"
    page = client.get(response.headers["Location"]).content.decode()
    assert 'name="setting_imap_host"' in page


def test_what_became_of_a_message_is_told_in_the_readers_language(client: Client) -> None:
    User.objects.update(language="es")
    delivery = conversations.reply(make_conversation(), by=make_user("agent"), body="x").delivery
    said = "The mail server refused the recipient: 550 No such user"
    Delivery.objects.filter(pk=delivery.pk).update(state="failed", error=said)
    Attempt.objects.create(delivery=delivery, number=1, outcome="failed", error=said)

    listed = client.get("/admin/omnichannel/delivery/").content.decode()
    page = client.get(f"/admin/omnichannel/delivery/{delivery.pk}/change/").content.decode()

    assert "El servidor de correo rechazó al destinatario: 550 No such user" in listed
    assert page.count("El servidor de correo rechazó al destinatario: 550 No such user") == 2
    assert f"{delivery.key}: fallido" in page


def test_team_of_an_inbox_is_found_by_typing(client: Client) -> None:
    inbox = Inbox.objects.create(name="Support", team=Team.objects.create(name="Ventas"))
    Team.objects.create(name="Other")
    page = client.get(f"/admin/omnichannel/inbox/{inbox.pk}/change/").content.decode()
    assert ("Ventas" in page, "Other" in page) == (True, False)


@pytest.mark.parametrize(("to", "told"), [("Ventas", True), ("Support", False)])
def test_screens_are_fetched_again_when_an_inbox_goes_to_another_team(
    client: Client, django_capture_on_commit_callbacks: Any, to: str, told: bool
) -> None:
    teams = {name: Team.objects.create(name=name) for name in ("Support", "Ventas")}
    inbox = Inbox.objects.create(name="Support", team=teams["Support"])

    with django_capture_on_commit_callbacks() as after:
        client.post(f"/admin/omnichannel/inbox/{inbox.pk}/change/", {"name": "Help", "team": teams[to].pk})

    assert Inbox.objects.get(name="Help").team == teams[to]
    assert (start_over in after) is told


def test_secrets_go_in_and_never_come_out(client: Client) -> None:
    channel = make_channel(kind="email")
    url = f"/admin/omnichannel/channel/{channel.pk}/change/"
    client.post(url, saved(channel, imap_host="imap.example", imap_user="u", imap_password="top secret"))
    channel.refresh_from_db()
    assert channel.settings["imap_host"] == "imap.example"
    assert channel.secret("imap_password") == "top secret"
    assert "top secret" not in str(channel.settings) + str(channel.sealed)
    assert "top secret" not in client.get(url).content.decode()


def test_empty_secret_keeps_the_one_that_is_set(client: Client) -> None:
    channel = make_channel(kind="email")
    url = f"/admin/omnichannel/channel/{channel.pk}/change/"
    client.post(url, saved(channel, imap_host="imap.example", imap_password="top secret"))
    client.post(url, saved(channel, imap_host="other.example", imap_password=""))
    channel.refresh_from_db()
    assert (channel.settings["imap_host"], channel.secret("imap_password")) == ("other.example", "top secret")


def test_saving_an_account_leaves_its_signed_addresses_as_they_were(client: Client) -> None:
    channel = make_channel(kind="email")
    client.post(f"/admin/omnichannel/channel/{channel.pk}/change/", saved(channel, signed_addresses="unknown"))
    channel.refresh_from_db()
    assert ("signed_addresses" in channel.settings, receives_signed_addresses(channel)) == (False, True)


@pytest.mark.parametrize(("chosen", "kept"), [("true", True), ("false", False)])
def test_signed_addresses_are_what_was_chosen(client: Client, chosen: str, kept: bool) -> None:
    channel = make_channel(kind="email", settings={"signed_addresses": not kept})
    client.post(f"/admin/omnichannel/channel/{channel.pk}/change/", saved(channel, signed_addresses=chosen))
    channel.refresh_from_db()
    assert (channel.settings["signed_addresses"], receives_signed_addresses(channel)) == (kept, kept)


def test_choice_taken_back_is_forgotten(client: Client) -> None:
    channel = make_channel(kind="email", settings={"signed_addresses": False})
    client.post(f"/admin/omnichannel/channel/{channel.pk}/change/", saved(channel, signed_addresses="unknown"))
    channel.refresh_from_db()
    assert receives_signed_addresses(channel) is True


@pytest.mark.parametrize(("own", "signed"), [({}, True), ({"imap_host": "imap.example"}, False)])
def test_account_stored_with_the_question_open_goes_by_how_it_is_read(own: dict[str, str], signed: bool) -> None:
    channel = make_channel(kind="email", settings={**own, "signed_addresses": None})
    assert receives_signed_addresses(channel) is signed


def test_check_says_what_is_missing(client: Client) -> None:
    channel = make_channel(kind="email", settings={"imap_host": "imap.example"})
    data = {"action": "check_settings", "_selected_action": [channel.pk]}
    page = client.post("/admin/omnichannel/channel/", data, follow=True).content.decode()
    assert "Fill in the user name of the IMAP mailbox." in page


def test_replay_reads_quarantined_items_again(client: Client) -> None:
    raw = RawInbound.objects.create(channel=make_channel(), dedup_key="k", body=b"x", state="quarantined")
    data = {"action": "replay", "_selected_action": [raw.pk]}
    page = client.post("/admin/omnichannel/rawinbound/", data, follow=True).content.decode()
    raw.refresh_from_db()
    assert raw.state == "received"
    assert "1 item is being read again." in page


def test_replay_leaves_alone_what_is_not_held_back(client: Client) -> None:
    read, held = (
        RawInbound.objects.create(channel=make_channel(), dedup_key="k", body=b"x", state=state, due_at=None)
        for state in ("processed", "quarantined")
    )
    data = {"action": "replay", "_selected_action": [read.pk, held.pk]}
    page = client.post("/admin/omnichannel/rawinbound/", data, follow=True).content.decode()
    assert "1 item is being read again." in page
    assert set(RawInbound.objects.values_list("pk", "state")) == {(read.pk, "processed"), (held.pk, "received")}


def test_send_again_repeats_what_failed_and_counts_nothing_else(client: Client) -> None:
    agent, conversation = make_user("agent"), make_conversation()
    failed, sent = (conversations.reply(conversation, by=agent, body="x").delivery for _ in range(2))
    deliveries.report(failed, "failed", error="550")
    deliveries.report(sent, "sent")
    data = {"action": "send_again", "_selected_action": [failed.pk, sent.pk]}
    page = client.post("/admin/omnichannel/delivery/", data, follow=True).content.decode()
    assert "1 message is sent again." in page
    assert list(Delivery.objects.order_by("pk").values_list("state", flat=True)) == ["queued", "sent"]


def test_check_says_that_nothing_is_missing(client: Client) -> None:
    channel = make_channel(kind="email")
    data = {"action": "check_settings", "_selected_action": [channel.pk]}
    page = client.post("/admin/omnichannel/channel/", data, follow=True).content.decode()
    assert f"{channel.name}: the settings are complete." in page


def test_kind_of_an_account_never_changes(client: Client) -> None:
    """Its settings and what came by it would belong to another provider."""
    channel = make_channel(kind="email")
    client.post(
        f"/admin/omnichannel/channel/{channel.pk}/change/", saved(channel) | {"kind": "scripted", "name": "New"}
    )
    channel.refresh_from_db()
    assert (channel.kind, channel.name) == ("email", "New")


@pytest.mark.parametrize("noun", ["inbox", "channel", "rawinbound", "delivery", "suppression"])
def test_every_list_opens(client: Client, noun: str) -> None:
    make_conversation()
    assert client.get(f"/admin/omnichannel/{noun}/").status_code == 200


def test_deliveries_are_to_look_at(client: Client) -> None:
    assert Delivery.objects.count() == 0
    assert client.get("/admin/omnichannel/delivery/add/").status_code == 403


def test_agents_do_not_get_in() -> None:
    client = Client()
    client.force_login(make_user("agent"))
    assert client.get("/admin/omnichannel/channel/").status_code == 403


def test_kind_of_a_suppressed_address_is_named_as_its_channel(client: Client) -> None:
    Suppression.objects.create(address="gone@x.example", reason="bounce")
    page = client.get("/admin/omnichannel/suppression/").content.decode()
    assert 'class="field-sort">Email</td>' in page
