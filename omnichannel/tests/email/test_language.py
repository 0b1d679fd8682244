"""In which language somebody wrote whom we know nothing about."""

import pytest

from omnichannel.channels.email.mime.language import language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hola:\n\nMi pedido 4711 sigue sin llegar. ¿Dónde está? Gracias, Nuria", "es"),
        ("La lámpara que compré llegó rota y no sé qué hacer con el cristal.", "es"),
        ("Where is my order? It has not arrived and you said it was for Friday.", "en"),
        ("Guten Tag, meine Bestellung ist noch nicht da.", ""),
        ("4711", ""),
        ("", ""),
        ("ok gracias", ""),
    ],
)
def test_small_words_tell(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(("declared", "language"), [("es-MX", "es"), ("en, es", "en"), ("de", ""), ("<script>", "")])
def test_what_the_mail_says_of_itself_counts_first(declared: str, language: str) -> None:
    assert language_of("ok", declared) == language


def test_a_long_mail_costs_no_more_than_its_beginning() -> None:
    assert language_of("el la los que " * 100_000) == "es"
