"""feedback at /api/v1/: surveys with their invitations and responses, reports."""

from rest_framework.routers import BaseRouter

from feedback.api import scores  # noqa: F401 - the scores of a contact
from feedback.api.reports import Reports
from feedback.api.surveys import Surveys


def register(router: BaseRouter) -> None:
    router.register("surveys", Surveys, "api-survey")
    router.register("reports", Reports, "api-report")
