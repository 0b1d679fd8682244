"""What a report is about, as it stands in its address: every view of it can be bookmarked and sent to a colleague."""

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from feedback.days import midnight, today
from feedback.models import Survey
from feedback.reporting import Scope
from omnichannel.models import Inbox

PERIODS = [("30", _("Last 30 days")), ("90", _("Last 90 days")), ("365", _("Last 12 months")), ("own", _("Own dates"))]
DATE = {"type": "date", "class": "input"}
# Days outside would leave the calendar as soon as the period before is asked for.
REACH = [MinValueValidator(date(1970, 1, 1)), MaxValueValidator(date(2100, 1, 1))]
DEFAULT_DAYS = 90
BY_MONTH_FROM = 200  # days; a year of weeks is more dots than a reader can use


class ReportForm(forms.Form):
    period = forms.ChoiceField(label=_("Period"), choices=PERIODS, required=False)
    since = forms.DateField(label=_("First day"), required=False, validators=REACH, widget=forms.DateInput(attrs=DATE))
    until = forms.DateField(label=_("Last day"), required=False, validators=REACH, widget=forms.DateInput(attrs=DATE))
    survey = forms.ModelChoiceField(
        Survey.objects.none(), label=_("Survey"), required=False, empty_label=_("All surveys")
    )
    inbox = forms.ModelChoiceField(Inbox.objects.none(), label=_("Inbox"), required=False, empty_label=_("All inboxes"))
    language = forms.ChoiceField(label=_("Language"), required=False)
    step = forms.ChoiceField(choices=[("week", _("Weeks")), ("month", _("Months"))], required=False)

    def __init__(self, data: Any, *, kind: str, user: Any) -> None:
        super().__init__(data)
        self.kind = kind
        self._choices("survey", Survey.objects.visible_to(user).of_kind(kind))
        self._choices("inbox", Inbox.objects.visible_to(user))
        language = self.fields["language"]
        if isinstance(language, forms.ChoiceField):
            language.choices = [("", _("All languages")), *settings.LANGUAGES]
            language.widget.attrs["class"] = "input"

    def _choices(self, name: str, rows: Any) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = rows
            field.widget.attrs["class"] = "input"

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        since, until = data.get("since"), data.get("until") or today()
        if data.get("period") == "own" and since and since > until:
            self.add_error("until", _("The last day lies before the first one."))
        return data

    @property
    def waits_for_a_day(self) -> bool:
        """Own dates were chosen and the first day not yet: the last 90 days are shown, with everything else chosen."""
        return self.chosen_period == "own" and not self.errors and not self.cleaned_data.get("since")

    @property
    def scope(self) -> Scope:
        """Of what is valid; the rest falls back to the last 90 days of everything."""
        data = self.cleaned_data if self.is_bound and self.is_valid() else {}
        since, until = self._span(data)
        inbox = data.get("inbox")
        return Scope(
            self.kind,
            since,
            until,
            survey=data.get("survey"),
            inbox_id=inbox.pk if inbox else None,
            language=data.get("language", ""),
        )

    def _span(self, data: dict[str, Any]) -> tuple[datetime, datetime]:
        """Whole days in the installation's time zone, today included."""
        last = today()
        if data.get("period") == "own" and data.get("since"):
            return midnight(data["since"]), midnight((data.get("until") or last) + timedelta(days=1))
        days = int(data["period"]) if data.get("period", "own") not in ("own", "") else DEFAULT_DAYS
        return midnight(last - timedelta(days=days - 1)), midnight(last + timedelta(days=1))

    @property
    def chosen_period(self) -> str:
        chosen = self.data.get("period", "")
        return chosen if chosen in dict(PERIODS) else str(DEFAULT_DAYS)

    @property
    def chosen_step(self) -> str:
        chosen = self.data.get("step", "")
        if chosen in ("week", "month"):
            return str(chosen)
        scope = self.scope
        return "month" if (scope.until - scope.since).days > BY_MONTH_FROM else "week"
