"""What a customer may send from a survey page."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from feedback.kinds.base import BadAnswer, Score, SurveyKind
from feedback.models.response import COMMENT_LENGTH


class ScoreForm(forms.Form):
    """One point of the scale. `website` is a trap: people do not see it, programs that fill in everything do."""

    score = forms.CharField(max_length=8, error_messages={"required": _("Please choose a number.")})
    website = forms.CharField(required=False)

    def __init__(self, *args: Any, kind: SurveyKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind

    def clean_score(self) -> Score:
        try:
            return self.kind.parse(self.cleaned_data["score"])
        except BadAnswer as refusal:
            raise forms.ValidationError(str(refusal)) from None

    @property
    def fell_into_the_trap(self) -> bool:
        return bool(self.data.get("website"))


class CommentForm(forms.Form):
    comment = forms.CharField(required=False, strip=True)

    def clean_comment(self) -> str:
        """Cut instead of refused: a customer who wrote that much should not have to count characters."""
        return str(self.cleaned_data["comment"])[:COMMENT_LENGTH]
