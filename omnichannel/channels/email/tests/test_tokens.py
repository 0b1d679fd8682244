"""Signed names: what we gave out is known again in every form, and nothing else is."""

from typing import Any

import pytest

from omnichannel.channels.email import tokens
from omnichannel.channels.email.tokens import Token

CONVERSATION, MESSAGE = Token("c", 7, 3), Token("m", 7, 3)


def test_a_name_says_what_it_names_and_ends_with_twenty_digits() -> None:
    name, _, signature = str(CONVERSATION).rpartition(".")
    assert (name, len(signature)) == ("c7.3", 20)
    assert set(signature) <= set("0123456789abcdef")
    assert str(Token("c", 7, 3)) == str(CONVERSATION)


@pytest.mark.parametrize("token", [CONVERSATION, MESSAGE, Token("m", 10**17, 10**17)])
def test_name_is_known_again_wherever_it_stands(token: Token) -> None:
    assert tokens.from_address(f"reply+{token}@hilo.example") == token
    assert tokens.from_address(f"bounce+{token}@hilo.example") == token
    assert tokens.from_message_id(f"<{token}@hilo.example>") == token
    assert tokens.from_message_id(f"{token}@hilo.example") == token
    assert tokens.from_text(f"> quoted\n> hilo:{token}, and more") == token


def test_address_that_servers_wrote_in_capitals_is_still_ours() -> None:
    assert tokens.from_address(f" REPLY+{str(CONVERSATION).upper()}@HILO.EXAMPLE ") == CONVERSATION


@pytest.mark.parametrize(
    "name",
    [
        str(CONVERSATION).replace("c7", "m7"),
        str(CONVERSATION).replace("c7", "c8"),
        str(CONVERSATION).replace("c7", "c07"),
        str(CONVERSATION).replace(".3.", ".4."),
        str(CONVERSATION)[:-1] + ("0" if str(CONVERSATION)[-1] != "0" else "1"),
        str(CONVERSATION)[:-1],
        str(CONVERSATION).replace("c7", "x7"),
        "c7.3.",
        "",
    ],
)
def test_name_that_is_changed_anywhere_is_no_name(name: str) -> None:
    assert tokens.from_address(f"reply+{name}@hilo.example") is None
    assert tokens.from_message_id(f"<{name}@hilo.example>") is None
    assert tokens.from_text(f"hilo:{name} ") is None


@pytest.mark.parametrize(
    "address",
    [
        f"support+{CONVERSATION}@hilo.example",
        f"{CONVERSATION}@hilo.example",
        f"reply+{CONVERSATION}",
        f"reply+{CONVERSATION}0@hilo.example",
        f"reply+{CONVERSATION}@",
        f"reply+{CONVERSATION}@hilo.example, x@y.example",
        f"x-reply+{CONVERSATION}@hilo.example",
        f"reply+{CONVERSATION}@hilo example",
    ],
)
def test_address_of_another_form_is_not_ours(address: str) -> None:
    assert tokens.from_address(address) is None


def test_message_id_of_another_form_is_not_ours() -> None:
    for message_id in (f"<x{MESSAGE}@hilo.example>", f"<{MESSAGE}>", f"<{MESSAGE}.x@hilo.example>", "<@>", ""):
        assert tokens.from_message_id(message_id) is None


def test_first_marker_with_our_signature_counts() -> None:
    forged = f"hilo:{str(CONVERSATION).replace('c7', 'c8')}"
    assert tokens.from_text(f"{forged} hilo:{MESSAGE} hilo:{CONVERSATION}") == MESSAGE
    assert tokens.from_text(f"{forged} {CONVERSATION}") is None


def test_another_installation_does_not_know_our_names(settings: Any) -> None:
    address = f"reply+{CONVERSATION}@hilo.example"
    settings.SECRET_KEY = "of another installation"
    assert tokens.from_address(address) is None


@pytest.mark.parametrize(
    ("address", "is_one"),
    [
        ("bounce+x@hilo.example", True),
        ("BOUNCE+x@hilo.example", True),
        ("reply+x@hilo.example", False),
        ("bounce@hilo.example", False),
        ("x-bounce+x@hilo.example", False),
    ],
)
def test_bounce_address_begins_so(address: str, is_one: bool) -> None:
    assert tokens.is_bounce_address(address) is is_one
