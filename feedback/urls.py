"""Addresses of feedback. Survey links carry no slash at the end: they are printed in mails."""

from django.urls import path, re_path

from feedback.views import answer, logo, reports, unsubscribe

urlpatterns = [
    path("s/<str:token>", answer.survey, name="survey"),
    path("s/<str:token>/comment", answer.comment, name="survey-comment"),
    path("s/<str:token>/withdrawal", answer.withdrawal, name="survey-withdrawal"),
    path("s/<str:token>/refusal", answer.refusal, name="survey-refusal"),
    path("s/<str:token>/preferences", answer.trap, name="survey-trap"),
    path("u/<str:token>", unsubscribe.unsubscribe, name="unsubscribe"),
    re_path(r"^logos/(?P<name>[0-9a-f]{32})$", logo.logo, name="logo"),
    path("reports/", reports.index, name="reports"),
    path("reports/nps/", reports.nps, name="report-nps"),
    path("reports/nps/survey/", reports.survey, name="report-nps-survey"),
]
