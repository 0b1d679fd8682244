"""Messages from templates: in the right language, escaped, within limits."""

import pytest

from journeys import rendering
from journeys.rendering import Draft, in_language, paragraphs, render, syntax_problem
from kernel.sandbox import Limits, SandboxError


def draft(text: str, *, subject: str = "Hi", language: str = "en", **data: object) -> Draft:
    return Draft(language, {"subject": subject, "text": text}, data)


def test_many_messages_are_rendered_in_order() -> None:
    drafts = [draft("Hello {{ contact.first_name }}", contact={"first_name": name}) for name in ("Ana", "Ben")]

    assert [message.text for message in render(drafts)] == ["Hello Ana", "Hello Ben"]


def test_text_stays_plain_and_html_is_escaped() -> None:
    message = render([draft("Hi {{ name }}\n\n1 < 2\nbye", name="<script>alert(1)</script> & co")])[0]

    assert message.text == "Hi <script>alert(1)</script> & co\n\n1 < 2\nbye"
    assert "<script>" not in message.html
    assert "<p>Hi &lt;script&gt;alert(1)&lt;/script&gt; &amp; co</p><p>1 &lt; 2<br>bye</p>" in message.html


def test_subject_is_one_line() -> None:
    message = render([draft("x", subject="Hi {{ name }}", name="Ana\r\nBcc: all@casa.example")])[0]

    assert message.subject == "Hi Ana Bcc: all@casa.example"


def test_one_bad_message_spoils_no_other() -> None:
    good, bad = draft("{{ n | plus: 1 }}", n=1), draft("{{ n | divided_by: 0 }}", n=1)
    messages = render([good, bad, good])

    assert [message.text for message in messages] == ["2", "", "2"]
    assert messages[1].error != ""


def test_template_that_never_ends_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "LIMITS", Limits(cpu=1, wall=3.0, memory=512 << 20))
    spinning = (
        "{% assign a = '" + "x" * 4000 + "' %}" + "{% assign a = a | replace: 'x', 'xxxxx' | slice: 0, 4000 %}" * 400
    )
    try:
        messages = render([draft(spinning * 4)])
    except SandboxError:
        return
    assert messages[0].error != "" or messages[0].text == ""


def test_loops_are_bounded() -> None:
    message = render([draft("{% for i in (1..100000) %}{{ i }}{% endfor %}")])[0]

    assert message.error != ""


def test_templates_reach_nothing_but_their_data() -> None:
    message = render([draft("{{ contact.__class__ }}{{ contact.__init__.__globals__ }}", contact={"a": 1})])[0]

    assert message.text == ""
    assert syntax_problem("{% include 'x' %}") != ""


@pytest.mark.parametrize(
    ("language", "chosen"), [("es", "es"), ("es-MX", "es"), ("ES", "es"), ("fr", "en"), ("", "en")]
)
def test_everybody_reads_their_own_language_else_the_first(language: str, chosen: str) -> None:
    texts = {"en": {"subject": "Hi"}, "es": {"subject": "Hola"}}

    assert in_language(texts, language) == (chosen, texts[chosen])


def test_syntax_is_checked_before_anybody_gets_it() -> None:
    assert syntax_problem("Hello {{ contact.first_name }}") == ""
    assert syntax_problem("{% if %}") != ""
    assert syntax_problem("{% for x in y %}") != ""


def test_blank_lines_part_paragraphs() -> None:
    assert paragraphs("one\r\n\r\ntwo\nlines\n\n\n\n") == "<p>one</p><p>two<br>lines</p>"
