"""Workbooks read back by hand, as the XML they are: numbers are numbers, words stay words."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import BinaryIO
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from shelterdesk.reports.workbook import LONGEST_TAB, Cell, NumberTable, write_workbook

MADE = datetime(2026, 11, 24, 11, 4, tzinfo=UTC)
_NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
_EPOCH = date(1899, 12, 30).toordinal()


def read_workbook(path: Path | BinaryIO) -> dict[str, list[list[str | float | None]]]:
    """Every tab with its rows: words as text, numbers as numbers, an empty cell as None; formulas are refused."""
    with zipfile.ZipFile(path) as book:
        assert not any(name.endswith((".bin", ".vml")) for name in book.namelist())
        shared: list[str] = []
        if "xl/sharedStrings.xml" in book.namelist():
            strings = ElementTree.fromstring(book.read("xl/sharedStrings.xml"))
            shared = ["".join(t.text or "" for t in one.iter(f"{{{_NS['m']}}}t")) for one in strings]
        names = [
            one.attrib["name"] for one in ElementTree.fromstring(book.read("xl/workbook.xml")).iterfind(".//m:sheet", _NS)
        ]  # fmt: skip
        return {
            name: _rows(book.read(f"xl/worksheets/sheet{at}.xml"), shared) for at, name in enumerate(names, 1)
        }


def _rows(xml: bytes, shared: list[str]) -> list[list[str | float | None]]:
    rows: list[list[str | float | None]] = []
    for row in ElementTree.fromstring(xml).iterfind(".//m:row", _NS):
        while len(rows) < int(row.attrib["r"]):
            rows.append([])
        for cell in row.iterfind("m:c", _NS):
            assert cell.find("m:f", _NS) is None, "a formula"
            found = re.match(r"[A-Z]+", cell.attrib["r"])
            assert found is not None
            at = 0
            for letter in found[0]:
                at = at * 26 + ord(letter) - 64
            line = rows[-1]
            line += [None] * (at - len(line))
            value = cell.find("m:v", _NS)
            if value is None or value.text is None:
                continue
            line[at - 1] = shared[int(value.text)] if cell.attrib.get("t") == "s" else float(value.text)
    return rows


words = st.text(st.characters(min_codepoint=32, exclude_categories=("Cs", "Cn", "Co")), max_size=20)
cells: st.SearchStrategy[Cell] = st.one_of(
    st.none(), words, st.sampled_from(["=1+1", "+1", "-2", "@sum", "=cmd|' /C calc'!A0", "http://x.y", "\t=1"]),
    st.integers(-(10**9), 10**9), st.floats(-1e6, 1e6), st.dates(date(1900, 3, 1), date(2100, 1, 1)),
)  # fmt: skip


@given(st.lists(st.lists(cells, min_size=3, max_size=3), max_size=5))
def test_what_is_written_is_read_back(rows: list[list[Cell]]) -> None:
    out = io.BytesIO()
    table = NumberTable("Any [table]: a/b?", (), ("one", "two", "three"), tuple(tuple(row) for row in rows))
    write_workbook([table, table], out, MADE)
    out.seek(0)
    read = read_workbook(out)
    assert len(read) == 2 and all(len(name) <= LONGEST_TAB for name in read)
    for found in read.values():
        assert found[0] == ["one", "two", "three"]
        for row, back in zip(rows, found[1:], strict=False):
            back = back + [None] * (3 - len(back))
            for cell, seen in zip(row, back, strict=True):
                assert seen == (_as_read(cell))


def _as_read(cell: Cell) -> str | float | None:
    if cell is None:
        return None
    if isinstance(cell, date):
        return float(cell.toordinal() - _EPOCH)
    return cell if isinstance(cell, str) else float(f"{cell:.16G}")


def test_the_same_tables_give_the_same_bytes_and_name_nobody(tmp_path: Path) -> None:
    table = NumberTable("Numbers", ("Title", "=1+1"), ("a",), ((1,),))
    for name in ("a", "b"):
        write_workbook([table], tmp_path / name, MADE)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    with zipfile.ZipFile(tmp_path / "a") as book:
        assert b"<dc:creator>ShelterDesk</dc:creator>" in book.read("docProps/core.xml")
        assert b"quotePrefix" in book.read("xl/styles.xml"), "what looks like a formula is marked as a word"
