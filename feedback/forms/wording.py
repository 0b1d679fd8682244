"""The words of a survey, one field for each language: JSON is for machines, not for people who edit questions."""

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from django import forms
from django.conf import settings
from django.contrib.admin import display
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from feedback.models import Question, Version

LONG = frozenset({"intro", "thanks"})
Form = TypeVar("Form", bound="type[WordingForm]")


def with_words(**names: Any) -> Callable[[Form], Form]:
    """Class decorator: a field `<name>_<language>` for each name and language, declared so that the admin shows it."""

    def add(form: Form) -> Form:
        for code, language in settings.LANGUAGES:
            for name, label in names.items():
                form.declared_fields[f"{name}_{code}"] = _field(name, format_lazy("{} ({})", label, language))
        form.base_fields = {**form.base_fields, **form.declared_fields}
        form.names = tuple(names)
        return form

    return add


def _field(name: str, label: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 2}) if name in LONG else forms.TextInput(attrs={"size": 60})
    return forms.CharField(label=label, required=False, max_length=500, widget=widget)


class WordingForm(forms.ModelForm):  # type: ignore[type-arg]
    """Its words are kept in the row's `texts`: {language: {name: text}}."""

    names: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, texts in (self.instance.texts or {}).items():
            for name in self.names:
                self.initial.setdefault(f"{name}_{code}", texts.get(name, ""))

    def words(self) -> dict[str, dict[str, str]]:
        codes = [code for code, _language in settings.LANGUAGES]
        said = {code: {name: self.cleaned_data.get(f"{name}_{code}", "") for name in self.names} for code in codes}
        return {code: filled for code, texts in said.items() if (filled := _filled(texts))}

    def save(self, commit: bool = True) -> Any:
        self.instance.texts = self.words()
        return super().save(commit)


def readings(form: "type[WordingForm]") -> dict[str, Callable[[Any], str]]:
    """What the form's fields hold, by names of their own, for admin pages that only show it."""
    asked = [(name, code) for code, _language in settings.LANGUAGES for name in form.names]
    return {f"{name}_{code}_read": _reading(name, code, form.base_fields[f"{name}_{code}"]) for name, code in asked}


def _reading(name: str, code: str, field: forms.Field) -> Callable[[Any], str]:
    @display(description=field.label)
    def read(row: Any) -> str:
        return row.texts.get(code, {}).get(name) or "–"

    return read


def _filled(texts: dict[str, str]) -> dict[str, str]:
    return {name: text for name, text in texts.items() if text}


@with_words(subject=_("Subject of the mail"), intro=_("Before the question"), thanks=_("Afterwards"))
class VersionForm(WordingForm):
    class Meta:
        model = Version
        fields: tuple[str, ...] = ()


@with_words(text=_("Question"), low=_("Low end"), high=_("High end"))
class QuestionForm(WordingForm):
    class Meta:
        model = Question
        fields = ("role", "position")
