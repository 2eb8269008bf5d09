"""PySide6 6.12 on Python 3.11 drops a reference to None with each call, until a window aborts."""

from __future__ import annotations

import sys

from PySide6.QtWidgets import QApplication, QLabel

CALLS = 5000


def test_calls_that_return_none_keep_its_references(qapp: QApplication) -> None:
    label = QLabel()
    try:
        label.setText("warm")
        before = sys.getrefcount(None)
        for _ in range(CALLS):
            label.setText("Ana")
        drift = sys.getrefcount(None) - before
    finally:
        label.deleteLater()
    # One per call when it is broken (decision 0001); other objects come and go by the dozen.
    assert abs(drift) < CALLS // 50, f"{drift} references to None after {CALLS} calls"
