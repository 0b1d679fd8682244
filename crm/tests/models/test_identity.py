"""What people are known by, in the one spelling under which it is found."""

import pytest
from pytest_django import Settings

from crm.models import Claim
from crm.models.identity import normal_email, normal_id, normal_phone


@pytest.mark.parametrize(
    ("raw", "normal"),
    [
        ("Ana@Correo.Example", "ana@correo.example"),
        (" <ana@correo.example> ", "ana@correo.example"),
        ("ana+shop@correo.example", "ana+shop@correo.example"),
        ("ana@españa.example", "ana@xn--espaa-rta.example"),
        ('"a@b"@correo.example', '"a@b"@correo.example'),
        ("ana", ""),
        ("@correo.example", ""),
        ("ana@", ""),
        ("ana@localhost", ""),
        ("ana ruiz@correo.example", ""),
        ("ana@correo.example, ben@correo.example", ""),
        ("ana@correo..example", ""),
        ("ana\x00@correo.example", ""),
        (f"ana@{'x' * 64}.example", ""),
        (f"{'a' * 307}@mail.example", f"{'a' * 307}@mail.example"),
        (f"{'a' * 400}@mail.example", ""),
        ("", ""),
    ],
)
def test_an_address_is_written_in_small_letters_and_ascii_or_is_none(raw: str, normal: str) -> None:
    assert normal_email(raw) == normal


@pytest.mark.parametrize(
    ("raw", "normal"),
    [
        ("600 12 34 56", "+34600123456"),
        ("0034 600-123-456", "+34600123456"),
        ("+34 (600) 123456", "+34600123456"),
        ("+1 415 555 2671", "+14155552671"),
        ("12", ""),
        ("+34 1", ""),
        ("no number", ""),
        ("", ""),
    ],
)
def test_a_number_is_written_with_its_country_or_is_none(raw: str, normal: str) -> None:
    assert normal_phone(raw) == normal


def test_a_number_without_a_country_is_of_the_houses_own(settings: Settings) -> None:
    settings.DEFAULT_PHONE_REGION = "DE"

    assert normal_phone("0151 23456789") == "+4915123456789"


@pytest.mark.parametrize(
    "nobody", ["", " ", "0", "-", "0000-00", "-1", "Null", "NONE", "nil", "n/a", "NaN", "false", "true"]
)
def test_a_placeholder_is_nobodys_id(nobody: str) -> None:
    assert normal_id(nobody) == ""


def test_an_id_that_no_column_can_hold_is_nobodys() -> None:
    """Cut, it would be somebody else's."""
    assert normal_id("x" * 320) == "x" * 320
    assert normal_id("x" * 321) == ""


@pytest.mark.parametrize("somebody", ["1", "-2", "01", "none1", "anonymous-4", "truth", "[object]"])
def test_what_only_looks_like_a_placeholder_is_an_id(somebody: str) -> None:
    assert normal_id(f" {somebody}\x00 ") == somebody


@pytest.mark.parametrize(
    ("address", "is_role"),
    [
        ("info@acme.example", True),
        ("No-Reply@acme.example", True),
        ("facturacion@acme.example", True),
        ("information@acme.example", False),
        ("info.ana@acme.example", False),
        ("ana@info.example", False),
    ],
)
def test_some_mailboxes_stand_for_a_function(address: str, is_role: bool) -> None:
    assert Claim("email", address).is_role_mailbox is is_role


def test_only_a_mailbox_stands_for_a_function() -> None:
    assert Claim("external_id", "info").is_role_mailbox is False


@pytest.mark.parametrize(
    ("claim", "shown"),
    [
        (Claim("email", " ANA@X.example"), "ana@x.example"),
        (Claim("phone", "600 123 456"), "+34600123456"),
        (Claim("external_id", " No. 7 "), "No. 7"),
    ],
)
def test_an_identity_is_shown_as_it_is_found_and_an_id_as_it_was_sent(claim: Claim, shown: str) -> None:
    assert claim.display == shown
