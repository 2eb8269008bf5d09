"""A scanned travel document as answers in the form: what it says, and what does not fit in it."""

from __future__ import annotations

from shelterdesk.core.countries import iso3
from shelterdesk.core.mrz import TravelDocumentZone
from shelterdesk.core.vocabulary import DocumentType, Sex
from shelterdesk.core.words import tr
from shelterdesk.ui.screens.reception_typed import Typed, Zone

_KINDS = {"P": DocumentType.PASSPORT, "I": DocumentType.NATIONAL_ID, "A": DocumentType.NATIONAL_ID,
          "C": DocumentType.NATIONAL_ID}  # fmt: skip


def answers_of(read: TravelDocumentZone) -> tuple[Zone, dict[str, Typed]]:
    """The document and what it says of its bearer, by field.

    Names of a zone are in capitals without accents (ICAO Doc 9303 part 3 §6): they stand as proposals to be
    compared with the page, in the way names are written.
    """
    kind = _KINDS.get(read.doc_code[:1], DocumentType.OTHER)
    said = {
        "surnames": Typed(read.surnames.title()),
        "given": Typed(read.given.title()),
        "document_type": Typed(codes=(kind.value,)),
        "document_number": Typed(read.number),
    }
    code = read.nationality or (read.nationality_code if read.nationality_status else None)
    if code:
        said["nationality"] = Typed(codes=(code,)) if iso3(code) else Typed(code)
    if read.birth is not None:
        said["birth"] = Typed(read.birth)
    if read.sex in set(Sex) and read.sex != Sex.U:
        said["sex"] = Typed(codes=(read.sex,))
    zone = Zone(
        "\n".join(read.lines), read.number, read.issuer, read.expiry or "", read.single_name, _mistake(read)
    )
    return zone, said


def _mistake(read: TravelDocumentZone) -> str:
    """What a person has to look at on the page."""
    said = []
    if not read.valid:
        said.append(tr("A check digit of the document does not fit: compare everything with the page."))
    if read.expired:
        said.append(tr("This document has expired."))
    return " ".join([*said, *read.warnings])
