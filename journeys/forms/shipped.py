"""Installing the journey that comes with the product."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ShippedForm(forms.Form):
    company = forms.CharField(
        label=_("Company name"),
        max_length=80,
        help_text=_("As your customers know you: it signs the messages."),
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "organization"}),
    )
