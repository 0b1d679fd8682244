"""WCAG 2.2 AA from the tokens themselves: 4.5 for text, 3 for what one must see to use a control."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from feedback.models.brand import ACCENTS
from tests.look.contrast import Colour, colour, contrast, hexadecimal, ratio, tokens

CSS = Path(settings.BASE_DIR) / "static" / "css"
TOKENS = tokens((CSS / "tokens.css").read_text())
MODES = ("light", "dark")
GROUNDS = ("paper", "surface", "sunken", "raised", "hover")
FEELINGS = ("glad", "fine", "uneasy", "upset")

TEXT = [
    *((ink, ground) for ink in ("ink", "ink-2", "ink-3", "accent-text", "danger") for ground in GROUNDS),
    *((feeling, ground) for feeling in FEELINGS for ground in GROUNDS),
    *((feeling, f"{feeling}-soft") for feeling in FEELINGS),
    *((ink, ground) for ink in ("ink", "ink-2", "ink-3", "accent-text") for ground in ("accent-soft", "note")),
    *((feeling, "accent-soft") for feeling in FEELINGS),
    ("ink", "note-line"),
    ("danger", "accent-soft"),
    ("danger", "danger-soft"),
    ("ink", "danger-soft"),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("on-danger", "danger"),
]
SEEN = [
    *(("line-control", ground) for ground in ("paper", "surface")),
    *(("focus", ground) for ground in (*GROUNDS, "accent-soft")),
    *(("accent", ground) for ground in GROUNDS),
]


def test_contrast_of_black_and_white_is_21() -> None:
    assert contrast(Colour(0, 0, 0), Colour(1, 0, 0)) == pytest.approx(21, abs=0.01)


def test_contrast_agrees_with_a_published_pair() -> None:
    # #767676 on white is the well-known grey at 4.54; in oklch it is 0.5658 0 0.
    assert contrast(colour("0.5658 0 0"), colour("1 0 0")) == pytest.approx(4.54, abs=0.03)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_is_readable(mode: str, ink: str, ground: str) -> None:
    ratio = contrast(TOKENS[mode][ink], TOKENS[mode][ground])
    assert ratio >= 4.5, f"{mode}: {ink} on {ground} has {ratio:.2f}"


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("mark", "ground"), SEEN)
def test_controls_can_be_seen(mode: str, mark: str, ground: str) -> None:
    ratio = contrast(TOKENS[mode][mark], TOKENS[mode][ground])
    assert ratio >= 3, f"{mode}: {mark} on {ground} has {ratio:.2f}"


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("hue", range(0, 360, 45))
def test_avatar_letters_are_readable(mode: str, hue: int) -> None:
    css = (CSS / "badge.css").read_text().replace("var(--h)", str(hue))
    shades = tokens(css)[mode]
    assert contrast(shades["av"], shades["av-soft"]) >= 4.5


def brands() -> list[tuple[str, str]]:
    css = (CSS / "customer-page.css").read_text()
    rules = re.findall(r'\[data-brand-hue="\d+"\] \{ --brand-hue: (\d+);(?: --brand-chroma: ([\d.]+);)? \}', css)
    return [(hue, chroma or "0.13") for hue, chroma in rules]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("hue", "chroma"), brands())
def test_every_brand_is_readable_on_its_own_button_and_as_a_link(mode: str, hue: str, chroma: str) -> None:
    css = (CSS / "customer-page.css").read_text()
    brand = tokens(css.replace("var(--brand-hue)", hue).replace("var(--brand-chroma)", chroma))[mode]
    assert contrast(brand["on-accent"], brand["accent"]) >= 4.5
    assert contrast(brand["accent"], TOKENS[mode]["surface"]) >= 4.5
    assert contrast(brand["focus"], TOKENS[mode]["surface"]) >= 3


def test_there_are_twelve_brands() -> None:
    assert len(brands()) == 12


@pytest.mark.parametrize("hue", range(12))
def test_accents_of_mails_are_those_of_pages_and_readable_on_their_grounds(hue: int) -> None:
    turn, chroma = brands()[hue]
    drawn = (Colour(0.45, float(chroma), float(turn)), Colour(0.78, 0.1, float(turn)))
    grounds = (("#ffffff", "#f6f5f2"), ("#14161b", "#1c1f26", "#262a33"))
    for accent, shade, behind in zip(ACCENTS[hue], drawn, grounds, strict=True):
        assert hexadecimal(accent) == pytest.approx(shade.luminance, abs=0.004)
        for ground in behind:
            assert ratio(hexadecimal(accent), hexadecimal(ground)) >= 4.5
