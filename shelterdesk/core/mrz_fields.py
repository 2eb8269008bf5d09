"""The writing side of the machine-readable zone: alphabet, check digits, transliteration, composing a zone.

Rules are those of ICAO Doc 9303, parts 3 (alphabet §4.2, check digits §4.9, transliteration §6, names §4.6),
4 (TD3) and 5 (TD1). Reading a zone is ``mrz.py``.
"""

from __future__ import annotations

import re
import unicodedata

FILLER = "<"
ALPHABET = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<")

_WEIGHTS = (7, 3, 1)

_LATIN = {
    "Ä": "AE", "Å": "AA", "Æ": "AE", "Ð": "D", "Ñ": "N", "Ö": "OE", "Ø": "OE", "Œ": "OE", "Ü": "UE",
    "Þ": "TH", "ẞ": "SS", "ß": "SS", "ı": "I", "İ": "I", "Ł": "L", "Đ": "D", "Ħ": "H", "Ŋ": "N",
    "Ŧ": "T", "Ĳ": "IJ",
}  # fmt: skip
_CYRILLIC = {
    "А": "A", "Б": "B", "В": "V", "Г": "G", "Д": "D", "Е": "E", "Ё": "E", "Ж": "ZH", "З": "Z", "И": "I",
    "І": "I", "Й": "I", "К": "K", "Л": "L", "М": "M", "Н": "N", "О": "O", "П": "P", "Р": "R", "С": "S",
    "Т": "T", "У": "U", "Ф": "F", "Х": "KH", "Ц": "TS", "Ч": "CH", "Ш": "SH", "Щ": "SHCH", "Ъ": "IE",
    "Ы": "Y", "Ь": "", "Э": "E", "Ю": "IU", "Я": "IA", "Є": "IE", "Ї": "I", "Ў": "U", "Ґ": "G",
}  # fmt: skip
_ARABIC = {
    "ء": "XE", "آ": "XAA", "أ": "XAE", "ؤ": "U", "إ": "I", "ئ": "XI", "ا": "A", "ب": "B", "ة": "XTA",
    "ت": "T", "ث": "XTH", "ج": "J", "ح": "XH", "خ": "XKH", "د": "D", "ذ": "XDH", "ر": "R", "ز": "Z",
    "س": "S", "ش": "XSH", "ص": "XSS", "ض": "XDZ", "ط": "XTT", "ظ": "XZZ", "ع": "E", "غ": "G", "ف": "F",
    "ق": "Q", "ك": "K", "ل": "L", "م": "M", "ن": "N", "ه": "H", "و": "W", "ى": "XAY", "ي": "Y",
    "پ": "P", "چ": "XC", "ژ": "XZH", "گ": "XGG", "ک": "XKK", "ی": "XYA",
}  # fmt: skip
_LETTERS = _LATIN | _CYRILLIC | _ARABIC
_SHADDA = "\u0651"
_LAST_TEH_MARBUTA = re.compile(r"ة(?=\W|$)")


def check_digit(text: str) -> str:
    """The check digit of a field: weights 7, 3, 1, letters from A=10, filler 0, modulo 10 (part 3 §4.9).

    Raises ``ValueError`` for a character outside the alphabet of the zone.
    """
    return str(sum(_value(sign) * _WEIGHTS[at % 3] for at, sign in enumerate(text)) % 10)


def _value(sign: str) -> int:
    if sign == FILLER:
        return 0
    if sign not in ALPHABET:
        raise ValueError(f"{sign!r} does not belong to a machine-readable zone")
    return int(sign, 36)


def transliterate(name: str) -> str:
    """A name in the alphabet of the zone: A to Z, its parts divided by one ``<`` (part 3 §4.6 and §6).

    Apostrophes join, hyphens, commas and spaces divide, other punctuation and digits go. Letters for
    which the standard offers two ways take the long one (``Ä`` to ``AE``), except ``Ñ``, which is ``N``.
    A script without a table in the standard gives nothing, as the issuers of such passports write a
    Latin name of their own.
    """
    text = unicodedata.normalize("NFC", name)
    text = _LAST_TEH_MARBUTA.sub("\ue000", text)
    out: list[str] = []
    for sign in text:
        out.append(_sign(sign, out[-1] if out else ""))
    return re.sub("<+", FILLER, "".join(out)).strip(FILLER)


