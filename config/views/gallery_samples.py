"""Invented customers of an invented company, for the gallery of components. No database, the same on every machine."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kernel import charts

FEELINGS = ["glad", "fine", "uneasy", "upset", ""]
KNOTS = ["message", "note", "order", "journey", "task", "case", "deal", "visit", "event", "call", "answer"]
SURFACES = ["paper", "surface", "sunken", "raised", "hover", "line"]
TOKENS = [*SURFACES, "ink", "ink-2", "ink-3", "accent", "accent-soft", "danger"]


class SampleForm(forms.Form):
    """One field of each kind; bound with nothing, it also shows each error."""

    name = forms.CharField(label=_("Name"), max_length=80)
    email = forms.EmailField(label=_("Email"), help_text=_("Replies go to this address."))
    stage = forms.ChoiceField(label=_("Stage"), choices=[("new", _("New")), ("won", _("Won"))], required=False)
    note = forms.CharField(label=_("Note"), widget=forms.Textarea(attrs={"rows": 3}), required=False)
    due = forms.DateField(label=_("Due"), widget=forms.DateInput(attrs={"type": "date"}), required=False)
    agreed = forms.BooleanField(label=_("May receive news by e-mail"), help_text=_("The customer can change this."))


@dataclass(frozen=True)
class SamplePage:
    next: str = "eyJ4IjoxfQ"


def people(now: datetime) -> list[dict[str, Any]]:
    lucia = "Lucía Fernández-Castellanos de la Vega"
    rows: list[tuple[Any, ...]] = [
        ("María Ruiz", "Norte Botánica", "uneasy", "«Sigue sin llegar, y ya van dos semanas»", 12, "412.00", 3),
        ("Ben Ode", "Ode & Sons", "fine", "Could you send the invoice again?", 47, "1,180.50", 9),
        (lucia, "Estudio Vega", "glad", "Gracias, ha quedado perfecto", 190, "96.20", 1),
        ("Tom Keller", "", "upset", "Cancel everything. This is the third time I ask.", 1500, "2,305.00", 14),
        ("Ana Sousa", "Sousa Lda", "", "New here: which pot fits the fig tree?", 4000, "0.00", 0),
    ]
    return _named(rows, ("name", "company", "feeling", "what", "minutes", "value", "orders"), now)


def moments(now: datetime) -> list[dict[str, Any]]:
    asked_by = _("asked by the journey “Welcome and ask”")
    rows: list[tuple[Any, ...]] = [
        ("journey", "", _("Journey “Welcome and ask” began"), _("because order 4711 was placed"), "", 30),
        ("order", "", _("Order 4711 · 412.00 €"), "", "Ficus lyrata, maceta 32 cm", 35),
        ("answer", "uneasy", _("Answered NPS: 5"), asked_by, "«Tarda demasiado»", 300),
        ("message", "upset", _("Wrote by e-mail"), "", "Pedido 4711: sigue sin llegar", 900),
        ("case", "upset", _("Case opened, due in 2 days"), _("because the answer was 5"), "", 901),
        ("call", "", _("Called us, 4 min"), "", "", 3000),
        ("deal", "glad", _("Deal won: office plants"), "", "1,180.50 €", 20000),
        ("task", "", _("Task: send care sheet"), "", "", 20100),
        ("visit", "", _("Visited the website, 6 pages"), "", "", 21000),
        ("note", "", _("Note by Ana"), "", _("Prefers to be called in the morning."), 30000),
    ]
    return _named(rows, ("kind", "feeling", "title", "cause", "text", "minutes"), now)


def _named(rows: list[tuple[Any, ...]], keys: tuple[str, ...], now: datetime) -> list[dict[str, Any]]:
    named = [dict(zip(keys, row, strict=True)) for row in rows]
    return [{**row, "at": now - timedelta(minutes=row["minutes"])} for row in named]


def figures() -> dict[str, Any]:
    scores = [31, 38, 29, 41, 44, 40, 52, 47, 45]
    weeks = [
        charts.Moment(date(2026, 9, 7) + timedelta(weeks=i), score, score - 17 + i, score + 14 - i, 22 + 3 * i)
        for i, score in enumerate(scores)
    ]
    shares: list[charts.Count] = [
        (gettext("Promoters"), 61, "glad"),
        (gettext("Passives"), 23, "fine"),
        (gettext("Detractors"), 16, "upset"),
    ]
    period = gettext("last 90 days")
    return {
        "sparkline": charts.sparkline(scores, n=310, label="NPS"),
        "interval": charts.interval(45, 29, 58, n=100, title="NPS", period=period),
        "few": charts.interval(20, -42, 71, n=9, title="NPS", period=period),
        "bars": charts.bars(shares, title="NPS", period=period),
        "trend": charts.trend_band(weeks, title="NPS", period=period),
    }


def palette() -> list[dict[str, Any]]:
    persons = [
        {"url": "#", "label": "María Ruiz", "avatar": True, "hint": "Norte Botánica"},
        {"url": "#", "label": "Mario Ruiz Santos", "avatar": True, "hint": "mario@example.com"},
    ]
    pages = [
        {"url": "#", "label": _("Inbox"), "icon": "inbox", "hint": "g i"},
        {"url": "#", "label": _("Write a note"), "icon": "notebook-pen", "hint": ""},
    ]
    return [{"label": _("People"), "items": persons}, {"label": _("Pages and actions"), "items": pages}]
