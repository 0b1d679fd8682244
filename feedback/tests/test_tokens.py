"""Secrets in links: what they look like, and what is kept of them."""

import pytest

from feedback import tokens


def test_secrets_are_long_of_the_right_form_and_never_the_same() -> None:
    made = [tokens.new() for _ in range(50)]

    assert len(set(made)) == 50
    assert all(tokens.looks_right(token) for token in made)


def test_what_is_kept_is_the_published_sha_256() -> None:
    """FIPS 180-2, appendix B.1."""
    assert tokens.digest("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.mark.parametrize(
    ("token", "right"),
    [
        ("a" * 22, True),
        ("-_AZaz09" + "x" * 14, True),
        ("a" * 21, False),
        ("a" * 23, False),
        ("a" * 21 + "=", False),
        ("a" * 21 + "/", False),
        ("a" * 22 + "\n", False),
        ("é" * 22, False),
        ("a" * 21 + "９", False),
        ("", False),
    ],
)
def test_only_secrets_of_our_form_are_looked_up(token: str, right: bool) -> None:
    assert tokens.looks_right(token) is right
