"""Forms about contacts: the list's filters, a new contact, the details of one."""

from typing import Any, Self, cast

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models import Contact, Feeling, Tag, Team, User
from crm.models.contact import ContactQuerySet
from crm.models.identity import normal_email, normal_phone
from crm.models.locales import is_timezone, timezone_choices

MINE, NOBODYS = "me", "none"


class ContactFilter(forms.Form):
    """The list's question, kept in its URL. A value that cannot be is as good as none: old links keep working."""

    q = forms.CharField(required=False, max_length=200)
    owner = forms.ChoiceField(required=False, label=_("Owner"))
    team = forms.ModelChoiceField(Team.objects.all(), required=False, label=_("Team"), empty_label=_("Every team"))
    feeling = forms.ChoiceField(required=False, label=_("Feeling"))
    tag = forms.ModelChoiceField(Tag.objects.all(), required=False, label=_("Tag"), empty_label=_("Every tag"))
    language = forms.ChoiceField(required=False, label=_("Language"))
    company = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=1)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        colleagues = [(str(user.pk), user.name) for user in User.objects.filter(is_active=True).order_by("first_name")]
        self._offer(
            "owner",
            [("", _("Everybody's")), (MINE, pgettext_lazy("contacts", "Mine")), (NOBODYS, _("Nobody's")), *colleagues],
        )
        self._offer("feeling", [("", _("Every feeling")), *Feeling.choices])
        self._offer("language", [("", _("Every language")), *settings.LANGUAGES])
        for name in ("owner", "team", "feeling", "tag", "language"):
            self.fields[name].widget.attrs["class"] = "input"

    def _offer(self, name: str, choices: list[Any]) -> None:
        cast(forms.ChoiceField, self.fields[name]).choices = choices

    def chosen(self) -> dict[str, Any]:
        """What was asked for, without empty and impossible values."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def query(self) -> dict[str, Any]:
        """`chosen` as parameters of a URL."""
        return {name: getattr(value, "pk", value) for name, value in self.chosen().items()}

    def filters(self) -> dict[str, Any]:
        """All but the words of the search."""
        return {name: value for name, value in self.chosen().items() if name != "q"}

    def apply(self, rows: ContactQuerySet, user: User) -> ContactQuerySet:
        chosen = self.chosen()
        owner = chosen.pop("owner", None)
        words = chosen.pop("q", "")
        if tag := chosen.pop("tag", None):
            rows = rows.tagged(tag)
        if owner:
            rows = rows.filter(owner=None if owner == NOBODYS else user if owner == MINE else owner)
        return rows.filter(**chosen).matching(words)


class ContactForm(forms.Form):
    """The details of a contact. A company is written by its name; `companies.named` finds or makes it."""

    first_name = forms.CharField(label=_("First name"), required=False, max_length=120)
    last_name = forms.CharField(label=_("Last name"), required=False, max_length=120)
    company = forms.CharField(label=_("Company"), required=False, max_length=200)
    owner = forms.ModelChoiceField(User.objects.none(), required=False, label=_("Owner"), empty_label=_("Nobody"))
    language = forms.ChoiceField(required=False, label=_("Language"))
    # Written and found by any part of its name: a menu of six hundred is for nobody.
    timezone = forms.CharField(
        label=_("Time zone"),
        required=False,
        max_length=64,
        widget=forms.TextInput(attrs={"list": "time-zones", "placeholder": "Europe/Madrid", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kept_timezone = ""
        colleagues = cast("forms.ModelChoiceField[User]", self.fields["owner"])
        colleagues.queryset = User.objects.filter(is_active=True).order_by("first_name")
        languages = cast(forms.ChoiceField, self.fields["language"])
        languages.choices = [("", _("Unknown")), *settings.LANGUAGES]

    @classmethod
    def of(cls, contact: Contact) -> Self:
        """Filled with what is known."""
        names = ("first_name", "last_name", "company", "owner", "language", "timezone")
        form = cls(initial={name: getattr(contact, name) for name in names})
        form.keep(contact)
        return form

    def keep(self, contact: Contact) -> None:
        """A language that we do not speak stays on offer, a time zone that is on no list may stay.

        The page carries what it was filled with, for `changes`.
        """
        self.kept_timezone = contact.timezone
        self._keep_language(contact.language)
        for field in self.fields.values():
            field.show_hidden_initial = True

    def changes(self) -> dict[str, Any]:
        """What its writer changed; the rest a colleague may have written since. Untold what it was filled with: all."""
        untold = {name for name in self.fields if self.add_initial_prefix(name) not in self.data}
        return {name: value for name, value in self.cleaned_data.items() if name in untold.union(self.changed_data)}

    def time_zones(self) -> list[str]:
        return [name for name, _label in timezone_choices()]

    def clean_timezone(self) -> str:
        name: str = self.cleaned_data["timezone"]
        if name and name != self.kept_timezone and not is_timezone(name):
            raise forms.ValidationError(_("No time zone is called so. Choose one of the list, such as Europe/Madrid."))
        return name

    def _keep_language(self, language: str) -> None:
        field = cast(forms.ChoiceField, self.fields["language"])
        choices = list(cast("list[tuple[str, str]]", field.choices))
        if language and language not in dict(choices):
            field.choices = [*choices, (language, language)]


class NewContactForm(ContactForm):
    email = forms.CharField(label=_("Email"), required=False, max_length=320)
    phone = forms.CharField(label=_("Phone"), required=False, max_length=40)

    field_order = ("first_name", "last_name", "email", "phone", "company", "owner", "language", "timezone")

    def clean_email(self) -> str:
        raw: str = self.cleaned_data["email"]
        if raw and not normal_email(raw):
            raise forms.ValidationError(_("This is not a complete address, such as ana@example.com."))
        return raw

    def clean_phone(self) -> str:
        raw: str = self.cleaned_data["phone"]
        if raw and not normal_phone(raw):
            raise forms.ValidationError(_("This is not a complete number, such as +34 600 123 456."))
        return raw

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not any(cleaned.get(name) for name in ("first_name", "last_name", "email", "phone")) and not self.errors:
            raise forms.ValidationError(_("Give a name, an address or a number."))
        return cleaned


class IdentityForm(forms.Form):
    """One box for both: what holds an @ is an address."""

    value = forms.CharField(
        label=_("Email or phone"),
        max_length=320,
        widget=forms.TextInput(attrs={"class": "input", "placeholder": _("Another e-mail or phone")}),
    )

    def clean_value(self) -> tuple[str, str]:
        raw: str = self.cleaned_data["value"]
        kind = "email" if "@" in raw else "phone"
        if not (normal_email(raw) if kind == "email" else normal_phone(raw)):
            raise forms.ValidationError(_("This is neither a complete address nor a complete number."))
        return kind, raw


class TagForm(forms.Form):
    name = forms.CharField(label=_("Tag"), max_length=Tag.LENGTH)


class ConsentForm(forms.Form):
    channel = forms.SlugField(max_length=24)
    purpose = forms.SlugField(max_length=40)
    state = forms.ChoiceField(choices=[("granted", ""), ("withdrawn", "")])
