"""Names as people say them, in any script: how they are shown, folded for search and told from placeholders.

A name is searched by two kinds of key. The folded word (Latin letters without marks) answers to what is
typed in the same spelling, every typed word being a prefix. The skeleton (its consonants, look-alike sounds
made equal) answers across spellings and scripts: Mohammed, Muhamad and محمد share one. A skeleton key starts
with the Greek letter kappa, which no folded word contains, so that a typed prefix never meets one by chance.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from anyascii import anyascii

#: What stands before a skeleton in the search keys; FTS5's unicode61 takes it for a letter like any other.
SKELETON_MARK = "κ"

_SHORTEST_START = 3
_SHORTEST_TYPED = 3

#: Words that stand before a name and are often left out, or written together with it.
_PARTICLES = frozenset(
    "al el ul ad ar as ash at az an abu umm bin ibn ben bint de del la las los da do dos das di du des le "
    "van von y e o mc mac san santa abd bd abdel abdul abdal abdur abder".split()
)
_ABD = re.compile(r"abd(?:[aeu](?:l|r|s|n|sh|d|z|t))(?=[a-z]{4,})")
_MUHAMMAD = frozenset("md mhd mohd muhd mohammad mohammed".split())
_PLACEHOLDERS = frozenset("fnu lnu nfn nln xxx nofirstname nolastname nogivenname nosurname".split())
_SPELT_WITHOUT_NAME = frozenset("unknown desconocido desconocida sinnombre sinapellido noname".split())

_SURROGATES = re.compile("[\ud800-\udfff]")
_APOSTROPHES = re.compile("['`´‘’ʼʻʹʾʿ′＇ˈ]")
_NOT_WORD = re.compile("[^a-z0-9]+")
_ARABIC_MARKS = re.compile("[\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed]")
_ARABIC_SAME = str.maketrans("أإآٱىةکیؤئە", "اااايهكيويه")
_ARABIC_ARTICLE = re.compile("ال(?=\\w{3,})")
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0002fa1f]+")
_CAMEL = re.compile("(?<=[a-z])(?=[A-Z])")


def display_name(surnames: str, given: str, name_native: str = "") -> str:
    """The name as shown in lists and on papers: ``Pérez Toussaint, Ana``; a single name stands alone.

    The comma says which part is the surname, whatever the order a culture speaks them in. The name in its
    own script is used when there is nothing else.
    """
    parts = [" ".join(part.split()) for part in (surnames, given)]
    known = [part for part in parts if part and not is_placeholder(part)]
    return ", ".join(known) or " ".join(name_native.split())


@lru_cache(maxsize=10_000)
def is_placeholder(text: str) -> bool:
    """Whether a text stands in the place of a name that nobody has: FNU, LNU, a dash.

    Such a text is stored as an empty name and never searched. An empty text is not a placeholder.
    """
    stripped = text.strip()
    if not stripped:
        return False
    letters = _NOT_WORD.sub("", _fold(stripped))
    return not letters or letters in _PLACEHOLDERS or letters in _SPELT_WITHOUT_NAME


def folded_words(text: str) -> list[str]:
    """The words of a name in Latin small letters and digits, without marks, in their order.

    Apostrophes join (``D'Artagnan``), every other sign divides; Han characters give a word each.
    """
    return [word for word in _NOT_WORD.split(_fold(text)) if word]


def _fold(text: str) -> str:
    if text.isascii():
        return _APOSTROPHES.sub("", text).lower()
    clean = _SURROGATES.sub("", unicodedata.normalize("NFKC", text))
    clean = _ARABIC_MARKS.sub("", clean.translate(_ARABIC_SAME))
    clean = _HAN.sub(lambda run: " " + _CAMEL.sub(" ", anyascii(run.group())) + " ", clean)
    return _APOSTROPHES.sub("", anyascii(unicodedata.normalize("NFKD", clean))).lower()


def folded_keys(surnames: str, given: str, native: str = "") -> str:
    """All the keys under which a person is found, divided by spaces, sorted, each once.

    Placeholders give none. Order of the names, spelling, marks and script do not matter afterwards.
    """
    keys: set[str] = set()
    for part in (surnames, given, native):
        keys |= _keys_of(part)
    return " ".join(sorted(keys))


@lru_cache(maxsize=50_000)
def _keys_of(part: str) -> frozenset[str]:
    """The keys of one part of a name; parts recur so often that a station's fit into the cache."""
    words = folded_words(part)
    if not words or is_placeholder(part):
        return frozenset()
    keys = {*words, *_with_particles(words), *_behind_article(part)}
    for chunk in part.split():
        if "-" in chunk or _HAN.search(chunk):
            keys |= _joined(folded_words(chunk))
    bones = {SKELETON_MARK + each for key in keys if key not in _PARTICLES for each in skeletons_of(key)}
    return frozenset(keys | bones)


def _joined(words: list[str]) -> set[str]:
    """Parts of one word also put together: 小明 as ``xiaoming``, Jean-Baptiste as ``jeanbaptiste``."""
    return {"".join(words[at : at + length]) for length in (2, 3, 4) for at in range(len(words) - length + 1)}


def _with_particles(words: list[str]) -> set[str]:
    """``abd al rahman`` also as ``alrahman`` and ``abdalrahman``; ``abdulrahman`` also as ``rahman``."""
    keys = set()
    for at, word in enumerate(words):
        before = at
        while before and words[before - 1] in _PARTICLES and at - before < 3:
            before -= 1
            keys.add("".join(words[before : at + 1]))
        bare = _ABD.sub("", word, count=1)
        if bare != word:
            keys.add(bare)
    return keys


def _behind_article(text: str) -> set[str]:
    """Arabic words that start with the article, without it: الحسن also as حسن."""
    if text.isascii():
        return set()
    words = (_ARABIC_MARKS.sub("", word.translate(_ARABIC_SAME)) for word in text.split())
    return {key for word in words if _ARABIC_ARTICLE.match(word) for key in folded_words(word[2:])}


@dataclass(frozen=True)
class QueryToken:
    """One typed word, and the keys it answers to.

    A name answers when one of its keys starts with ``prefix`` or with one of ``starts``, or is one of
    ``whole``: skeletons of fewer than three consonants say too little to be the start of another.
    The prefix is sure, skeletons (which carry their mark already) are guesses: rank the first above.
    """

    prefix: str
    starts: tuple[str, ...]
    whole: tuple[str, ...]

    def answers(self, keys: Iterable[str]) -> bool:
        """Whether one of a person's keys meets this token."""
        openings = (self.prefix, *self.starts)
        return any(key.startswith(openings) or key in self.whole for key in keys)


def query_tokens(text: str) -> list[QueryToken]:
    """What was typed into the search field so far, word by word; a name must answer to every token.

    Particles (``de``, ``al``) are left out unless they stand last, where they may be the start of a word
    still being typed. Words of fewer than three letters have no skeletons.
    """
    words = folded_words(text)
    spoken = [word for at, word in enumerate(words) if word not in _PARTICLES or at == len(words) - 1]
    return [_token(word) for word in dict.fromkeys(spoken)]


def _token(word: str) -> QueryToken:
    if word in _PARTICLES or (len(word) < _SHORTEST_TYPED and word not in _MUHAMMAD):
        return QueryToken(word, (), ())
    bones = sorted(SKELETON_MARK + each for each in skeletons_of(word))
    long = tuple(each for each in bones if len(each) - len(SKELETON_MARK) >= _SHORTEST_START)
    return QueryToken(word, long, tuple(each for each in bones if each not in long))


@lru_cache(maxsize=50_000)
def skeletons_of(word: str) -> frozenset[str]:
    """The consonant skeletons of a folded word, one per way it may sound; empty for vowels alone.

    Equal are b/v/p, s/z/soft c/ch/sh/ts, k/q/hard c, kh/h, f/ph, t/th, d/dh, g/gh, doubled letters and one;
    vowels, y and w inside go. A first h may be silent, ll may be y, g before e and i may be j.
    """
    if not word.isascii() or not word.isalpha():
        return frozenset()
    if word in _MUHAMMAD:
        word = "muhammad"
    ways = {word, word.replace("ll", "y"), _SOFT_G.sub("j", word)}
    found = {_bones(way) for way in ways}
    if word.startswith("h"):
        silent = {_bones(way[1:]) for way in ways}
        found.update(bones for bones in silent if len(bones) >= _SHORTEST_START)
    return frozenset(found - {""})


_SOFT_G = re.compile("g(?=[ei])")
_SOUNDS = (
    (re.compile("s?ch(?=r)"), "k"),
    (re.compile("shch|sch|tsch|tch|ch|sh|ts|tz"), "s"),
    (re.compile("zh|dj"), "j"),
    (re.compile("ph"), "f"),
    (re.compile("kh"), "h"),
    (re.compile("([tdg])h"), r"\1"),
    (re.compile("c(?=[eiy])|z|^x"), "s"),
    (re.compile("qu|q|ck|c"), "k"),
    (re.compile("x"), "ks"),
    (re.compile("[vp]"), "b"),
    (re.compile("(?<=.)h$"), ""),
    (re.compile("[aeiouy]|(?<=.)w"), ""),
    (re.compile(r"(.)\1+"), r"\1"),
)


def _bones(word: str) -> str:
    for sound, written in _SOUNDS:
        word = sound.sub(written, word)
    return word
