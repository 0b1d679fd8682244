from datetime import timedelta

import pytest
from django.utils import timezone

from crm.tests import factories
from feedback.api.surveys import NPS
from feedback.models import Invitation, Survey
from feedback.tests.factories import make_response
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
        ({"survey": "0"}, 404),
        ({"survey": "x"}, 400),
    ],
)
def test_report_periods_are_checked(api: Api, query: dict[str, str], status: int) -> None:
    assert api.get("reports/nps/", **query).status_code == status


def test_survey_that_cannot_be_published_leaves_nothing_behind(api: Api) -> None:
    """The same call with the question mended must find its name free."""
    unpublishable = reworded(NPS, question={"es": {"text": "¿?"}})

    assert api.post("surveys/", unpublishable).status_code == 400
    assert not Survey.objects.filter(name=NPS["name"]).exists()
    assert api.post("surveys/", NPS).status_code == 201


def test_survey_may_wait_as_a_draft(api: Api) -> None:
    made = api.post("surveys/", reworded(NPS, publish=False)).json()
    held = api.post(f"surveys/{made['id']}/invitations/", {"contact": 1})

    assert (made["status"], made["live_version"]) == ("draft", None)
    assert (held.status_code, held.json()["errors"]) == (409, {"suppressed": "inactive"})
    assert held.json()["detail"] == "Not asked: the survey is not active."


def test_name_of_another_survey_is_400_and_says_which_field(api: Api) -> None:
    assert api.post("surveys/", NPS).status_code == 201
    again = api.post("surveys/", NPS)

    assert (again.status_code, list(again.json()["errors"])) == (400, ["name"])
    assert Survey.objects.filter(name=NPS["name"]).count() == 1


@pytest.mark.parametrize("contact", [None, 0, "x", 999_999, 10**30])
def test_nobody_who_is_not_there_is_asked(api: Api, company: World, contact: object) -> None:
    before = Invitation.objects.count()

    answer = api.post(f"surveys/{company.survey.pk}/invitations/", {"contact": contact})

    assert answer.status_code in (400, 404)
    assert Invitation.objects.count() == before


def test_surveys_are_asked_by_mail_alone(api: Api, company: World) -> None:
    answer = api.post(f"surveys/{company.survey.pk}/invitations/", {"contact": 1, "channel": "pigeon"})

    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["channel"])


def test_invitations_tell_who_was_held_back_and_never_the_secret(api: Api, company: World) -> None:
    place = f"surveys/{company.survey.pk}/invitations/"
    api.post(place, {"contact": 1})
    listed = api.get(place).json()["results"]

    assert {row["suppressed"] for row in listed if row["contact"] == 1} == {"", "asked_recently"}
    assert all("token" not in name and "hash" not in name for row in listed for name in row)


def test_report_of_a_day_counts_the_whole_day(api: Api, company: World) -> None:
    today = timezone.localdate()
    yesterday = today - timedelta(days=1)

    assert api.get("reports/nps/", **{"from": today, "to": today}).json()["n"] == 2
    assert api.get("reports/nps/", **{"from": yesterday, "to": yesterday}).json()["n"] == 0


def test_report_without_answers_has_nulls_and_no_zeros(api: Api) -> None:
    report = api.get("reports/nps/", **{"from": "2020-01-01", "to": "2020-02-01"}).json()

    assert (report["n"], report["score"], report["ci_low"], report["ci_high"]) == (0, None, None, None)
    assert (report["display"], report["series"]) == ("hidden", [])


def test_contact_has_the_newest_score_of_each_kind(api: Api, company: World) -> None:
    make_response(3, contact=company.contact, survey=company.survey, at=timezone.now() - timedelta(days=9))
    make_response(1, contact=company.contact, survey=company.survey, state="suspected_bot")

    assert api.get("contacts/1/").json()["scores"] == {"nps": 9}
    make_response(4, contact=company.contact, survey=company.survey, at=timezone.now() + timedelta(minutes=1))
    assert api.get("contacts/1/").json()["scores"] == {"nps": 4}
