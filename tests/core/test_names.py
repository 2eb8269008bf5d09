"""Names of any script: found across spellings and scripts, never a crash, placeholders told apart."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shelterdesk.core.names import (
    SKELETON_MARK,
    display_name,
    folded_keys,
    folded_words,
    is_placeholder,
    query_tokens,
    skeletons_of,
)

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=40)


def found(stored: str, typed: str) -> bool:
    """Whether a name stored in one field answers to what was typed."""
    keys = folded_keys("", stored).split()
    return all(token.answers(keys) for token in query_tokens(typed))


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("محمد", "Mohammed"), ("محمد", "Muhamad"), ("محمد", "Md"), ("Md. Rahim", "mohammad rahim"),
        ("أحمد", "Ahmed"), ("عبد الله", "Abdullah"), ("عبدالله", "Abdallah"), ("فاطمة", "Fatimah"),
        ("يوسف", "Youssef"), ("خالد", "Khaled"), ("شريف", "Sharif"), ("چنگیز", "Changiz"), ("علي", "Ali"),
        ("الحسن", "Al-Hassan"), ("الحسن", "Hasan"), ("عبد الرحمن", "Abdulrahman"),
        ("王小明", "Wang Xiaoming"), ("王小明", "xiaoming"), ("王小明", "wang xiao ming"),
        ("欧阳丽华", "Ouyang Lihua"),
        ("አበበ", "Abebe"), ("ተስፋዬ", "Tesfaye"), ("ፀጋዬ", "Tsegaye"), ("ዮሐንስ", "Yohannes"),
        ("राम बहादुर", "Ram Bahadur"), ("लक्ष्मी", "Laxmi"), ("লক্ষ্মী", "Lakshmi"),
        ("মোহাম্মদ", "Mohammad"), ("রহিম", "Rahim"), ("ফাতেমা", "Fatima"),
        ("Дмитрий", "Dmitri"), ("Хасан", "Hassan"), ("Юсуф", "Yusuf"), ("Щукин", "Shchukin"),
        ("Mohammed", "محمد"), ("Khaled", "خالد"), ("Fatima", "ফাতেমা"),
    ],
)  # fmt: skip
def test_a_name_is_found_across_scripts(stored: str, typed: str) -> None:
    assert found(stored, typed)


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("Hernández", "ernandes"), ("Ernández", "Hernandez"), ("Vásquez", "basques"),
        ("González", "gonsales"),
        ("Quispe", "kispe"), ("Llanos", "yanos"), ("Giménez", "jimenez"), ("Müller", "MUELLER"),
        ("D'Artagnan", "dartagnan"), ("D’Artagnan", "DARTAGNAN"), ("Jean-Baptiste", "jeanbaptiste"),
        ("Jean-Baptiste", "baptiste"), ("Abdulrahman", "abdul rahman"), ("Abdul Rahman", "abdulrahman"),
        ("María de los Ángeles", "maria angeles"), ("Nuñez", "nunez"), ("Đặng", "dang"), ("Sarah", "zara"),
    ],
)  # fmt: skip
def test_a_name_is_found_across_spellings(stored: str, typed: str) -> None:
    assert found(stored, typed)


@pytest.mark.parametrize(
    ("stored", "typed"),
    [("Ana", "Pedro"), ("محمد", "Wang"), ("Pérez", "Toussaint"), ("Maria", "Marta"), ("Ali", "Alma")],
)
def test_different_names_are_not_found(stored: str, typed: str) -> None:
    assert not found(stored, typed)


def test_every_typed_word_is_a_prefix_in_any_order() -> None:
    keys = folded_keys("Pérez Toussaint", "Ana María").split()
    for typed in ("tou an", "ana p", "MAR PER", "Pérez"):
        assert all(token.answers(keys) for token in query_tokens(typed)), typed


def test_a_typed_prefix_never_meets_a_skeleton() -> None:
    keys = folded_keys("", "Mohammed").split()
    assert SKELETON_MARK + "mhmd" in keys
    assert "mohammed" in keys
    assert [token.prefix for token in query_tokens("κmhmd")] == ["kmhmd"]


def test_a_particle_counts_only_while_it_is_the_last_word() -> None:
    assert [token.prefix for token in query_tokens("maria de los angeles")] == ["maria", "angeles"]
    assert [token.prefix for token in query_tokens("maria de")] == ["maria", "de"]


def test_the_keys_work_in_the_full_text_index_they_are_made_for() -> None:
    index = sqlite3.connect(":memory:")
    index.execute(
        "CREATE VIRTUAL TABLE k USING fts5(keys, tokenize='unicode61 remove_diacritics 2', prefix='2 3 4')"
    )
    index.execute("INSERT INTO k(keys) VALUES (?)", (folded_keys("", "محمد"),))
    index.execute("INSERT INTO k(keys) VALUES (?)", (folded_keys("Pérez", "Ana"),))
    [token] = query_tokens("Mohammed")
    [start] = token.starts
    asked = f'"{token.prefix}"* OR "{start}"*'
    rows = index.execute("SELECT rowid FROM k WHERE k MATCH ?", (asked,)).fetchall()
    index.close()
    assert rows == [(1,)]


@pytest.mark.parametrize("text", ["FNU", "lnu", " Lnu ", "-", "--", "...", "?", "Sin nombre", "XXX", "—"])
def test_placeholders_are_no_names(text: str) -> None:
    assert is_placeholder(text)
    assert folded_keys("", text) == ""


@pytest.mark.parametrize("text", ["", "  ", "Ana", "王", "محمد", "Nu", "Li"])
def test_names_are_no_placeholders(text: str) -> None:
    assert not is_placeholder(text)


@pytest.mark.parametrize(
    ("surnames", "given_names", "native", "shown"),
    [
        ("Pérez  Toussaint", " Ana ", "", "Pérez Toussaint, Ana"),
        ("Islam", "", "", "Islam"),
        ("", "Zahra", "زهرا", "Zahra"),
        ("FNU", "Ahmad", "", "Ahmad"),
        ("", "", "王小明", "王小明"),
        ("", "", "", ""),
    ],
)
def test_the_shown_name(surnames: str, given_names: str, native: str, shown: str) -> None:
    assert display_name(surnames, given_names, native) == shown


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT)
@example("\ud800", "\x00", "\u202e\u200f")
def test_no_text_makes_it_fail(first: str, second: str, third: str) -> None:
    keys = folded_keys(first, second, third)
    assert "\x00" not in keys
    for key in keys.split(" ") if keys else []:
        assert key.removeprefix(SKELETON_MARK).isascii() and key.isalnum()
    display_name(first, second, third)
    is_placeholder(first)
    query_tokens(first)


@given(ANY_TEXT)
def test_folding_what_is_folded_changes_nothing(text: str) -> None:
    words = folded_words(text)
    assert folded_words(" ".join(words)) == words


@given(st.text(st.characters(categories=["L"]), min_size=1, max_size=12), st.integers(1, 12))
def test_the_start_of_a_folded_word_finds_the_name(name: str, typed: int) -> None:
    for word in folded_words(name):
        if not is_placeholder(name):
            keys = folded_keys("", name).split()
            assert query_tokens(word[:typed])[0].answers(keys)


@given(st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=12))
def test_a_skeleton_has_no_vowels(word: str) -> None:
    for bones in skeletons_of(word):
        assert not set(bones) & set("aeiouy") and bones
