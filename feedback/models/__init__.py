"""The nouns of feedback."""

from feedback.models.invitation import Invitation
from feedback.models.response import Answer, Response
from feedback.models.survey import Question, Survey, Version

__all__ = ["Answer", "Invitation", "Question", "Response", "Survey", "Version"]
