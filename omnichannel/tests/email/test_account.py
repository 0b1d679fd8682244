"""The settings of an e-mail account: which server it sends by, what is missing, what its form asks for."""

from typing import Any

import pytest

from omnichannel.channels.base import ChannelError, ChannelKind, GoneChannel, InboundMessage, SendResult
from omnichannel.channels.email import oauth
from omnichannel.channels.email.plugin import EmailChannel
from omnichannel.channels.email.smtp import Server
from omnichannel.models import Channel, Delivery, Message, RawInbound

PASSWORD = "Fill in the password of the IMAP mailbox."
USER = "Fill in the user name of the IMAP mailbox."
ADDRESS = "The address of an e-mail channel looks like support@example.org."


def account(secrets: dict[str, str] | None = None, address: str = "support@hilo.example", **settings: Any) -> Channel:
    """Never saved."""
    channel = Channel(pk=7, kind="email", name="Support", address=address, settings=settings)
    for name, value in (secrets or {}).items():
        channel.keep_secret(name, value)
    return channel


# --- the server that it sends by ---


@pytest.mark.parametrize(
    ("url", "own", "server"),
    [
        ("", {}, None),
        ("smtp://mail.example", {}, Server("mail.example", 25)),
        ("smtp://mail.example", {"smtp_host": "own.example"}, Server("own.example", 587, security="starttls")),
        ("", {"smtp_host": "own.example", "smtp_port": "25"}, Server("own.example", 25, security="starttls")),
        ("", {"smtp_host": "own.example", "smtp_security": "none"}, Server("own.example", 587, security="none")),
        ("", {"smtp_host": "own.example", "smtp_user": "u"}, Server("own.example", 587, "u", "", "starttls")),
        ("", {"smtp_host": "", "smtp_user": "u"}, None),
    ],
)
def test_own_server_comes_before_that_of_the_installation(
    url: str, own: dict[str, Any], server: Server | None, settings: Any
) -> None:
    settings.SMTP_URL = url
    kind = EmailChannel(account(**own))

    assert kind.smtp_server() == server
    assert kind.stays_here is (server is None)


def test_own_server_is_signed_in_to_with_the_sealed_password() -> None:
    own = EmailChannel(account({"smtp_password": "secret"}, smtp_host="own.example", smtp_user="u")).smtp_server()
    assert own == Server("own.example", 587, "u", "secret", "starttls")


def test_account_that_signs_in_by_token_has_a_token_for_both_servers() -> None:
    by_token = account(smtp_host="own.example", sign_in="google")
    server = EmailChannel(by_token).smtp_server()
    assert server is not None
    assert server.bearer is not None
    assert [oauth.by_token(account(sign_in=way)) for way in ("", "password", "google", "oauth")] == [
        False,
        False,
        True,
        True,
    ]
    assert oauth.bearer(account()) is None


# --- what is missing ---


@pytest.mark.parametrize(
    ("settings", "secrets", "complaints"),
    [
        ({}, {}, []),
        ({"imap_host": "i.example", "imap_user": "u"}, {"imap_password": "p"}, []),
        ({"imap_host": "i.example"}, {"imap_password": "p"}, [USER]),
        ({"imap_host": "i.example", "imap_user": "u"}, {}, [PASSWORD]),
        ({"imap_host": "i.example"}, {"smtp_password": "p"}, [USER, PASSWORD]),
        ({"smtp_host": "s.example", "imap_user": "u"}, {}, []),
    ],
)
def test_mailbox_needs_a_user_and_a_password(
    settings: dict[str, str], secrets: dict[str, str], complaints: list[str]
) -> None:
    assert EmailChannel(account(secrets, **settings)).check_settings() == complaints


def test_address_has_an_at_sign() -> None:
    assert EmailChannel(account(address="support")).check_settings() == [ADDRESS]


