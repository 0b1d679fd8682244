"""Contrast of two oklch colours as WCAG 2.2 counts it. Conversion: Björn Ottosson's OKLab, CSS Color 4 §9.2."""

import re
from dataclasses import dataclass
from math import cos, radians, sin

TOKEN = re.compile(r"--([\w-]+):\s*light-dark\(oklch\(([^)]*)\),\s*oklch\(([^)]*)\)\)")


@dataclass(frozen=True)
class Colour:
    lightness: float
    chroma: float
    hue: float

    @property
    def luminance(self) -> float:
        """Relative luminance; channels outside sRGB are clipped, as a screen does."""
        red, green, blue = (min(1.0, max(0.0, channel)) for channel in self.linear_rgb)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    @property
    def linear_rgb(self) -> tuple[float, float, float]:
        a, b = self.chroma * cos(radians(self.hue)), self.chroma * sin(radians(self.hue))
        long = (self.lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
        middle = (self.lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
        short = (self.lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
        return (
            4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
            -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
            -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
        )


def contrast(one: Colour, other: Colour) -> float:
    return ratio(one.luminance, other.luminance)


def ratio(one: float, other: float) -> float:
    """Of two luminances."""
    lighter, darker = sorted((one, other), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def hexadecimal(text: str) -> float:
    """The luminance of "#rrggbb"."""
    red, green, blue = (_linear(int(text[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)


def colour(text: str) -> Colour:
    lightness, chroma, hue = (float(part) for part in text.split("/")[0].split())
    return Colour(lightness, chroma, hue)


def tokens(css: str) -> dict[str, dict[str, Colour]]:
    """{"light": {"ink": Colour, …}, "dark": {…}} of a style sheet's light-dark() tokens."""
    found = TOKEN.findall(css)
    return {
        "light": {name: colour(light) for name, light, _dark in found},
        "dark": {name: colour(dark) for name, _light, dark in found},
    }
