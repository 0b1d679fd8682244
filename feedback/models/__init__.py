"""The nouns of feedback."""

from feedback.models.brand import Brand
from feedback.models.invitation import Invitation
from feedback.models.occasion import Occasion
from feedback.models.programme import Programme
from feedback.models.response import Answer, Response
from feedback.models.survey import Question, Survey, Version

__all__ = ["Answer", "Brand", "Invitation", "Occasion", "Programme", "Question", "Response", "Survey", "Version"]
