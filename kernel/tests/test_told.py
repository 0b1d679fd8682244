"""Kept sentences are found again and told in the reader's language."""

from collections.abc import Iterator

import pytest
from django.utils import translation

from kernel import told as module
from kernel.told import kept, told

NOBODY = "Its sender is no address that can be answered."
NADIE = "El remitente no es una dirección a la que se pueda responder."


@pytest.fixture(autouse=True)
def sentences(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(module, "_sentences", [])
    kept(NOBODY)
    kept("The mail has {size} bytes; the limit is {limit}.")
    kept("The message could not be written: {reason}")
    with translation.override("es"):
        yield


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (NOBODY, NADIE),
        ("The mail has 9 bytes; the limit is 5.", "El correo tiene 9 bytes; el límite es 5."),
        ("550 5.1.1 no such user", "550 5.1.1 no such user"),
        ("", ""),
    ],
)
def test_sentence_is_told_in_the_readers_language(text: str, shown: str) -> None:
    assert told(text) == shown


def test_words_of_others_inside_stay_as_they_are_and_braces_do_no_harm() -> None:
    text = "The message could not be written: {0} line one\nline two"

    assert told(text) == "No se ha podido escribir el mensaje: {0} line one\nline two"


def test_sentence_in_a_blank_is_told_too() -> None:
    text = f"The message could not be written: {NOBODY}"

    assert told(text).endswith(f": {NADIE}")


def test_sentence_that_says_most_wins() -> None:
    kept("The mail {rest}")

    assert told("The mail has 9 bytes; the limit is 5.") == "El correo tiene 9 bytes; el límite es 5."


def test_sentence_that_says_most_wins_also_when_it_was_kept_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_sentences", [])
    kept("The mail {rest}")
    kept("The mail has {size} bytes; the limit is {limit}.")

    assert told("The mail has 9 bytes; the limit is 5.") == "El correo tiene 9 bytes; el límite es 5."


def test_sentence_with_a_word_more_is_another() -> None:
    assert told(f"{NOBODY} Really.") == f"{NOBODY} Really."
    assert told(f"He said: {NOBODY}") == f"He said: {NOBODY}"


def test_signs_of_a_sentence_stand_for_themselves() -> None:
    assert told(NOBODY.replace(".", "!")) == NOBODY.replace(".", "!")


def test_kept_sentence_is_the_one_to_fill_in() -> None:
    assert kept("Port {port} is closed.").format(port=25) == "Port 25 is closed."


def test_sentence_without_a_translation_is_told_as_it_is() -> None:
    kept("Nobody has put this into Spanish: {reason}")

    text = f"Nobody has put this into Spanish: {NOBODY}"
    assert told(text) == f"Nobody has put this into Spanish: {NADIE}"


def test_reader_of_english_is_told_what_was_kept() -> None:
    with translation.override("en"):
        assert told("The mail has 9 bytes; the limit is 5.") == "The mail has 9 bytes; the limit is 5."
