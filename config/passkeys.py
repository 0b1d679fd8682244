"""Adding a passkey: what is asked, in our words."""

from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django.utils.translation import gettext_lazy as _


class PasskeyForm(AddWebAuthnForm):  # type: ignore[misc]
    """`passwordless`: kept on the device together with the account, so that it signs in alone."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name")
        self.fields["name"].help_text = _("So that you can tell your devices apart: Laptop, Phone, Key on my key ring.")
        passwordless = self.fields["passwordless"]
        passwordless.label = _("Sign in with this passkey alone")
        passwordless.help_text = _("No password, no code: your fingerprint, face or PIN is enough.")
        passwordless.initial = True
