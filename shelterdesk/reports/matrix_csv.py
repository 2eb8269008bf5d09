"""The matrix as a file other offices read: CSV with a row of HXL tags, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import astuple, fields
from datetime import date
from pathlib import Path
from typing import BinaryIO

from shelterdesk.core.matrix import MatrixRow
from shelterdesk.reports.target import write_whole

COLUMNS = tuple(one.name for one in fields(MatrixRow))

HXL_TAGS = (
    "#country+code", "#loc+name", "#date+start", "#date+end", "#frequency+type", "#country+code+origin",
    "#country+name+origin", "#region+code+origin", "#meta+scheme", "#affected+ind", "#affected+ind+f",
    "#affected+ind+m", "#affected+ind+i", "#affected+ind+unknown_sex", "#affected+f+infants+age0_4",
    "#affected+f+children+age5_11", "#affected+f+adolescents+age12_17", "#affected+f+adults+age18_59",
    "#affected+f+elderly+age60plus", "#affected+f+unknown_age", "#affected+m+infants+age0_4",
    "#affected+m+children+age5_11", "#affected+m+adolescents+age12_17", "#affected+m+adults+age18_59",
    "#affected+m+elderly+age60plus", "#affected+m+unknown_age", "#affected+x_or_unknown_sex+children+age0_17",
    "#affected+x_or_unknown_sex+adults+age18plus", "#affected+x_or_unknown_sex+unknown_age",
    "#affected+ind+children+age0_17", "#affected+ind+adults+age18plus", "#affected+ind+unknown_age",
    "#affected+children+unaccompanied", "#affected+children+separated", "#status+code", "#description+notes",
    "#meta+source", "#date+reported",
)  # fmt: skip
"""One tag per column (HXL 1.1); custom attributes as in DOMAIN §3."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\0")


def write_matrix(rows: Iterable[MatrixRow], target: Path | BinaryIO) -> int:
    """Write header, HXL row and one line per row (RFC 4180, UTF-8, every cell quoted).

    Returns how many rows there are. Raises :class:`DiskFull` or :class:`CannotWrite`.
    """
    lines = [[_cell(value) for value in astuple(row)] for row in rows]
    text = io.StringIO(newline="")
    table = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    table.writerow(COLUMNS)
    table.writerow(HXL_TAGS)
    table.writerows(lines)
    write_whole(target, text.getvalue().encode())
    return len(lines)


def safe_text(text: str) -> str:
    """``text`` with an apostrophe before what a spreadsheet would take for a formula (SYNC §2, OWASP)."""
    return f"'{text}" if is_formula(text) else text


def is_formula(text: str) -> bool:
    """Whether a spreadsheet would take ``text`` for more than text."""
    return text.startswith(_FORMULA)


def as_meant(cell: str) -> str:
    """The text :func:`safe_text` was given, for reading such a file back."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int):
        return str(value)
    return safe_text(str(value))
