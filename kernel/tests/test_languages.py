"""In which language somebody wrote of whom nobody knows it."""

import pytest

from kernel.languages import language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hola, ¿dónde está mi pedido?", "es"),
        ("Quiero devolver la lámpara", "es"),
        ("Todo perfecto, muchas gracias", "es"),
        ("Hola:\n\nMi pedido 4711 sigue sin llegar. ¿Dónde está? Gracias, Nuria", "es"),
        ("Hi, where is my order?", "en"),
        ("Please cancel my order", "en"),
        ("How long does shipping to Wales take?", "en"),
        ("Guten Tag, meine Bestellung ist noch nicht da.", ""),
        ("Bonjour, où est ma commande ?", ""),
        ("Bom dia, onde está a minha encomenda?", ""),
        ("Hola", ""),
        ("ok gracias", ""),
        ("4711 4711 4711 4711", ""),
        ("", ""),
    ],
)
def test_words_tell_and_few_letters_do_not(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(
    ("said", "language"),
    [("es-MX", "es"), ("ES", "es"), (" en, es", "en"), ("de", "en"), ("<script>", "en"), ("est", "en"), ("", "en")],
)
def test_what_a_mail_says_of_itself_counts_first(said: str, language: str) -> None:
    assert language_of("Where is my order? It has not arrived.", said=said) == language


def test_only_the_beginning_of_a_long_text_is_read() -> None:
    english = "Where is my order? " * 110
    assert language_of(english + "¿Dónde está mi pedido? " * 10_000) == "en"
