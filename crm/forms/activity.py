"""Forms for notes and tasks."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.models import User


class NoteForm(forms.Form):
    body = forms.CharField(
        label=_("Note"),
        max_length=20_000,
        widget=forms.Textarea(
            attrs={"class": "input", "rows": 1, "data-island": "autosize", "placeholder": _("Write a note…")}
        ),
    )


class TaskForm(forms.Form):
    title = forms.CharField(
        label=_("Task"),
        max_length=200,
        widget=forms.TextInput(attrs={"class": "input", "placeholder": _("What is to be done?")}),
    )
    due_on = forms.DateField(
        label=_("Due"),
        required=False,
        widget=forms.DateInput(attrs={"class": "input", "type": "date"}, format="%Y-%m-%d"),
    )
    owner = forms.ModelChoiceField(
        User.objects.none(), label=_("Who"), required=False, widget=forms.Select(attrs={"class": "input"})
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owner = cast("forms.ModelChoiceField[User]", self.fields["owner"])
        owner.queryset = User.objects.filter(is_active=True).order_by("first_name")
        owner.empty_label = None
        self.initial["owner"] = user.pk
