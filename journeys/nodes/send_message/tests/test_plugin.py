"""Sending: what the engine is asked to write, and what is refused before anybody gets it."""

from typing import Any

import pytest

from journeys.nodes.base import Send
from journeys.nodes.send_message.plugin import SendMessage
from journeys.people import Happening, Person, Visit

TEXTS = {"en": {"subject": "Hi", "text": "Hello"}}
VISIT = Visit(1, 1, Person(1, first_name="Ana", language="es"), Happening(1, "Order Completed", {"total": 40}))


def test_the_engine_gets_texts_data_language_and_purpose() -> None:
    answer = SendMessage().visit({"texts": TEXTS, "purpose": "marketing", "brand": "Casa Lumbre"}, VISIT)

    assert isinstance(answer, Send)
    assert (answer.texts, answer.language, answer.purpose, answer.or_else) == (TEXTS, "es", "marketing", "next")
    assert answer.data["contact"]["first_name"] == "Ana"
    assert (answer.data["event"], answer.data["brand"]) == ({"total": 40}, "Casa Lumbre")


def test_who_cannot_be_reached_may_have_a_way_of_their_own() -> None:
    config = {"texts": TEXTS, "unreachable": "end"}

    assert list(SendMessage().branches(config)) == ["next", "unreachable"]
    answer = SendMessage().visit(config, VISIT)
    assert isinstance(answer, Send)
    assert answer.or_else == "unreachable"


@pytest.mark.parametrize(
    ("config", "problem"),
    [
        ({}, "“texts” must hold the message in at least one language."),
        ({"texts": {"en": {"subject": "Hi"}}}, "texts.en.text: must not be empty."),
        ({"texts": {"en": {"subject": " ", "text": "x"}}}, "texts.en.subject: must not be empty."),
        ({"texts": {"en": {"subject": "x", "text": "x" * 20_001}}}, "texts.en.text: is longer than 20000 characters."),
        ({"texts": TEXTS, "purpose": "spam"}, "“purpose” must be one of transactional, marketing."),
        ({"texts": TEXTS, "brand": 7}, "“brand” must be the name that the mail shows above the message."),
    ],
)
def test_what_cannot_be_sent_is_refused(config: dict[str, Any], problem: str) -> None:
    assert SendMessage().problems(config) == [problem]


def test_broken_templates_are_found_when_drawing() -> None:
    problems = SendMessage().problems({"texts": {"en": {"subject": "{{ x", "text": "{% if %}"}}})

    assert [problem.partition(":")[0] for problem in problems] == ["texts.en.text"] or len(problems) == 2


def test_summary_shows_a_subject_as_people_read_it() -> None:
    texts = {"en": {"subject": "Hi{% if x %}, {{ contact.first_name | upcase }}{% endif %}", "text": "x"}, "es": {}}

    assert SendMessage().summary({"texts": texts}) == "“Hi, ‹first_name›” · en, es"
