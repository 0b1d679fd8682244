"""The newest confirmed answer counts."""

import pytest

from crm.models import Alias
from crm.tests import factories
from feedback.actions.shipped import relationship_nps
from feedback.models import Invitation, Response, Survey
from journeys.conditions.last_score.plugin import LastScore
from journeys.people import Happening, Person, Visit


@pytest.mark.django_db
def test_newest_confirmed_score_of_each_survey_is_gathered() -> None:
    survey, contact = relationship_nps(company="Casa Lumbre"), factories.contact()
    _answer(survey, contact.pk, 9, "2026-01-01T00:00Z")
    _answer(survey, contact.pk, 3, "2026-02-01T00:00Z")
    _answer(survey, contact.pk, 10, "2026-03-01T00:00Z", state="suspected_bot")

    assert LastScore().gather(1, [contact.pk]) == {contact.pk: {survey.pk: 3, None: 3}}


@pytest.mark.django_db
def test_newest_score_is_that_of_whichever_merged_record_answered_last() -> None:
    survey, survivor, member = relationship_nps(company="Casa Lumbre"), factories.contact(), factories.contact()
    _answer(survey, survivor.pk, 9, "2026-01-01T00:00Z")
    _answer(survey, member.pk, 3, "2026-02-01T00:00Z")
    Alias.objects.create(member=member, survivor=survivor, rule="test")

    assert LastScore().gather(1, [survivor.pk]) == {survivor.pk: {survey.pk: 3, None: 3}}


@pytest.mark.parametrize(
    ("config", "holds"),
    [
        ({"op": "at_most", "value": 6}, True),
        ({"op": "at_most", "value": 6, "survey": 2}, False),
        ({"op": "unknown", "survey": 3}, True),
    ],
)
def test_it_looks_at_one_survey_or_at_all(config: dict[str, object], holds: bool) -> None:
    known = {"last_score": {2: 9, 1: 4, None: 4}}
    visit = Visit(1, 1, Person(1), Happening(1, "x"), known=known)

    assert LastScore().holds({"type": "last_score", **config}, visit) is holds


def test_nobody_asked_means_unknown() -> None:
    visit = Visit(1, 1, Person(1), Happening(1, "x"))

    assert LastScore().holds({"op": "unknown"}, visit)
    assert not LastScore().holds({"op": "at_most", "value": 6}, visit)


def _answer(survey: Survey, contact_id: int, score: int, at: str, state: str = "confirmed") -> None:
    invitation = Invitation.objects.create(
        survey=survey,
        version=survey.live_version,
        contact_id=contact_id,
        cause_key=f"test:{at}",
        token_hash=at,
        expires_at="2030-01-01T00:00Z",
    )
    Response.objects.create(invitation=invitation, survey=survey, state=state, score=score, band="x", submitted_at=at)
