import pytest

from crm.tests import factories
from feedback.api.surveys import NPS
from feedback.models import Survey
from tests.api.conftest import Api
from tests.api.test_journeys import reworded
from tests.world import World

FIGURES = {"n", "score", "ci_low", "ci_high", "confidence", "groups", "series"}


def test_survey_is_created_published_and_asks(api: Api) -> None:
    survey = api.post("surveys/", NPS).json()
    invitation = api.post(f"surveys/{survey['id']}/invitations/", {"contact": factories.contact().pk})

    assert (survey["status"], survey["kind"]) == ("active", "nps")
    assert (invitation.status_code, invitation.json()["suppressed"]) == (201, "")


def test_survey_without_its_question_is_not_published(api: Api) -> None:
    answer = api.post("surveys/", reworded(NPS, question={"es": {"text": "¿?"}}))

    assert answer.status_code == 400
    assert "en" in answer.json()["detail"]


@pytest.mark.parametrize("wrong", [{"kind": "mood"}, {"name": ""}, {"texts": "x"}])
def test_survey_with_wrong_values_is_400(api: Api, wrong: dict[str, str]) -> None:
    before = Survey.objects.count()

    assert api.post("surveys/", reworded(NPS, **wrong)).status_code == 400
    assert Survey.objects.count() == before


def test_person_asked_lately_is_left_alone_with_the_reason(api: Api, company: World) -> None:
    answer = api.post(f"surveys/{company.survey.pk}/invitations/", {"contact": 1})

    assert (answer.status_code, answer.json()["errors"]) == (409, {"suppressed": "asked_recently"})


def test_responses_say_who_and_what(api: Api, company: World) -> None:
    response = api.get(f"surveys/{company.survey.pk}/responses/").json()["results"][-1]

    assert (response["contact"], response["score"], response["band"], response["state"]) == (
        1,
        9,
        "promoter",
        "confirmed",
    )


def test_nps_report_has_the_promised_fields(api: Api, company: World) -> None:
    report = api.get("reports/nps/", survey=company.survey.pk, by="inbox").json()

    assert report.keys() >= FIGURES
    assert (report["n"], report["score"], report["confidence"]) == (2, 50.0, 0.95)
    assert len(report["series"]) == 1


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"from": "2020-01-01", "to": "2020-02-01"}, 200),
        ({"from": "2020-02-01", "to": "2020-01-01"}, 400),
        ({"from": "yesterday"}, 400),
        ({"to": "0001-01-01"}, 200),
        ({"to": "9999-12-31"}, 200),
        ({"by": "moon"}, 400),
        ({"survey": "999"}, 404),
        ({"survey": "x"}, 400),
    ],
)
def test_report_periods_are_checked(api: Api, query: dict[str, str], status: int) -> None:
    assert api.get("reports/nps/", **query).status_code == status
