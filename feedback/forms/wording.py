"""The words of a survey, one field for each language: JSON is for machines, not for people who edit questions."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from feedback.models import Question, Version

LONG = frozenset({"intro", "thanks"})


class WordingForm(forms.ModelForm):  # type: ignore[type-arg]
    """Fields `<name>_<language>` that are kept in the row's `texts`."""

    names: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, language in settings.LANGUAGES:
            for name, label in self.names.items():
                key = f"{name}_{code}"
                widget = forms.Textarea(attrs={"rows": 2}) if name in LONG else forms.TextInput(attrs={"size": 60})
                self.fields[key] = forms.CharField(
                    label=f"{label} ({language})", required=False, max_length=500, widget=widget
                )
                self.initial.setdefault(key, (self.instance.texts or {}).get(code, {}).get(name, ""))

    def words(self) -> dict[str, dict[str, str]]:
        codes = [code for code, _language in settings.LANGUAGES]
        said = {code: {name: self.cleaned_data.get(f"{name}_{code}", "") for name in self.names} for code in codes}
        return {code: filled for code, texts in said.items() if (filled := _filled(texts))}

    def save(self, commit: bool = True) -> Any:
        self.instance.texts = self.words()
        return super().save(commit)


def _filled(texts: dict[str, str]) -> dict[str, str]:
    return {name: text for name, text in texts.items() if text}


class VersionForm(WordingForm):
    names = {"subject": _("Subject of the mail"), "intro": _("Before the question"), "thanks": _("Afterwards")}

    class Meta:
        model = Version
        fields: tuple[str, ...] = ()


class QuestionForm(WordingForm):
    names = {"text": _("Question"), "low": _("Low end"), "high": _("High end")}

    class Meta:
        model = Question
        fields = ("role", "position")
