"""Messages from templates: in the right language, escaped, within limits."""

from datetime import date
from decimal import Decimal

import pytest

from feedback.models import Brand
from journeys import rendering
from journeys.rendering import Draft, in_language, paragraphs, problem, render
from kernel.sandbox import Limits, SandboxError

KNOWN: dict[str, list[str]] = {"contact": ["first_name", "traits"], "event": [], "brand": []}


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
    assert problem("{% include 'x' %}", KNOWN) != ""


@pytest.mark.parametrize(
    ("language", "chosen"),
    [
        ("es", "es"),
        ("es-MX", "es"),
        ("es_MX", "es"),
        ("ES", "es"),
        ("fr", "en"),
        ("", "en"),
        ("e", "en"),
        ("est", "en"),
    ],
)
def test_everybody_reads_their_own_language_else_the_first(language: str, chosen: str) -> None:
    texts = {"en": {"subject": "Hi"}, "es": {"subject": "Hola"}}

    assert in_language(texts, language) == (chosen, texts[chosen])


@pytest.mark.parametrize(
    ("language", "chosen"), [("es-mx", "es-MX"), ("es_MX", "es-MX"), ("es-AR", "es"), ("es", "es")]
)
def test_region_with_words_of_its_own_reads_those(language: str, chosen: str) -> None:
    texts = {"en": {"subject": "Hi"}, "es": {"subject": "Hola"}, "es-MX": {"subject": "Qué onda"}}

    assert in_language(texts, language) == (chosen, texts[chosen])


LINK = "https://casa.example/u/abc"


def test_marketing_ends_with_the_link_to_leave_by_in_the_reader_s_language() -> None:
    parts = {"subject": "Hi", "text": "Hello"}
    english, spanish, service = render(
        [Draft("en", parts, {}, unsubscribe=LINK), Draft("es", parts, {}, unsubscribe=LINK), Draft("en", parts, {})]
    )

    assert english.text == f"Hello\n\n-- \nUnsubscribe: {LINK}\n"
    assert spanish.text == f"Hello\n\n-- \nDarse de baja: {LINK}\n"
    assert service.text == "Hello"
    assert [LINK in message.html for message in (english, spanish, service)] == [True, True, False]
    assert [message.html.count('lang="es"') for message in (english, spanish)] == [0, 1]


def test_brand_stands_above_the_message_and_brings_no_markup() -> None:
    parts = {"subject": "Hi", "text": "Hello"}
    (message,) = render([Draft("en", parts, {}, brand=Brand("Casa <b>Lumbre</b>"))])

    assert "Casa &lt;b&gt;Lumbre&lt;/b&gt;" in message.html


def test_message_bears_the_accent_of_its_brand_by_day_and_by_night() -> None:
    parts = {"subject": "Hi", "text": "Hello"}
    plain, red = render([Draft("en", parts, {}, brand=Brand("Casa", hue)) for hue in (None, 0)])

    assert ["#8f2e3d" in message.html for message in (plain, red)] == [False, True]
    assert "border-top-color: #f09da3 !important" in red.html


def test_words_that_the_frame_uses_itself_are_words_in_a_message() -> None:
    parts = {"subject": "Hi", "text": "@@leave@@ {{ said }}"}
    (message,) = render([Draft("en", parts, {"said": "@@message@@"}, unsubscribe=LINK)])

    assert "<p>@@leave@@ @@message@@</p>" in message.html
    assert message.html.count(LINK) == 1


def test_link_cannot_break_out_of_the_mail() -> None:
    parts = {"subject": "Hi", "text": "Hello"}
    (message,) = render([Draft("en", parts, {}, unsubscribe='https://casa.example/"><script>')])

    assert "<script>" not in message.html


@pytest.mark.parametrize(("length", "kept"), [(500, 500), (501, 500)])
def test_subject_is_as_long_as_its_column(length: int, kept: int) -> None:
    assert len(render([draft("x", subject="s" * length)])[0].subject) == kept


def test_dates_and_amounts_of_events_can_be_written() -> None:
    (message,) = render([draft("{{ total }} {{ at }}", total=Decimal("9.90"), at=date(2026, 1, 31))])

    assert message.text == "9.90 2026-01-31"


def test_nobody_to_write_to_is_no_work() -> None:
    assert render([]) == []


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("", ""),
        (" \n\n \n", ""),
        ("one", "<p>one</p>"),
        ("\n\none\n\n", "<p>one</p>"),
        ("one\n two", "<p>one<br> two</p>"),
        ("a & b", "<p>a &amp; b</p>"),
        ('"quoted"', "<p>&quot;quoted&quot;</p>"),
        ("<p>one</p>", "<p>&lt;p&gt;one&lt;/p&gt;</p>"),
    ],
)
def test_plain_text_becomes_paragraphs(text: str, html: str) -> None:
    assert paragraphs(text) == html


def test_template_that_cannot_even_be_read_has_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "SYNTAX", Limits(memory=512 << 20, input=3))

    assert problem("{{ x }}", {}) == "cannot be read: Input of 36 bytes is over the limit of 3."


def test_syntax_is_checked_before_anybody_gets_it() -> None:
    assert problem("Hello {{ contact.first_name }}", KNOWN) == ""
    assert problem("{% if %}", KNOWN) != ""
    assert problem("{% for x in event.y %}", KNOWN) != ""


@pytest.mark.parametrize(
    "template",
    [
        "{{ contact.traits.plan | default: 'none' | upcase }} {{ contact['first_name'] }} {{ contact[event.which] }}",
        "{% for item in event.items %}{{ item.name }}, {{ forloop.index }}{% endfor %}",
        "{% assign total = event.total | times: 2 %}{{ total }} {{ total.anything }} {{ brand }}",
    ],
)
def test_what_a_message_may_speak_of_is_known(template: str) -> None:
    assert problem(template, KNOWN) == ""


@pytest.mark.parametrize(
    ("template", "sentence"),
    [
        ("{{ contact.first_name | evil }}", "there is no filter called “evil”."),
        (
            "{{ contact.frist_name }}",
            "nothing is called “contact.frist_name” here; there are contact.first_name, contact.traits, event, brand.",
        ),
        (
            "{% if order.total %}x{% endif %}",
            "nothing is called “order.total” here; there are contact.first_name, contact.traits, event, brand.",
        ),
    ],
)
def test_what_nothing_stands_for_is_told_before_anybody_gets_it(template: str, sentence: str) -> None:
    assert problem(template, KNOWN) == sentence


def test_blank_lines_part_paragraphs() -> None:
    assert paragraphs("one\r\n\r\ntwo\nlines\n\n\n\n") == "<p>one</p><p>two<br>lines</p>"
