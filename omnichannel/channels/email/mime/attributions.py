"""The line above a quotation, "On 3 May 2026 at 10:11, Ana <ana@example.org> wrote:", and its sisters.

People write such lines themselves, so one counts only with what programs put into it: a moment or an address. Mailers
break it over several lines; as the writer's own lines may stand right above it, the latest possible beginning is taken.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

LONGEST_LINE = 400
WRAPPED_LINES = 4  # mailers break "On … wrote:" over so many lines
WRAPPED_AT = 50  # columns at least: a mailer breaks a line where the next word has no room

# How the line begins, what stands at its end.
BY_BEGINNING = (
    (r"On\b", r"\bwrote:?"),
    (r"El\b", r"\b(?:escribi[oó]|va escriure):?"),
    (r"(?:Am|Den)\b", r"\bschrieb\b.{0,120}:"),
    (r"Le\b", r"\ba écrit\s?:"),
    (r"(?:Em|A|No dia|Na)\b", r"\bescreveu\s?:"),
    (r"(?:Il|In data)\b", r"\bha scritto\s?:"),
    (r"(?:Op|Den)\b", r"\b(?:schreef|skrev)\b.{0,120}:"),
    (
        r"(?:På|Den|Dne|Dňa|W dniu|Dnia)\b",
        r"\b(?:skrev|napsal\(?a?\)?|napísal\(?a?\)?|napisał\(?a?\)?|pisze)\b.{0,120}:",
    ),
    (r"\d{4}(?:[-/]\d{1,2}[-/]\d{1,2}\b|年\d{1,2}月\d{1,2}日)", r"<[^<>\s]{3,100}@[^<>\s]{3,100}>:?"),
    (r"(?:Quoting|Zitat von|Citando a)\b", r":"),
)
BY_END = (
    (r"\w", r"\b(?:wrote|kirjoitti|пишет|написала?|написал\(а\)|yazdı|írta(?: \(időpont: .{1,60}\))?|a scris)\s?:"),
    (r"[\w\d]", r"(?:写道|寫道|のメール|さんは書きました)\s?[:：]"),
)


def _compiled(patterns: Sequence[tuple[str, str]]) -> list[re.Pattern[str]]:
    return [re.compile(rf"{start}.{{0,600}}{end}\s*", re.IGNORECASE | re.DOTALL) for start, end in patterns]


WITH_BEGINNING, WITH_END = _compiled(BY_BEGINNING), _compiled(BY_END)
LAST_CHARACTERS = ":：>eótr"

YEAR_OR_CLOCK = re.compile(
    r"(?<!\d)(?:19|20)\d\d(?!\d)|(?<!\d)\d{1,2}[:h]\d\d(?!\d)|(?<!\d)\d{1,2}[./]\d{1,2}[./]\d\d(?!\d)"
)
MONTHS = (
    "jan|ene|gen|feb|fev|fév|mar|mär|mrt|apr|abr|avr|may|mai|mag|maj|maio|jun|jui|giu|jul|lug|aug|ago|aoû|"
    "sep|set|oct|okt|ott|out|nov|dec|dic|dez|déc"
)
DAY = re.compile(
    rf"(?<!\d)(?:\d{{1,2}}/\d{{1,2}}(?!\d)|\d{{1,2}}\.\d{{1,2}}\.|\d{{1,2}}\.? (?:de )?(?:{MONTHS})|"
    rf"(?:(?<=\W)|^)(?:{MONTHS})\w{{0,7}}\.? \d{{1,2}}(?!\d))",
    re.IGNORECASE,
)
ADDRESS = re.compile(r"[^\s@]@[^\s@]")
MARKED_ADDRESS = re.compile(r"[<(‹\[]\s?[^\s<>()@]{1,100}@[^\s<>()@]{1,250}?\s?[>)›\]]")

PROTON = re.compile(  # it tells no more than the day of a mail that is less than a week old
    r"On (?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (?!(?:I|you|we|he|she|they|it)\b)[^,]{1,80} wrote:"
)

NAMED = re.compile(  # "Ana Ruiz <ana@example.org> escribió:"
    r"(?:[\"'“«]?(?:[^\sa-zà-ž<]\S{0,60} ){1,6}[<(])?[^\s<>()@]{1,100}@[^\s<>()@]{1,250}[>)]?(?: \S{1,20}){0,3}\s?[:：]"
)

SENTENCE_END = re.compile(r"(?:[!?…]|\w{6,40}\.)$")  # an abbreviation may end a broken line: "Jan."
DATED = re.compile(  # "On Mon, Jan 5, 2026 at 10:11 AM Support": after the moment there are but names
    r"\w{1,3}(?: \w{1,4})? (?:[^\s\d]{1,14} ){0,2}\d.{0,24}?(?:\d{1,2}[:h]\d\d|(?<!\d)(?:19|20)\d\d|/\d\d)(?!\d)"
    r"[:\d]{0,3}(?: ?[apAP]\.? ?[mM]\.?)?,?(?: (?:[^\sa-zà-ž]\S{0,60}|"
    r"a|al|alle|at|hours|kl|klo|kl\.|kell|la|las|les|o|om|ore|schreef|schrieb|skrev|uhr|um|v|via|à|às|"
    r"and|by|da|de|del|der|di|do|dos|e|for|from|of|und|van|von|y),?){0,12}",
)


def attribution_length(lines: Sequence[str], position: int) -> int:
    """How many lines the attribution takes that begins here; 0 if none does."""
    for end in range(position, min(position + WRAPPED_LINES, len(lines))):
        if not lines[end].strip():
            return 0
        if _is_whole(_joined(lines, position, end), lines, end):
            return end - position + 1 if end == position or _is_broken(lines, position, end) else 0
    return 0


def quoted_follows(lines: Sequence[str], position: int) -> bool:
    following = next((line for line in lines[position : position + 6] if line.strip()), "")
    return is_quoted(following)


def is_quoted(line: str) -> bool:
    return line.lstrip(" \t").startswith((">", "|>"))


def _joined(lines: Sequence[str], first: int, last: int) -> str:
    return " ".join(line.strip()[:LONGEST_LINE] for line in lines[first : last + 1])


def _is_whole(joined: str, lines: Sequence[str], end: int) -> bool:
    if joined[-1:] not in LAST_CHARACTERS or len(joined) > LONGEST_LINE:
        return False
    if _matches(WITH_BEGINNING, joined) and _is_told_by_a_program(joined):
        return True
    if _matches(WITH_END, joined) and MARKED_ADDRESS.search(joined):
        return True
    return quoted_follows(lines, end + 1) and _is_above_a_quotation(joined)


def _is_told_by_a_program(joined: str) -> bool:
    """Without a colon only an address shows it: "On 5 May 2026 you wrote" goes on in the next line."""
    if MARKED_ADDRESS.search(joined):
        return True
    return joined.endswith((":", "：")) and _names_a_moment_or_sender(joined)


def _names_a_moment_or_sender(joined: str) -> bool:
    return any(pattern.search(joined) for pattern in (YEAR_OR_CLOCK, DAY, ADDRESS))


def _is_above_a_quotation(joined: str) -> bool:
    """The mark of the quotation below lets less suffice; with moment and address the words may be of any language."""
    if PROTON.fullmatch(joined) or NAMED.fullmatch(joined):
        return True
    if YEAR_OR_CLOCK.search(joined) and MARKED_ADDRESS.search(joined) and joined.endswith((":", "：")):
        return True
    return _names_a_moment_or_sender(joined) and _matches(WITH_END, joined.lstrip("\"'“«"))


def _matches(patterns: list[re.Pattern[str]], joined: str) -> bool:
    return any(pattern.fullmatch(joined) for pattern in patterns)


def _is_broken(lines: Sequence[str], first: int, last: int) -> bool:
    """Whether these are one line that a mailer broke, rather than words of the writer above an attribution."""
    beginning = lines[first].strip()
    if not (YEAR_OR_CLOCK.search(beginning) or ADDRESS.search(beginning)):
        return False
    if any(SENTENCE_END.search(line.rstrip()[-40:]) for line in lines[first:last]):
        return False
    later = [each for each in range(first + 1, last + 1) if attribution_length(lines, each) > last - each]
    if not _matches(WITH_BEGINNING, _joined(lines, first, last)):
        return not later and _is_full(lines, first, last)
    if not lines[first + 1].lstrip().startswith("<") and DATED.fullmatch(beginning) is None:
        return False
    return not later or (
        _is_full(lines, first, later[-1]) and not YEAR_OR_CLOCK.search(_joined(lines, later[-1], last))
    )


def _is_full(lines: Sequence[str], first: int, last: int) -> bool:
    """In none of the lines was room for the word that begins the next one."""
    broken = range(first, last)
    return all(len(lines[each].strip()) + len(lines[each + 1].split()[0]) >= WRAPPED_AT for each in broken)
