"""The keeper of the catalogues: what it finds, what it merges, what it lets nobody forget."""

from __future__ import annotations

import gettext
from pathlib import Path

import pytest

from tools.strings import compile_all, faults, main, places, unmarkable, update

CODE = """
from shelterdesk.core.words import ntr, ptr, tr
def shown(name, n):
    return tr("Good evening, {name}.", name=name), ntr("One bed", "{n} beds", n), ptr("button", "Open")
"""


@pytest.fixture
def top(tmp_path: Path) -> Path:
    """A checkout with one module and a whole Spanish catalogue."""
    package = tmp_path / "shelterdesk"
    package.mkdir()
    (package / "desk.py").write_text(CODE, "utf-8")
    po = tmp_path / "resources" / "translations" / "es.po"
    po.parent.mkdir(parents=True)
    update(package, po)
    said = po.read_text("utf-8")
    said = said.replace(
        'msgid "Good evening, {name}."\nmsgstr ""', 'msgid "Good evening, {name}."\nmsgstr "Hola, {name}."'
    )
    said = said.replace('msgstr[0] ""', 'msgstr[0] "Una cama"').replace(
        'msgstr[1] ""', 'msgstr[1] "{n} camas"'
    )
    said = said.replace('msgid "Open"\nmsgstr ""', 'msgid "Open"\nmsgstr "Abrir"')
    po.write_text(said, "utf-8")
    return tmp_path


def found(top: Path) -> list[str]:
    return faults(top / "shelterdesk", top / "resources" / "translations" / "es.po")


def edit(top: Path, old: str, new: str) -> None:
    po = top / "resources" / "translations" / "es.po"
    said = po.read_text("utf-8")
    assert old in said
    po.write_text(said.replace(old, new), "utf-8")


def test_a_whole_catalogue_has_no_faults(top: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert found(top) == []
    assert main(["--top", str(top)]) == 0
    assert capsys.readouterr().out == "translations: whole\n"


def test_a_new_sentence_is_missing_until_merged_and_then_untranslated(top: Path) -> None:
    with (top / "shelterdesk" / "desk.py").open("a") as code:
        code.write('def bye():\n    return tr("Good night.")\n')
    assert found(top) == ["es.po: missing: 'Good night.' (shelterdesk/desk.py)"]
    assert main(["--top", str(top), "--update"]) == 0
    assert found(top) == ["es.po: untranslated: 'Good night.'"]
    assert "Hola, {name}." in (top / "resources" / "translations" / "es.po").read_text("utf-8")


def test_a_sentence_gone_from_the_code_is_obsolete_until_merged(top: Path) -> None:
    (top / "shelterdesk" / "desk.py").write_text(CODE.replace("Good evening", "Good morning"), "utf-8")
    assert sorted(line.split(":")[1].strip() for line in found(top)) == ["missing", "obsolete"]
    main(["--top", str(top), "--update"])
    assert found(top) == ["es.po: untranslated: 'Good morning, {name}.'"], "no translation is guessed"


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("Hola, {name}.", "Hola, {nombre}.", "places ['nombre'] instead of ['name']"),
        ("Hola, {name}.", "Hola.", "places [] instead of ['name']"),
        ("Hola, {name}.", "Hola, {name.", "its braces do not match"),
        ("{n} camas", "muchas camas", "places [] instead of ['n']"),
        ("Una cama", "Una {cama}", "places ['cama'] instead of ['n']"),
        ("Una cama", "", "untranslated"),
        ('msgctxt "button"', '#, fuzzy\nmsgctxt "button"', "marked fuzzy"),
        ('msgctxt "button"', 'msgctxt "door"', "missing: 'button|Open'"),
    ],
)
def test_a_translation_that_says_something_else_is_a_fault(old: str, new: str, fault: str, top: Path) -> None:
    edit(top, old, new)
    assert any(fault in line for line in found(top)), found(top)
    assert main(["--top", str(top)]) == 1


def test_one_person_may_keep_its_number(top: Path) -> None:
    edit(top, "Una cama", "{n} cama")
    assert found(top) == []


def test_merging_twice_changes_nothing(top: Path) -> None:
    po = top / "resources" / "translations" / "es.po"
    main(["--top", str(top), "--update"])
    once = po.read_bytes()
    main(["--top", str(top), "--update", "es"])
    assert po.read_bytes() == once


def test_a_house_without_spanish_is_not_whole(top: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (top / "resources" / "translations" / "es.po").unlink()
    assert main(["--top", str(top)]) == 1
    assert "es.po is missing" in capsys.readouterr().out


def test_the_compiled_catalogue_speaks(top: Path) -> None:
    compile_all(top / "resources" / "translations")
    with (top / "resources" / "translations" / "es.mo").open("rb") as compiled:
        spanish = gettext.GNUTranslations(compiled)
    assert spanish.gettext("Good evening, {name}.") == "Hola, {name}."
    assert spanish.ngettext("One bed", "{n} beds", 2) == "{n} camas"
    assert spanish.pgettext("button", "Open") == "Abrir"


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("def f(name):\n    return tr(f'Hello {name}')", "not a literal sentence"),
        ("def f(name):\n    return tr(name)", "not a literal sentence"),
        ("def f(n, many):\n    return words.ntr('One', many, n)", "not a literal sentence"),
        ("def f(n):\n    return f'{n}: {tr(\"Beds\")}'", "inside an f-string"),
        ('def f(n):\n    return f\'{words.ntr("One", "Many", n):>9}\'', "inside an f-string"),
        ("def f(n):\n    return tr('{n} beds.', n=n)", "“{n} beds” needs ntr"),
        ("def f(n):\n    return tr('{n} free beds', n=n)", "“{n} free beds” needs ntr"),
        ("def f(n):\n    return tr('Rooms: {rooms} rooms', rooms=n)", "“{rooms} rooms” needs ntr"),
        ("TITLE = tr('Beds')", "said at import"),
        ("class Screen:\n    title = tr('Beds')", "said at import"),
        ("def f(title=tr('Beds')):\n    return title", "said at import"),
    ],
)
def test_a_sentence_no_catalogue_can_serve_is_a_fault(code: str, fault: str, tmp_path: Path) -> None:
    (tmp_path / "desk.py").write_text(code, "utf-8")
    lines = list(unmarkable(tmp_path))
    assert len(lines) == 1
    assert fault in lines[0]


def test_a_sentence_said_when_shown_is_none(tmp_path: Path) -> None:
    code = (
        "class Screen:\n    title = staticmethod(lambda: tr('Beds'))\n"
        "    def paint(self):\n        return tr('a' 'b')\n"
        "    def limits(self):\n        return tr('At most {n} people, 1 to {n} cards, {n} of {total} rows.')\n"
    )
    (tmp_path / "desk.py").write_text(code, "utf-8")
    assert list(unmarkable(tmp_path)) == []


def test_places_are_the_names_in_braces() -> None:
    assert places("{n} of {total:,} in {{braces}}") == {"n", "total"}
