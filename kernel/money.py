"""Amounts as the reader writes them: "€1,234.50", "1 234,50 €". What has no sign keeps its code: "12.00 XYZ"."""

from babel import Locale
from babel.numbers import get_currency_precision, get_currency_symbol
from django.utils.formats import number_format
from django.utils.translation import get_language


def spell_money(amount: float, currency: str, *, short: bool = False) -> str:
    """`short` leaves out the cents of a whole amount."""
    locale = Locale.parse(get_language() or "en", sep="-")
    cents = 0 if short and amount == int(amount) else get_currency_precision(currency)
    number = number_format(abs(amount), cents, force_grouping=True)
    sign, symbol = "-" if amount < 0 else "", get_currency_symbol(currency, locale)
    if symbol != currency and locale.currency_formats["standard"].pattern.startswith("¤"):
        return f"{sign}{symbol}{number}"
    return f"{sign}{number}\xa0{symbol}".rstrip()
