import re

import pytest
from django.conf import settings
from django.contrib.admin import site
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from crm.models import User
from feedback.actions import surveys
from feedback.models import Invitation, Programme, Response, Survey, Version
from feedback.tests.factories import make_invitation, make_mailbox, make_response, make_survey
from kernel.admin_lists import FastList
from omnichannel.models import Delivery

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(db: None) -> Client:
    from crm.models import User

    client = Client()
    boss = User.objects.create_superuser("boss@hilo.example", "a long password 42", language="en")
    client.force_login(boss, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def act(admin: Client, action: str, survey: Survey) -> str:
    address = reverse("admin:feedback_survey_changelist")
    answer = admin.post(address, {"action": action, "_selected_action": [survey.pk]}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def words(**changes: str) -> dict[str, str]:
    given = {"subject_en": "Quick question", "intro_en": "Hi", "thanks_en": "Thanks", "subject_es": "Una pregunta"}
    return given | changes


def questions(version_questions: list[int]) -> dict[str, str]:
    score, comment = (str(pk) for pk in version_questions)
    return {
        "questions-TOTAL_FORMS": "2",
        "questions-INITIAL_FORMS": "2",
        "questions-0-id": score,
        "questions-0-role": "score",
        "questions-0-position": "1",
        "questions-0-text_en": "Would you recommend us?",
        "questions-1-id": comment,
        "questions-1-role": "comment",
        "questions-1-position": "2",
        "questions-1-text_en": "Why?",
    }


def test_words_of_a_published_version_are_read_in_the_readers_language(admin: Client) -> None:
    User.objects.update(language="es")
    version = make_survey().live_version
    assert version is not None

    page = admin.get(reverse("admin:feedback_version_change", args=[version.pk])).content.decode()

    shown = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    assert f"Asunto del correo (Inglés): {version.texts['en']['subject']}" in shown
    assert version.score_question.text("text", "en") in shown.split("Pregunta (Inglés):")[1]
    assert "None" not in shown


def test_words_are_edited_in_a_field_for_each_language_and_published(admin: Client) -> None:
    survey = make_survey()
    act(admin, "draft_version", survey)
    version = survey.draft
    assert version is not None
    address = reverse("admin:feedback_version_change", args=[version.pk])
    html = admin.get(address).content.decode()
    assert 'name="subject_es"' in html
    assert "Una pregunta, diez segundos" in html
    pks = list(version.questions.values_list("pk", flat=True))
    assert admin.post(address, words() | questions(pks)).status_code == 302
    assert "Relationship NPS v2 is live." in act(admin, "publish_draft", survey)
    survey.refresh_from_db()
    live = survey.live_version
    assert live is not None
    assert (live.number, live.text("subject", "es"), live.score_question.text("text", "en")) == (
        2,
        "Una pregunta",
        "Would you recommend us?",
    )


def test_a_published_version_can_only_be_read(admin: Client) -> None:
    version = make_survey().live_version
    assert version is not None
    address = reverse("admin:feedback_version_change", args=[version.pk])
    assert admin.get(address).status_code == 200
    assert admin.post(address, words()).status_code == 403


def test_publishing_without_a_question_says_what_is_missing(admin: Client) -> None:
    survey = make_survey()
    draft = surveys.draft(survey, by=None)
    draft.questions.all().delete()
    assert "Write the question in the base language (en)." in act(admin, "publish_draft", survey)


def test_publishing_without_a_draft_says_so(admin: Client) -> None:
    assert "Relationship NPS has no draft." in act(admin, "publish_draft", make_survey())


def test_pause_and_resume(admin: Client) -> None:
    survey = make_survey()
    assert "1 survey changed." in act(admin, "pause", survey)
    survey.refresh_from_db()
    assert survey.status == "paused"
    act(admin, "resume", survey)
    survey.refresh_from_db()
    assert survey.status == "active"


def test_a_test_is_sent_to_the_one_who_asks(admin: Client) -> None:
    make_mailbox()
    html = act(admin, "send_test", make_survey())
    assert "A test of Relationship NPS v1 is on its way to you." in html
    assert (Delivery.objects.get().address, Invitation.objects.get().is_test) == ("boss@hilo.example", True)


def test_a_test_without_a_mailbox_says_what_to_do(admin: Client) -> None:
    assert "set up a channel for e-mail first" in act(admin, "send_test", make_survey())


def test_a_new_survey_comes_with_a_draft(admin: Client) -> None:
    fields = {
        "name": "Shop",
        "kind": "nps",
        "trigger": "",
        "brand_name": "Casa",
        "brand_hue": "8",
        "base_language": "en",
        "quiet_days": "30",
        "remind_after_days": 0,
        "valid_days": "30",
        "editable_days": "3",
    }
    assert admin.post(reverse("admin:feedback_survey_add"), fields).status_code == 302
    draft = Survey.objects.get().draft
    assert draft is not None
    assert sorted(draft.questions.values_list("role", flat=True)) == ["comment", "score"]


@pytest.mark.parametrize("model", ["survey", "version", "programme", "invitation", "response"])
def test_lists_open_and_keep_tokens_to_themselves(admin: Client, model: str) -> None:
    make_response(9)
    invitation, token = make_invitation()
    html = admin.get(reverse(f"admin:feedback_{model}_changelist")).content.decode()
    assert token not in html
    assert (invitation.token_hash or "?") not in html


@pytest.mark.parametrize("model", ["invitation", "response"])
def test_what_customers_wrote_cannot_be_changed(admin: Client, model: str) -> None:
    response = make_response(9)
    pk = response.pk if model == "response" else response.invitation_id
    assert admin.get(reverse(f"admin:feedback_{model}_change", args=[pk])).status_code == 200
    assert admin.post(reverse(f"admin:feedback_{model}_change", args=[pk]), {"score": "1"}).status_code == 403
    assert admin.get(reverse(f"admin:feedback_{model}_add")).status_code == 403


@pytest.mark.parametrize("model", [Survey, Version, Programme, Invitation, Response])
def test_lists_count_to_a_cap(model: type[Model]) -> None:
    assert isinstance(site.get_model_admin(model), FastList)


def test_bands_are_named_in_the_readers_language(admin: Client) -> None:
    from crm.models import User

    User.objects.update(language="es")
    survey = make_survey()
    make_response(3, survey=survey)
    make_response(10, survey=survey)

    page = " ".join(admin.get(reverse("admin:feedback_response_changelist")).content.decode().split())

    assert "Detractores</td>" in page
    assert ">Promotores</a>" in page
    assert "detractor</" not in page
