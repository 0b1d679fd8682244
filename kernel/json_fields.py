"""JSON that people write into a form."""

import json
import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.fields import InvalidJSONInput
from django.utils.translation import gettext_lazy as _

_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")  # after an escaped backslash it is a word like others


class KeptJSON(forms.JSONField):
    """What jsonb can hold: no NUL, no half of a character, no number that is none (NaN, Infinity), no endless depth."""

    default_error_messages = {
        "unkept": _("This cannot be kept: it has a NUL, half of a character, or a number such as NaN or Infinity."),
    }

    def to_python(self, value: Any) -> Any:
        try:
            found = super().to_python(value)
            text = json.dumps(found, allow_nan=False, ensure_ascii=False)
            text.encode()
        except (ValueError, RecursionError) as error:
            raise ValidationError(self.error_messages["unkept"], code="unkept") from error
        if _NUL.search(text):
            raise ValidationError(self.error_messages["unkept"], code="unkept")
        return found

    def bound_data(self, data: Any, initial: Any) -> Any:
        """As it was written, so that it can be mended."""
        try:
            self.to_python(data)
        except ValidationError:
            return InvalidJSONInput(data)
        return super().bound_data(data, initial)


class KeptObject(KeptJSON):
    """Names with their values."""

    default_error_messages = {"object": _('Write names with their values: {"plan": "gold"}.')}

    def to_python(self, value: Any) -> Any:
        found = super().to_python(value)
        if found is not None and not isinstance(found, dict):
            raise ValidationError(self.error_messages["object"], code="object")
        return found
