"""The names of languages in the language spoken."""

from __future__ import annotations

from shelterdesk.core.words import language as spoken_language


def language_name(code: str) -> str:
    """The name of a language (ISO 639) in the language spoken; the code for one without."""
    from babel import Locale, UnknownLocaleError
    from babel.core import get_global

    try:
        names = Locale.parse(spoken_language()[:2]).languages
    except (UnknownLocaleError, ValueError):
        names = Locale("en").languages
    # CLDR names some languages under another code only: Dari (prs) is its fa_AF.
    also = str(get_global("language_aliases").get(code, code))
    return str(names.get(code) or names.get(also) or code)
