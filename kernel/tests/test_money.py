import pytest
from django.utils import translation

from kernel.money import spell_money


@pytest.mark.parametrize(
    ("language", "amount", "currency", "told"),
    [
        ("en", 1234.5, "EUR", "€1,234.50"),
        ("es", 1234.5, "EUR", "1\xa0234,50\xa0€"),
        ("en", 87, "USD", "$87.00"),
        ("en", -87, "EUR", "-€87.00"),
        ("es", -87, "EUR", "-87,00\xa0€"),
        ("en", 1200, "JPY", "¥1,200"),
        ("en", 12, "XYZ", "12.00\xa0XYZ"),
        ("en", 12, "", "12.00"),
        ("en", 12, "shells & beads", "12.00\xa0shells & beads"),
    ],
)
def test_money_is_written_as_the_reader_writes_it(language: str, amount: float, currency: str, told: str) -> None:
    with translation.override(language):
        assert spell_money(amount, currency) == told


@pytest.mark.parametrize(("amount", "told"), [(87, "€87"), (87.0, "€87"), (87.5, "€87.50"), (0, "€0")])
def test_whole_amounts_can_go_without_cents(amount: float, told: str) -> None:
    with translation.override("en"):
        assert spell_money(amount, "EUR", short=True) == told