@pytest.mark.parametrize(
    ("missing", "sentence"),
    [
        ("oauth_token_url", "Fill in the address where access tokens are given out; it begins with https://."),
        ("oauth_client_id", "Fill in the client ID of the app that you registered with the provider."),
        ("oauth_refresh_token", "Fill in the refresh token of the mailbox."),
        ("", ""),
    ],
)
def test_sign_in_by_token_needs_no_password_but_its_own_three(missing: str, sentence: str) -> None:
    own = {"oauth_token_url": "https://t.example", "oauth_client_id": "app", "imap_host": "i.example", "imap_user": "u"}
    secrets = {"oauth_refresh_token": "r"}
    chosen = {name: value for name, value in own.items() if name != missing}
    kept = {name: value for name, value in secrets.items() if name != missing}

    complaints = EmailChannel(account(kept, sign_in="oauth", **chosen)).check_settings()

    assert complaints == ([sentence] if sentence else [])


def test_what_the_admin_filled_in_is_never_overwritten() -> None:
    given = {"sign_in": "microsoft", "smtp_port": 2525, "smtp_user": "", "authserv_id": None, "note": "kept"}

    completed = EmailChannel(account()).completed(given)

    assert (completed["smtp_port"], completed["note"], completed["authserv_id"]) == (2525, "kept", "*")
    assert (completed["smtp_user"], completed["imap_user"]) == ("support@hilo.example", "support@hilo.example")
    assert (completed["imap_port"], completed["imap_security"]) == (993, "tls")
    assert given["smtp_user"] == ""


@pytest.mark.parametrize("way", ["", "password", "oauth", "unheard of"])
def test_nothing_follows_from_an_unknown_provider(way: str) -> None:
    assert EmailChannel(account()).completed({"sign_in": way, "imap_host": ""}) == {"sign_in": way, "imap_host": ""}


def test_form_asks_for_secrets_without_showing_them_and_for_nothing_that_must_be() -> None:
    kind = EmailChannel(account())
    fields = kind.fields()
    hidden = {name for name, field in fields.items() if getattr(field.widget, "input_type", "") == "password"}
    assert hidden == set(kind.secrets())
    assert not any(field.required for field in fields.values())
    assert {name: field.initial for name, field in fields.items() if field.initial} == {
        "imap_port": 993,
        "imap_folder": "INBOX",
        "smtp_port": 587,
    }


# --- what came in and cannot be read ---


def test_mail_that_a_door_refused_is_quarantined_with_its_reason_and_not_parsed() -> None:
    raw = RawInbound(body=b"From: ana@casa.example\r\n\r\nHola", meta={"refused": "The mail is too large."})
    with pytest.raises(ChannelError, match=r"^The mail is too large\.$") as caught:
        EmailChannel(account()).parse(raw)
    assert caught.value.permanent is True


# --- what every channel does unless it says otherwise ---


class Pigeon(ChannelKind):
    slug = "pigeon"
    label = "Pigeon"
    identity_kind = "loft"


def test_channel_that_says_nothing_promises_nothing() -> None:
    pigeon = Pigeon(account())
    assert (pigeon.new_message_id(Message()), pigeon.find_conversation(InboundMessage("x", []), 1)) == ("", None)
    assert (pigeon.stays_here, pigeon.can_find, pigeon.has_subject) == (False, False, False)
    assert (pigeon.check_settings(), pigeon.fields(), pigeon.secrets()) == ([], {}, ())
    assert pigeon.completed({"a": 1}) == {"a": 1}
    assert SendResult() == SendResult(provider_id="", state="sent")


@pytest.mark.parametrize("verb", ["parse", "send"])
def test_channel_that_cannot_do_it_says_which_and_what(verb: str) -> None:
    given = RawInbound() if verb == "parse" else Delivery()
    with pytest.raises(NotImplementedError, match=rf"^Pigeon must implement {verb}\(\)\.$"):
        getattr(Pigeon(account()), verb)(given)


@pytest.mark.parametrize("verb", ["parse", "send"])
def test_channel_that_is_gone_can_do_nothing_yet_and_may_come_back(verb: str) -> None:
    channel = account()
    channel.kind = "pigeon"
    given = RawInbound() if verb == "parse" else Delivery()
    with pytest.raises(ChannelError, match=r"^The channel “pigeon” is not installed: put its folder back") as caught:
        getattr(GoneChannel(channel), verb)(given)
    assert (caught.value.permanent, caught.value.unknown) == (False, False)


def test_refusal_is_passing_unless_it_says_otherwise() -> None:
    error = ChannelError("Not now.")
    assert (str(error), error.permanent, error.unknown, error.retry_after) == ("Not now.", False, False, None)
