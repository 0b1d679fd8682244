"""What runs in the sandbox: limits that end one message, and everything that a template must not reach."""

import json
from typing import Any

import pytest

from journeys.rendering_child import ONE_MESSAGE, problem, render_all


def rendered(text: str, **data: Any) -> dict[str, str]:
    work = {"texts": [{"subject": "Hi", "text": text}], "messages": [{"use": 0, "data": data}]}
    (result,) = render_all(json.dumps(work).encode())
    return result


def test_each_message_is_made_of_its_own_text_and_its_own_data() -> None:
    texts = [{"subject": "A {{ n }}", "text": "a"}, {"subject": "B {{ n }}", "text": "b {{ n }}"}]
    messages = [{"use": 1, "data": {"n": 1}}, {"use": 0, "data": {"n": 2}}, {"use": 1, "data": {"n": 3}}]

    assert render_all(json.dumps({"texts": texts, "messages": messages}).encode()) == [
        {"subject": "B 1", "text": "b 1"},
        {"subject": "A 2", "text": "a"},
        {"subject": "B 3", "text": "b 3"},
    ]


def test_nothing_to_render_is_nothing() -> None:
    assert render_all(b'{"texts": [], "messages": []}') == []


def test_what_one_message_assigns_no_other_sees() -> None:
    texts = [{"subject": "x", "text": "{{ secret }}{% assign secret = name %}"}]
    work = {"texts": texts, "messages": [{"use": 0, "data": {"name": name}} for name in ("Ana", "Ben")]}

    assert [result["text"] for result in render_all(json.dumps(work).encode())] == ["", ""]


@pytest.mark.parametrize(
    ("template", "data"),
    [
        ("{% for i in (1..1001) %}.{% endfor %}", {}),
        ("{% for a in (1..100) %}{% for b in (1..100) %}.{% endfor %}{% endfor %}", {}),
        ("{{ long }}", {"long": "x" * (ONE_MESSAGE + 1)}),
        (
            "{% capture a %}{{ long }}{% endcapture %}{% capture b %}{{ a }}{{ a }}{{ a }}{% endcapture %}",
            {"long": "x" * 99_000},
        ),
        ("{{ 1 | divided_by: 0 }}", {}),
        ("{{ 'a' | plus: }}", {}),
        ("{% if %}", {}),
        ("{% include 'secret' %}", {}),
        ("{% render 'secret' %}", {}),
        ("{% extends 'secret' %}", {}),
        ("{{ name | no_such_filter }}", {"name": "x"}),
    ],
)
def test_what_goes_too_far_is_an_error_with_a_reason_and_no_message(template: str, data: dict[str, Any]) -> None:
    result = rendered(template, **data)

    assert list(result) == ["error"]
    assert 0 < len(result["error"]) <= 300


@pytest.mark.parametrize(
    ("template", "data", "text"),
    [
        ("{% for i in (1..1000) %}.{% endfor %}", {}, "." * 1000),
        ("{{ long }}", {"long": "x" * (ONE_MESSAGE - 2)}, "x" * (ONE_MESSAGE - 2)),
    ],
)
def test_limits_begin_where_they_say(template: str, data: dict[str, Any], text: str) -> None:
    assert rendered(template, **data) == {"subject": "Hi", "text": text}


@pytest.mark.parametrize(
    "template",
    [
        "{{ contact.__class__ }}",
        "{{ contact['__class__'] }}",
        "{{ contact.items }}{{ contact.keys }}{{ contact.pop }}",
        "{{ name.__len__ }}{{ name.format }}{{ name.upper }}",
        "{{ self }}{{ globals }}{{ environment }}",
        "{{ missing.deeper.still }}",
    ],
)
def test_templates_reach_the_data_and_nothing_behind_it(template: str) -> None:
    assert rendered(template, contact={"first_name": "Ana"}, name="Ana")["text"] == ""


def test_customers_words_are_data_and_no_template() -> None:
    said = "{{ contact.email }}{% for i in (1..9) %}x{% endfor %}<b>"

    assert rendered("{{ said }}", said=said, contact={"email": "ana@casa.example"})["text"] == said


@pytest.mark.parametrize("value", [None, True, 3, 2.5, "x", [1, {"a": None}], {"deep": {"er": []}}])
def test_any_value_can_be_written(value: Any) -> None:
    assert "error" not in rendered(
        "{{ v }} {{ v.deep.er }} {{ v | upcase }} {% for i in v %}{{ i }}{% endfor %}", v=value
    )


def told(template: str) -> dict[str, str]:
    return problem(json.dumps({"template": template, "known": {"contact": ["first_name"], "a": []}}).encode())


@pytest.mark.parametrize("template", ["", "Hello", "{{ contact.first_name | default: 'you' }}", "{ a }", "100 %"])
def test_sound_templates_have_no_problem(template: str) -> None:
    assert told(template) == {}


@pytest.mark.parametrize(
    "template",
    ["{{ name", "{% if a %}", "{% endif %}", "{% for in b %}{% endfor %}", "{% unknown %}", "{% include 'a' %}"],
)
def test_problem_is_told_in_a_few_words(template: str) -> None:
    found = told(template)["syntax"]

    assert 0 < len(found) <= 300
    assert "Traceback" not in found


def test_template_without_end_of_nesting_is_a_problem_and_no_crash() -> None:
    assert told("{% if a %}" * 3000 + "{% endif %}" * 3000)["syntax"] != ""


def test_long_names_are_told_in_short() -> None:
    assert told("{{ a | " + "b" * 500 + " }}") == {"filter": "b" * 100}
    assert told("{{ " + "c" * 500 + " }}") == {"name": "c" * 100}
