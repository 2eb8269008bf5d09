"""The widgets screens are made of, each in its own file, all importable from here."""

from shelterdesk.ui.icons import IconMark
from shelterdesk.ui.widgets.big_answer import BigAnswer
from shelterdesk.ui.widgets.buttons import ButtonRow, PrimaryButton, QuietButton, SecondaryButton, SmallButton
from shelterdesk.ui.widgets.card import Card
from shelterdesk.ui.widgets.choice_field import Choice, ChoiceField
from shelterdesk.ui.widgets.empty_state import EmptyState
from shelterdesk.ui.widgets.flow import FlowLayout
from shelterdesk.ui.widgets.folding import FieldGrid, FoldingColumns
from shelterdesk.ui.widgets.key_hint import KeyHint, key_words
from shelterdesk.ui.widgets.labelled_field import LabelledField
from shelterdesk.ui.widgets.message_line import Message, ToastLine
from shelterdesk.ui.widgets.pick_field import PickField
from shelterdesk.ui.widgets.pill import Pill
from shelterdesk.ui.widgets.popup_list import Found
from shelterdesk.ui.widgets.rows_model import ROW, SORT, Column, RowsModel
from shelterdesk.ui.widgets.rows_table import RowsTable
from shelterdesk.ui.widgets.scan_field import ScanField, looks_like_code
from shelterdesk.ui.widgets.status_bar import OtherDesk, StatusBar, StatusLine
from shelterdesk.ui.widgets.task_line import TaskLine
from shelterdesk.ui.widgets.text import rule, set_role, words
from shelterdesk.ui.widgets.tick_box import TickBox
from shelterdesk.ui.widgets.tile import Tile
from shelterdesk.ui.widgets.tone import Tone
from shelterdesk.ui.widgets.type_ahead import TypeAhead

__all__ = [
    "ROW", "SORT", "BigAnswer", "ButtonRow", "Card", "Choice", "ChoiceField", "Column", "EmptyState",
    "FieldGrid", "FlowLayout", "FoldingColumns", "Found", "IconMark", "KeyHint", "LabelledField", "Message",
    "OtherDesk", "PickField", "Pill", "PrimaryButton", "QuietButton", "RowsModel", "RowsTable", "ScanField",
    "SecondaryButton", "SmallButton", "StatusBar", "StatusLine", "TaskLine", "TickBox", "Tile", "ToastLine",
    "Tone", "TypeAhead", "key_words", "looks_like_code", "rule", "set_role", "words",
]  # fmt: skip
