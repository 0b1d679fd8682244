"""`{% panels "contact.sidebar" contact %}`: what apps registered for this place of the page (kernel/panels.py)."""

from typing import Any

from django import template
from django.template.context import Context
from django.utils.safestring import SafeString

from kernel import panels as registry

register = template.Library()


@register.simple_tag(takes_context=True)
def panels(context: Context, place: str, subject: Any) -> SafeString:
    return registry.render(place, context["request"], subject)
