"""Where a signature begins: at `-- `, at a telephone's line, at a sign-off or dashes above a few short lines.

People draw lines and tell from where they sent things themselves; what might be theirs stays.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

MOST_LINES = 40
LONGEST_MARK = 120

DELIMITER = re.compile(r"-- ?[ \xa0]")  # RFC 3676 §4.3; what people draw has no space at its end
DASHES = re.compile(r"(?:--|__|—|– ?–)")

SENT_FROM = re.compile(
    r"(?:sent|envoyé|inviato|verzonden|(?:este mensaje fue )?enviado|gesendet|skickat|sendt|wysłane|enviat|отправлено)"
    r"\s(?:from|with|via|by|using|desde|con|do|depuis|de|avec|mon|dal|da|vanaf|van|von|mit|från|fra|z|des del|с|из)"
    r"\b(.{1,100})",
    re.IGNORECASE,
)
SENT_LAST = re.compile(
    r"(?:diese nachricht wurde )?von meine[mr] (.{1,80}) gesendet\.?|(.{2,30})から送信", re.IGNORECASE
)
GET_OUTLOOK = re.compile(
    r"(?:get|obtener|obtenir|obtenha o|scarica|hol dir|download) outlook (?:for|para|pour|per|für|voor) "
    r"(?:ios|android|mac|windows)",
    re.IGNORECASE,
)
LINK = re.compile(r"[<(\[]?https?://\S{1,300}")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


MAILERS = _words(
    """
    android aol blackberry bluemail canary fairemail galaxy gmail gmx hotmail htc huawei icloud ipad iphone ipod mail.ru
    mailspring motorola nokia oneplus oppo outlook pixel proton protonmail redmi samsung smartphone spark superhuman
    tablet tablette thunderbird web.de windows xiaomi xperia yahoo yandex zoho
    celular handy mobil mobile móvil phone teléfono telefoon telefono telemóvel téléphone
    """
)
MAIL = _words("Mail Correo Posta Courrier Почты")  # programs of that name; small letters are the thing itself
BETWEEN = _words(
    """
    a an and app application con de der device do el email et for für gerät il ios l'application la le macos mein meinem
    meu mi min mio mit mon my network of on para per pour secure the und using via with y моего моей мобильной
    """
)

SIGN_OFF = re.compile(
    r"(?:(?:(?:best|kind|warm|warmest|kindest|many) (?:regards|wishes)|regards|sincerely|cheers|"
    r"yours (?:truly|sincerely|faithfully)|saludos(?: cordiales)?|(?:reciba )?un (?:cordial )?saludo|un abrazo|"
    r"atentamente|atte|cordialmente|salutacions|mit freundlichen grü(?:ß|ss)en|mfg|"
    r"(?:viele|liebe|beste|freundliche) grü(?:ß|ss)e|cordialement|bien à vous|bien cordialement|atenciosamente|"
    r"abraços|cumprimentos|cordiali saluti|distinti saluti|met vriendelijke groet(?:en)?|pozdrawiam|"
    r"med vänliga? hälsning(?:ar)?|med venlig hilsen|vennlig hilsen|с уважением))[\s,.!]{0,3}",
    re.IGNORECASE,
)


def without_signatures(pieces: Sequence[Sequence[str]]) -> list[list[str]]:
    """Each piece by itself: many sign above the quotation and answer below it, question by question."""
    kept: list[list[str]] = []
    follows_text = False
    for piece in pieces:
        kept.append(list(piece[: _beginning(piece, follows_text)]))
        follows_text = follows_text or any(map(str.strip, kept[-1]))
    return kept


def _beginning(lines: Sequence[str], follows_text: bool) -> int:
    dashes = [index for index, line in enumerate(lines) if len(line) < 10 and DASHES.fullmatch(line.strip())]
    last = next((index for index in range(len(lines) - 1, -1, -1) if lines[index].strip()), -1)
    for index, line in enumerate(lines):
        stripped = line.strip()
        if not stripped or len(stripped) > LONGEST_MARK:
            continue
        if DELIMITER.fullmatch(line) or (index == last and _is_of_a_mailer(stripped)):
            return index
        marked = SIGN_OFF.fullmatch(stripped) or ([index] == dashes and _stands_above_text(lines, index))
        if marked and is_short(lines[index + 1 :]) and (follows_text or any(map(str.strip, lines[:index]))):
            return index
    return len(lines)


def _stands_above_text(lines: Sequence[str], index: int) -> bool:
    """A line between two paragraphs has space on both sides, one between items on neither."""
    following = [bool(line.strip()) for line in lines[index + 1 :]]
    return not lines[max(index - 1, 0)].strip() and (following[:1] == [True] or not any(following))


def is_short(after: Sequence[str]) -> bool:
    filled = [line for line in after[:MOST_LINES] if line.strip()]
    return len(after) <= MOST_LINES and len(filled) <= 10 and all(len(line.rstrip()) <= 90 for line in filled)


def _is_of_a_mailer(line: str) -> bool:
    """ "Sent from my desk, the phone is broken" is somebody's own: every other word must be of a product's name."""
    line = LINK.sub("", line).strip("<>*_ ")
    if GET_OUTLOOK.fullmatch(line):
        return True
    found = SENT_FROM.fullmatch(line) or SENT_LAST.fullmatch(line)
    words = re.findall(r"[^\s,\-\[\]()]+", "".join(filter(None, found.groups())) if found else "")
    bare = [word.rstrip(".") for word in words]
    known = [word for word in bare if word.lower() in MAILERS or word in MAIL]
    return bool(known) and all(word in known or word.lower() in BETWEEN or not word[:1].islower() for word in bare)
