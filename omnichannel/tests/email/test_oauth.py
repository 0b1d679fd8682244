"""Signing in by token: from the refresh token to a mailbox that is read and a mail that is sent."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from omnichannel.actions import deliveries, mailings
from omnichannel.channels.email import oauth
from omnichannel.channels.email.oauth import TokenRefused, access_token
from omnichannel.channels.email.tests.mails import raw_mail
from omnichannel.doors.imap import Mailbox
from omnichannel.models import Channel, Delivery, RawInbound
from omnichannel.tests.factories import make_channel, make_contact, make_user
from tests.fakes.imap_server import ImapServer
from tests.fakes.smtp_sink import SmtpSink
from tests.fakes.token_server import TokenServer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def provider(settings: Any) -> Iterator[TokenServer]:
    with TokenServer() as running:
        settings.EGRESS_ALLOW_PRIVATE = [running.place]
        yield running


@pytest.fixture
def account(provider: TokenServer) -> Channel:
    own = {"sign_in": "oauth", "oauth_token_url": provider.url, "oauth_client_id": "app", "oauth_scope": "mail"}
    channel = make_channel(kind="email", address="support@hilo.example", settings=own)
    channel.keep_secret("oauth_client_secret", "client secret")
    channel.keep_secret("oauth_refresh_token", "refresh 1")
    channel.save()
    return channel


def with_servers(account: Channel, **servers: Any) -> Channel:
    account.settings |= servers
    account.save()
    return account


def test_token_is_asked_for_with_what_the_account_keeps(account: Channel, provider: TokenServer) -> None:
    assert access_token(account) == "token-1"
    assert provider.asked == [
        {
            "grant_type": "refresh_token",
            "client_id": "app",
            "client_secret": "client secret",
            "refresh_token": "refresh 1",
            "scope": "mail",
        }
    ]


def test_token_is_kept_until_its_end_or_until_it_is_not_accepted(account: Channel, provider: TokenServer) -> None:
    assert [access_token(account), access_token(account)] == ["token-1", "token-1"]
    assert [access_token(account, renewed=True), access_token(account)] == ["token-2", "token-2"]


def test_token_near_its_end_is_not_used(
    account: Channel, provider: TokenServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oauth, "SHORTEST", 0)
    provider.expires_in = oauth.EARLY
    assert [access_token(account), access_token(account)] == ["token-1", "token-2"]


def test_new_refresh_token_takes_the_place_of_the_old_and_leaves_other_secrets(
    account: Channel, provider: TokenServer
) -> None:
    elsewhere = Channel.objects.get(pk=account.pk)
    elsewhere.keep_secret("smtp_password", "set meanwhile")
    elsewhere.save()
    provider.answers.append((200, {"access_token": "a", "expires_in": "soon", "refresh_token": "refresh 2"}))
    assert access_token(account) == "a"
    kept = Channel.objects.get(pk=account.pk)
    assert [kept.secret("oauth_refresh_token"), kept.secret("smtp_password")] == ["refresh 2", "set meanwhile"]
    assert access_token(kept) == "a"


def test_token_of_another_refresh_token_is_not_used(account: Channel) -> None:
    access_token(account)
    account.keep_secret("oauth_refresh_token", "of another mailbox")
    assert access_token(account) == "token-2"


@pytest.mark.parametrize(
    ("status", "answer", "sentence"),
    [
        (400, {"error": "invalid_grant", "error_description": "Revoked.\r\nTrace: 1"}, "invalid_grant, Revoked"),
        (401, {"error": "invalid_client"}, "invalid_client"),
        (200, {"token_type": "Bearer"}, "200"),
        (200, ["odd"], "200"),
    ],
)
def test_refusal_says_why_and_what_to_do(
    account: Channel, provider: TokenServer, status: int, answer: Any, sentence: str
) -> None:
    provider.answers.append((status, answer))
    with pytest.raises(TokenRefused) as caught:
        access_token(account)
    assert str(caught.value) == (
        f"The provider gave no access token: {sentence}. Give the account a new refresh token."
    )
    assert caught.value.permanent is False


def test_answer_without_json_and_unreachable_service_are_tried_again(account: Channel, provider: TokenServer) -> None:
    provider.answers.append((503, b"<html>"))
    with pytest.raises(TokenRefused, match="answered 503 without JSON"):
        access_token(account)
    account.settings["oauth_token_url"] = "http://169.254.169.254/token"
    with pytest.raises(TokenRefused, match="cannot be reached"):
        access_token(account)


# --- reading ---


@pytest.fixture
def mailbox(account: Channel) -> Iterator[ImapServer]:
    with ImapServer(user="support@hilo.example", capabilities="IMAP4rev1 IDLE AUTH=XOAUTH2") as running:
        with_servers(account, imap_host="127.0.0.1", imap_port=running.port, imap_security="none")
        with_servers(account, imap_user="support@hilo.example")
        yield running


def read(account: Channel) -> int:
    reader = Mailbox(account)
    try:
        return reader.read_new()
    finally:
        reader.close()


def test_mailbox_is_read_by_token(account: Channel, mailbox: ImapServer) -> None:
    mailbox.tokens = {"token-1"}
    read(account)
    mailbox.add(raw_mail())
    assert (read(account), mailbox.logins, RawInbound.objects.count()) == (1, 2, 1)
    assert not any("LOGIN" in command.split(" ")[0] for command in mailbox.commands)


def test_token_that_the_mailbox_refuses_is_renewed_once(
    account: Channel, mailbox: ImapServer, provider: TokenServer
) -> None:
    mailbox.tokens = {"token-2"}
    assert (read(account), len(provider.asked)) == (0, 2)
    mailbox.tokens = {"none of ours"}
    with pytest.raises(Exception, match="AUTHENTICATIONFAILED"):
        read(account)
    assert len(provider.asked) == 3


# --- sending ---


@pytest.fixture
def sink(account: Channel) -> Iterator[SmtpSink]:
    with SmtpSink(tokens={"token-1"}) as running:
        with_servers(account, smtp_host="127.0.0.1", smtp_port=running.port, smtp_security="none")
        with_servers(account, smtp_user="support@hilo.example")
        yield running


def queue(account: Channel, count: int) -> None:
    people = [make_contact(f"p{number}@casa.example") for number in range(count)]
    wanted = [mailings.Mailing(contact_id=p.pk, key=f"k{p.pk}", subject="Hola", text="Hola") for p in people]
    mailings.send_many(wanted, channel=account)


def states() -> list[str]:
    return list(Delivery.objects.order_by("pk").values_list("state", flat=True))


def test_batch_is_sent_by_one_sign_in(account: Channel, sink: SmtpSink, provider: TokenServer) -> None:
    queue(account, 3)
    deliveries.send_due()
    assert (states(), len(provider.asked)) == (["sent"] * 3, 1)
    assert sink.signed_in == ["user=support@hilo.example\x01auth=Bearer token-1\x01\x01"]


def test_token_that_the_mail_server_refuses_is_renewed_once(
    account: Channel, sink: SmtpSink, provider: TokenServer
) -> None:
    sink.tokens = {"token-2"}
    queue(account, 1)
    deliveries.send_due()
    assert (states(), len(provider.asked), sink.connections) == (["sent"], 2, 1)


def test_mail_waits_while_the_provider_gives_no_token(account: Channel, sink: SmtpSink, provider: TokenServer) -> None:
    provider.answers.append((400, {"error": "invalid_grant"}))
    queue(account, 1)
    deliveries.send_due()
    account.refresh_from_db()
    assert (states(), account.health) == (["queued"], "failing")
    assert "invalid_grant" in account.health_detail


# --- the settings ---


@pytest.mark.parametrize(
    ("chosen", "imap", "smtp", "token"),
    [
        ("google", "imap.gmail.com", "smtp.gmail.com", "https://oauth2.googleapis.com/token"),
        (
            "microsoft",
            "outlook.office365.com",
            "smtp.office365.com",
            "https://login.microsoftonline.com/organizations/oauth2/v2.0/token",
        ),
    ],
)
def test_choosing_a_provider_fills_in_its_servers(chosen: str, imap: str, smtp: str, token: str) -> None:
    client = Client()
    client.force_login(make_user("admin", is_superuser=True))
    channel = make_channel(kind="email", address="help@shop.example")
    form = {"kind": "email", "name": "Help", "address": channel.address, "inbox": channel.inbox_id, "active": "on"}
    own = {"sign_in": chosen, "oauth_client_id": "app", "oauth_refresh_token": "r", "oauth_client_secret": "s"}
    form |= {f"setting_{name}": value for name, value in own.items()}
    client.post(f"/admin/omnichannel/channel/{channel.pk}/change/", form)
    channel.refresh_from_db()
    names = ("imap_host", "smtp_host", "oauth_token_url", "imap_user", "smtp_user")
    assert [channel.settings[name] for name in names] == [imap, smtp, token, channel.address, channel.address]
    assert (channel.secret("oauth_refresh_token"), channel.plugin.check_settings()) == ("r", [])


def test_own_servers_are_left_as_they_are() -> None:
    given = {"sign_in": "google", "imap_host": "imap.proxy.example", "imap_user": "shared"}
    completed = oauth.completed(given, "help@shop.example")
    assert (completed["imap_host"], completed["imap_user"]) == ("imap.proxy.example", "shared")
    assert oauth.completed({"imap_host": ""}, "help@shop.example") == {"imap_host": ""}


def test_check_names_what_is_missing_for_tokens() -> None:
    channel = make_channel(kind="email", settings={"sign_in": "oauth", "oauth_token_url": "http://plain.example"})
    assert channel.plugin.check_settings() == [
        "Fill in the address where access tokens are given out; it begins with https://.",
        "Fill in the client ID of the app that you registered with the provider.",
        "Fill in the refresh token of the mailbox.",
    ]
