"""The leak scan finds what was planted to prove it can, also inside a PDF, and nothing where nothing is."""

from __future__ import annotations

import random
from pathlib import Path

from reportlab.pdfgen.canvas import Canvas

from shelterdesk.reports.faces import find_faces
from shelterdesk.reports.paper import Paper
from tests.leak_scan import plant, scan

NAME = "Quispemamani Toussaint"


def test_planted_names_are_found(tmp_path: Path) -> None:
    planted = plant(tmp_path / "out", NAME)
    assert {leak.path for leak in scan(tmp_path, [NAME])} == set(planted.values())


def test_a_name_inside_a_pdf_is_found(tmp_path: Path) -> None:
    for compressed in (0, 1):
        path = tmp_path / f"{compressed}.pdf"
        canvas = Canvas(str(path), pageCompression=compressed)
        canvas.drawString(100, 100, NAME)
        canvas.save()
        assert [leak.path for leak in scan(tmp_path, [NAME])][-1] == path
        path.unlink()


def test_a_name_in_an_embedded_font_is_found(tmp_path: Path) -> None:
    paper = Paper("a4", find_faces(), "sheet")
    paper.text(20, 30, NAME, 12)
    (tmp_path / "sheet.pdf").write_bytes(paper.finished())
    assert any("read" in leak.way for leak in scan(tmp_path, [NAME]))


def test_random_bytes_and_short_names_give_nothing(tmp_path: Path) -> None:
    (tmp_path / "noise").write_bytes(random.Random(1).randbytes(1 << 20))
    (tmp_path / "short").write_text("Ana Luz")
    assert scan(tmp_path, [NAME, "Ana", "Luz"]) == []
    (tmp_path / "names.txt").write_text(NAME)
    assert scan(tmp_path, [NAME], leave_out=["names.txt"]) == []


def test_room_kept_back_hides_no_name(tmp_path: Path) -> None:
    room = tmp_path / "reserve.room"
    room.write_bytes(bytes(1 << 20))
    assert scan(tmp_path, [NAME]) == []
    room.write_bytes(bytes(1 << 20) + NAME.encode() + bytes(1 << 20))
    assert [leak.path for leak in scan(tmp_path, [NAME])] == [room]