def _sign(sign: str, before: str) -> str:
    if sign == "\ue000":
        return "XAH"
    if sign == _SHADDA:
        return before
    if sign in _LETTERS:
        return _LETTERS[sign]
    upper = sign.upper()
    if upper in _LETTERS:
        return _LETTERS[upper]
    if sign in "-\u2010\u2011,<" or sign.isspace():
        return FILLER
    plain = unicodedata.normalize("NFD", upper)
    return "".join(letter for letter in plain if "A" <= letter <= "Z")


def name_field(surnames: str, given: str, width: int) -> str:
    """The name field of a zone, filled or shortened to ``width`` characters.

    Without given names only the primary identifier is written, with no ``<<`` text after it. A name too
    long ends in a letter, which is the standard's sign of a possibly shortened name, and keeps at least
    the first letter of the given names (part 3 §4.6).
    """
    primary, secondary = transliterate(surnames), transliterate(given)
    if not primary:
        primary, secondary = secondary, ""
    if not secondary:
        while len(primary) > width and primary[width - 1] == FILLER:
            primary = primary[: width - 1] + primary[width:]
        return primary[:width].ljust(width, FILLER)
    if len(primary) + 2 + len(secondary) <= width:
        return f"{primary}<<{secondary}".ljust(width, FILLER)
    return _shortened(primary, secondary, width)


def _shortened(primary: str, secondary: str, width: int) -> str:
    """Both identifiers cut so that they fill the width and end in a letter, the primary kept longest.

    Where no cut does both, two of the parts are written together, the last of the primary first.
    """
    for kept in range(min(len(primary), width - 3), 0, -1):
        rest = width - 2 - kept
        if rest <= len(secondary) and FILLER not in (primary[kept - 1], secondary[rest - 1]):
            return f"{primary[:kept]}<<{secondary[:rest]}"
    if FILLER in primary:
        return _shortened("".join(primary.rsplit(FILLER, 1)), secondary, width)
    return _shortened(primary, "".join(secondary.rsplit(FILLER, 1)), width)


def compose_td3(
    *,
    issuer: str,
    surnames: str,
    given: str,
    number: str,
    nationality: str,
    birth: str,
    sex: str,
    expiry: str,
    optional: str = "",
    doc_code: str = "P",
) -> str:
    """A passport zone of two lines of 44 (part 4), joined by a newline.

    ``birth`` and ``expiry`` are six characters ``YYMMDD`` with ``<`` for what is not known; ``sex`` is
    F, M or X; ``number`` has at most 9 characters, ``optional`` at most 14. Raises ``ValueError`` when
    a field does not fit.
    """
    numbered = _checked(_fill("number", number, 9))
    dates = _checked(_fill("birth", birth, 6)), _checked(_fill("expiry", expiry, 6))
    extra = _fill("optional", optional, 14)
    extra += check_digit(extra) if optional else FILLER
    composite = check_digit(numbered + dates[0] + dates[1] + extra)
    first = _fill("doc_code", doc_code, 2) + _fill("issuer", issuer, 3) + name_field(surnames, given, 39)
    second = numbered + _fill("nationality", nationality, 3) + dates[0] + _sex(sex) + dates[1] + extra
    return f"{first}\n{second}{composite}"


def compose_td1(
    *,
    issuer: str,
    surnames: str,
    given: str,
    number: str,
    nationality: str,
    birth: str,
    sex: str,
    expiry: str,
    doc_code: str = "I",
) -> str:
    """An identity card zone of three lines of 30 (part 5), joined by newlines.

    Fields are as in :func:`compose_td3`; a ``number`` of 10 to 22 characters runs on into the optional
    field, its check digit behind it (note j). Raises ``ValueError`` when a field does not fit.
    """
    if len(number) > 9:
        numbered = f"{number[:9]}<" + _fill("number", f"{number[9:]}{check_digit(number)}<", 15)
    else:
        numbered = _checked(_fill("number", number, 9)).ljust(25, FILLER)
    born, ends = _checked(_fill("birth", birth, 6)), _checked(_fill("expiry", expiry, 6))
    rest = FILLER * 11
    composite = check_digit(numbered + born + ends + rest)
    first = _fill("doc_code", doc_code, 2) + _fill("issuer", issuer, 3) + numbered
    second = born + _sex(sex) + ends + _fill("nationality", nationality, 3) + rest + composite
    return f"{first}\n{second}\n{name_field(surnames, given, 30)}"


def _checked(field: str) -> str:
    return field + check_digit(field)


def _sex(sex: str) -> str:
    return sex if sex in ("F", "M") else FILLER


def _fill(field: str, text: str, width: int) -> str:
    if len(text) > width or not set(text) <= ALPHABET:
        raise ValueError(f"{field} does not fit into {width} characters of a machine-readable zone")
    return text.ljust(width, FILLER)
