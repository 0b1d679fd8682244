"""Asking: by the survey's number, which must exist when somebody publishes."""

from typing import Any

import pytest

from feedback.actions.shipped import relationship_nps
from journeys.nodes.base import Ask
from journeys.nodes.send_survey.plugin import SendSurvey
from journeys.people import Happening, Person, Visit


def test_the_engine_is_told_which_survey() -> None:
    assert SendSurvey().visit({"survey": 3}, Visit(1, 1, Person(1), Happening(1, "x"))) == Ask(survey_id=3)


@pytest.mark.parametrize("config", [{}, {"survey": 0}, {"survey": "3"}, {"survey": True}])
def test_numbers_only(config: dict[str, Any]) -> None:
    assert SendSurvey().problems(config) == ["“survey” must be the number of a survey."]


@pytest.mark.django_db
def test_survey_must_be_there_when_publishing() -> None:
    survey = relationship_nps(company="Casa Lumbre")

    assert SendSurvey().missing({"survey": survey.pk}) == []
    assert SendSurvey().missing({"survey": survey.pk + 1}) == [f"There is no survey {survey.pk + 1}."]


@pytest.mark.django_db
def test_survey_is_told_by_its_name_and_by_its_number_once_it_is_gone() -> None:
    survey = relationship_nps(company="Casa Lumbre")

    assert SendSurvey().summary({"survey": survey.pk}) == survey.name
    assert SendSurvey().summary({"survey": survey.pk + 1}) == f"survey {survey.pk + 1}"
