"""The smallest pieces of the look, as tags: icons, knots, initials, colours by name, times.

{% icon "inbox" %} {% icon "check" size="l" label=_("Done") %} {% knot "order" %} {% ago message.sent_at %}
{{ contact.name|initials }} <span class="avatar" data-hue="{{ contact.name|hue }}">
"""

import zlib
from datetime import datetime, timedelta
from functools import lru_cache

import phonenumbers
from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_noop, pgettext
from phonenumbers import PhoneNumberFormat

from kernel.money import spell_money
from kernel.told import told

register = template.Library()
register.filter("told", told)

HUES = 8
RECENT = timedelta(
    days=7
)  # older than this, a date says more than a distance; static/js/islands/relative-time.js agrees
MINUTE, HOUR, DAY = 60, 3600, 86400
# By direction and unit; the same words serve the browser.
FORMATS = {
    "past-minutes": gettext_noop("%(n)dm ago"),
    "past-hours": gettext_noop("%(n)dh ago"),
    "past-days": gettext_noop("%(n)dd ago"),
    "short-minutes": gettext_noop("%(n)dm"),
    "short-hours": gettext_noop("%(n)dh"),
    "short-days": gettext_noop("%(n)dd"),
    "next-minutes": gettext_noop("in %(n)dm"),
    "next-hours": gettext_noop("in %(n)dh"),
    "next-days": gettext_noop("in %(n)dd"),
}


@register.simple_tag
def csrf_cookie() -> str:
    """Its name, for scripts (static/js/page.js)."""
    return settings.CSRF_COOKIE_NAME


@register.simple_tag
def icon(name: str, size: str = "", label: str = "") -> SafeString:
    """One symbol of build/static/icons.svg (listed in static/icons/). Without a label it is decoration."""
    return _icon(name, size, str(label))


@lru_cache(1024)  # a list has dozens, of few kinds
def _icon(name: str, size: str, label: str) -> SafeString:
    voice = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    scale = format_html(' data-size="{}"', size) if size else ""
    return format_html('<svg class="icon"{} {}><use href="{}#{}"></use></svg>', scale, voice, static("icons.svg"), name)


@register.simple_tag
def knot(kind: str) -> SafeString:
    """The knot of an event on the thread; kinds are the files static/icons/knot-*.svg."""
    return format_html(
        '<svg class="knot" aria-hidden="true"><use href="{}#knot-{}"></use></svg>', static("icons.svg"), kind
    )


@register.simple_tag
def ago(moment: datetime | None, *, short: bool = False, spoken: bool = False) -> SafeString:
    """`moment` as a distance, kept fresh by an island; exact, in the reader's time zone, on hover.

    "2h ago", or in a dense list (`short`) "2h"; a date as it stands after a word (`spoken`): "on March 4".
    """
    if moment is None:
        return SafeString("")
    local = timezone.localtime(moment)
    return format_html(
        '<time datetime="{}" title="{}" data-island="relative-time"{}>{}</time>',
        moment.isoformat(),
        date_format(local, "DATETIME_FORMAT"),
        SafeString(" data-short") if short else "",
        distance(moment, timezone.now(), short=short, spoken=spoken),
    )


def distance(moment: datetime, now: datetime, *, short: bool = False, spoken: bool = False) -> str:
    """Compact words for less than a week, a date beyond. `short` leaves the direction out: for what is always past."""
    apart = moment - now
    if abs(apart) >= RECENT:
        local = timezone.localtime(moment)
        if short:
            return date_format(
                local, pgettext("short date", "M j") if local.year == now.year else pgettext("short date", "M Y")
            )
        day = date_format(local, "MONTH_DAY_FORMAT" if local.year == now.year else "DATE_FORMAT")
        return pgettext("date after a word", "on %(day)s") % {"day": day} if spoken else day
    seconds = round(apart.total_seconds())
    if abs(seconds) < MINUTE:
        return pgettext("time", "now")
    unit, size = _unit(abs(seconds))
    way = "short" if short else "next" if seconds > 0 else "past"
    # A day ahead is never a full one any more when the page is read: in seven days is not in six.
    return gettext(FORMATS[f"{way}-{unit}"]) % {
        "n": round(seconds / size) if way == "next" and size == DAY else abs(seconds) // size
    }


def _unit(seconds: int) -> tuple[str, int]:
    if seconds < HOUR:
        return "minutes", MINUTE
    return ("hours", HOUR) if seconds < DAY else ("days", DAY)


@register.simple_tag
def time_words() -> SafeString:
    """The words of `distance` as data attributes, for the island that keeps times fresh."""
    words = {"now": pgettext("time", "now")} | {key: gettext(words) for key, words in FORMATS.items()}
    return format_html_join(" ", 'data-{}="{}"', words.items())


@register.filter
def initials(name: object) -> str:
    """Up to two letters: of the first and the last word, or of an address before the @."""
    words = [word for word in str(name).partition("@")[0].replace(".", " ").split() if word[0].isalnum()]
    if not words:
        return "?"
    letters = words[0][0] + (words[-1][0] if len(words) > 1 else "")
    return letters.upper()


@register.filter
def hue(name: object) -> int:
    """The same name always has the same colour, on every page and machine (not Python's salted hash)."""
    return zlib.crc32(str(name).encode()) % HUES


# Most browsers name others before themselves, so the special ones come first.
BROWSERS = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS": "Mac",
    "Linux": "Linux",
}


@register.filter
def money(amount: float, currency: str) -> str:
    return spell_money(amount, currency, short=True)


@register.filter
def phone(number: str) -> str:
    """With the spaces of its country; what is no number stays as it is."""
    try:
        return str(phonenumbers.format_number(phonenumbers.parse(number), PhoneNumberFormat.INTERNATIONAL))
    except phonenumbers.NumberParseException:
        return number


@register.filter
def browser(user_agent: str) -> str:
    """ "Chrome on Linux": what a person can recognise in a User-Agent header; its first word where nothing is known."""
    name = next((name for sign, name in BROWSERS.items() if sign in user_agent), "")
    system = next((name for sign, name in SYSTEMS.items() if sign in user_agent), "")
    if name and system:
        return gettext("%(browser)s on %(system)s") % {"browser": name, "system": system}
    return name or system or user_agent.partition(" ")[0][:40] or gettext("Unknown browser")
