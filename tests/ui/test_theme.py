"""The tokens keep their promises: contrast, one place, both modes, text from 100 to 200 per cent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon, QImage, QPalette
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from shelterdesk.core.words import ntr, ptr, speak, tr
from shelterdesk.ui import icons
from shelterdesk.ui.pseudo import PSEUDO_LANGUAGES, pseudo_catalogue
from shelterdesk.ui.theme import (
    DARK,
    LIGHT,
    TOKENS,
    Colours,
    Mode,
    Size,
    Type,
    contrast,
    fill_style,
    reads_right_to_left,
    resource,
    theme,
)

BOTH = pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def the_look_as_it_was(qtbot: QtBot) -> Iterator[None]:
    theme().set_mode(Mode.LIGHT)
    theme().set_text_percent(100)
    yield
    theme().set_mode(Mode.LIGHT)
    theme().set_text_percent(100)
    theme().set_still(False)
    speak("en")


def test_the_contrast_of_black_on_white_is_the_standard_s() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21.0)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@BOTH
def test_text_stands_out_from_every_surface_it_is_written_on(colours: Colours) -> None:
    for ink, grounds in {
        "text": ("bg", "surface", "raised", "soft", "ok_tint", "warn_tint", "bad_tint"),
        "secondary": ("bg", "surface", "raised", "soft"),
        "accent": ("surface", "soft"),
        "on_accent": ("accent", "accent_hover"),
        "ok": ("ok_tint", "surface"),
        "warn": ("warn_tint", "surface"),
        "bad": ("bad_tint", "surface"),
        "rail_text": ("rail",),
        "rail_on_soft": ("rail_soft",),
    }.items():
        for ground in grounds:
            ratio = contrast(getattr(colours, ink), getattr(colours, ground))
            assert ratio >= 4.5, f"{ink} on {ground}: {ratio:.2f}"


@BOTH
def test_the_ring_and_icons_are_seen_on_every_surface(colours: Colours) -> None:
    for mark, grounds in {
        "focus": ("bg", "surface", "raised"),
        "rail_focus": ("rail", "rail_soft"),
        "secondary": ("bg", "surface", "raised", "soft"),
        "accent": ("bg", "surface"),
    }.items():
        for ground in grounds:
            ratio = contrast(getattr(colours, mark), getattr(colours, ground))
            assert ratio >= 3, f"{mark} on {ground}: {ratio:.2f}"


def test_nothing_but_the_theme_names_a_colour() -> None:
    named = re.compile(r"#[0-9A-Fa-f]{6}\b|#[0-9A-Fa-f]{3}\b|\brgba?\(")
    files = [*(ROOT / "shelterdesk" / "ui").rglob("*.py"), resource("style", "desk.qss")]
    guilty = [
        path.name for path in files if path.name != "theme.py" and named.search(path.read_text("utf-8"))
    ]
    assert guilty == []


def test_every_place_of_the_style_sheet_is_filled_in() -> None:
    template = resource("style", "desk.qss").read_text("utf-8")
    for colours in (LIGHT, DARK):
        assert "@" not in fill_style(template, colours, 1.5)
    assert (
        fill_style("a { width: @px(10); color: @accent; }", LIGHT, 2) == "a { width: 20px; color: #0f6b5c; }"
    )
    with pytest.raises(KeyError):
        fill_style("a { color: @pink; }", LIGHT, 1)


@given(st.sampled_from(sorted(TOKENS)))
def test_every_token_is_a_colour(token: str) -> None:
    assert QColor(getattr(LIGHT, token)).isValid()
    assert DARK.of(token).isValid()


def test_a_change_is_told_and_shown() -> None:
    told: list[bool] = []
    theme().changed.connect(lambda: told.append(theme().is_dark))
    theme().set_mode(Mode.DARK)
    theme().set_mode(Mode.DARK)
    assert told == [True]
    assert theme().palette().color(QPalette.ColorRole.Base).name() == DARK.surface.lower()
    assert DARK.accent.lower() in theme().style_sheet()


def test_the_text_grows_to_twice_its_size_and_no_further(qtbot: QtBot) -> None:
    label = QLabel("1,842")
    label.setProperty("role", "title")
    qtbot.addWidget(label)
    label.ensurePolished()
    assert label.font().pixelSize() == Type.SCREEN_TITLE
    theme().set_text_percent(900)
    assert theme().text_percent == 200
    label.ensurePolished()
    assert label.font().pixelSize() == 2 * Type.SCREEN_TITLE
    assert theme().px(Size.CONTROL) == 76
    theme().set_text_percent(20)
    assert theme().text_percent == 100


def test_numbers_stand_in_columns() -> None:
    from PySide6.QtGui import QFontMetricsF

    measure = QFontMetricsF(theme().font(Type.FIELD))
    assert len({round(measure.horizontalAdvance(digit), 2) for digit in "0123456789"}) == 1


def test_without_movement_nothing_fades_and_the_typing_mark_does_not_blink(qtbot: QtBot) -> None:
    assert 0 < theme().fade_ms <= 150
    theme().set_still(True)
    assert theme().fade_ms == 0


@pytest.mark.parametrize("language", ["ar", "fa_AF", "ar_XB", "ur", "he"])
def test_languages_that_run_from_the_right(language: str) -> None:
    assert reads_right_to_left(language)


@pytest.mark.parametrize("language", ["es", "en", "en_XA", "ht", "am", "zh"])
def test_languages_that_run_from_the_left(language: str) -> None:
    assert not reads_right_to_left(language)


def _inks(icon: QIcon, side: int) -> list[QColor]:
    picture: QImage = icon.pixmap(QSize(side, side)).toImage()
    return [
        picture.pixelColor(x, y)
        for x in range(picture.width())
        for y in range(picture.height())
        if picture.pixelColor(x, y).alpha() == 255
    ]


def _is_drawn_in(icon: QIcon, colour: str) -> bool:
    """Whether every full pixel has the colour; smoothing may round a channel by one."""
    wanted, inks = QColor(colour), _inks(icon, 48)
    return bool(inks) and all(
        max(abs(ink.red() - wanted.red()), abs(ink.green() - wanted.green()), abs(ink.blue() - wanted.blue()))
        <= 2
        for ink in inks
    )


def test_an_icon_takes_the_colour_its_token_has_now() -> None:
    icon = icons.icon("portrait", "accent")
    assert _is_drawn_in(icon, LIGHT.accent)
    theme().set_mode(Mode.DARK)
    assert _is_drawn_in(icon, DARK.accent)


def test_an_icon_is_sharp_on_a_dense_screen() -> None:
    picture = icons.icon("people").pixmap(QSize(24, 24), 2.0)
    assert (picture.width(), picture.devicePixelRatio()) == (48, 2.0)


def test_every_icon_is_of_the_family_and_draws_something() -> None:
    assert len(icons.names()) >= 40
    for name in icons.names():
        drawing = resource("icons", f"{name}.svg").read_text("utf-8")
        assert 'viewBox="0 0 24 24"' in drawing and 'stroke-width="1.5"' in drawing, name
        assert "<text" not in drawing and "#" not in drawing, name
        assert _inks(icons.icon(name, "text"), 48), name


def test_an_icon_that_does_not_exist_is_a_mistake() -> None:
    with pytest.raises(FileNotFoundError):
        icons.icon("no such icon")


@given(st.text("abcdefghij XYZ.,", min_size=1, max_size=60), st.integers(0, 10**6))
def test_the_long_language_keeps_the_parts_and_is_longer(text: str, n: int) -> None:
    catalogue = pseudo_catalogue("en_XA")
    assert catalogue is not None
    said = catalogue.gettext(f"{text} {{n}} {{place}}").format(n=n, place="B2-14")
    assert str(n) in said and "B2-14" in said
    assert len(said) > len(f"{text} {n} B2-14")


@pytest.mark.parametrize("language", PSEUDO_LANGUAGES)
def test_made_up_languages_speak_through_the_one_door(language: str) -> None:
    speak(language, pseudo_catalogue(language))
    assert tr("Reception") != "Reception"
    assert "7" in ntr("{n} row", "{n} rows", 7)
    assert ptr("key", "Enter") != "Enter"
    assert "<b>" in tr("<b>Bold</b> {x}", x=1)
    assert pseudo_catalogue("es") is None


@BOTH
def test_every_colour_the_style_writes_with_stands_out_where_it_is_written(colours: Colours) -> None:
    """Each rule of the style sheet that names an ink and a ground: 4.5 to 1, whatever is added later."""
    template = resource("style", "desk.qss").read_text(encoding="utf-8")
    pairs = set()
    for rule in re.findall(r"\{([^}]*)\}", template):
        inks = re.findall(r"(?<![\w-])color: @([a-z_]+)", rule)
        grounds = re.findall(r"(?<![\w-])background: @([a-z_]+)", rule)
        chosen = re.findall(r"selection-color: @([a-z_]+)", rule)
        under = re.findall(r"selection-background-color: @([a-z_]+)", rule)
        pairs |= {(ink, ground) for ink in inks for ground in grounds}
        pairs |= {(ink, ground) for ink in chosen for ground in under}
    assert len(pairs) >= 7, "the rules were not found"
    for ink, ground in sorted(pairs):
        ratio = contrast(getattr(colours, ink), getattr(colours, ground))
        assert ratio >= 4.5, f"{ink} on {ground}: {ratio:.2f}"
