"""IBKR Flex Query as XML.

Source: IBKR's Flex Query reference and public real, anonymised downloads. ``FlexStatement`` holds the account,
``OpenPositions/OpenPosition`` one element a position and ``CashReport/CashReportCurrency`` one a currency; attributes
are present only where the query ticks them. A document type declaration is refused: it could define entities that
expand without end, and IBKR writes none.

Worked example: ``<OpenPosition symbol="VTI" position="10" markPrice="250" positionValue="2500"/>`` is 10 VTI.
"""

from __future__ import annotations

from xml.parsers import expat

from ...errors import DataError, Issue, Place
from ..document import MAX_ROWS, Document, Record
from ..draft import StatementDraft
from ..facts import RowKind
from ..source import refused
from ..statement import Statement
from . import flex
from .flex_record import FlexRecord, folded

KEY = "flex-xml"
BROKER = "Interactive Brokers Flex Query"


def find(document: Document) -> int | None:
    """0 for a document whose root is a Flex response."""
    return 0 if "<FlexQueryResponse" in document.xml[:20_000] else None


def read(document: Document, _begin: int) -> Statement:
    """Reads a Flex XML report.

    Raises:
        DataError: Broken XML, a document type declaration, no section Open Positions, or every bad position.
    """
    draft = StatementDraft(format=KEY, broker=BROKER, price_slack=flex.PRICE_SLACK)
    elements = _Elements(draft)
    parser = expat.ParserCreate("utf-8")
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = lambda name, attributes: elements.start(name, attributes, parser.CurrentLineNumber)
    try:
        parser.Parse(document.xml.encode(), True)  # noqa: FBT003 - the interface of expat
    except expat.ExpatError as error:
        message = f"the XML is broken: {expat.ErrorString(error.code)}; download it again."
        raise DataError([Issue("error", "bad_xml", message, Place(line=error.lineno))]) from None
    if not elements.has_positions:
        draft.refuse("no_positions_section", "the report has no section Open Positions; add it to the Flex Query.")
    flex.read_sections(draft, elements.positions, elements.cash)
    return draft.statement()


def _named(attribute: tuple[str, str]) -> tuple[str, str]:
    return folded(attribute[0]), attribute[1]


def _refuse_doctype(*_: object) -> None:
    raise refused("doctype", "the XML has a document type declaration, which IBKR never writes; it is refused.")


class _Elements:
    """Collects the elements that matter, with their lines."""

    def __init__(self, draft: StatementDraft) -> None:
        self.draft = draft
        self.account = ""
        self.count = 0
        self.has_positions = False
        self.to_date = ""
        self.positions: list[FlexRecord] = []
        self.cash: list[FlexRecord] = []

    def start(self, name: str, attributes: dict[str, str], line: int) -> None:
        """One start tag; every one becomes a row, a position or a cash balance."""
        self.count += 1
        if self.count > MAX_ROWS:
            raise refused("too_many_rows", f"the report has more than {MAX_ROWS:,} elements; it is no positions file.")
        cells = (name, *(f"{key}={value}" for key, value in list(attributes.items())[:12]))
        if name in {"OpenPosition", "CashReportCurrency"}:
            entry = FlexRecord.of(line, cells, map(_named, attributes.items()), self.account)
            entry.values.setdefault("assetclass", "")  # an element is never the plain file of four columns
            entry.values["todate"] = entry.text("todate") or self.to_date
            (self.positions if name == "OpenPosition" else self.cash).append(entry)
            return
        if name == "FlexStatement":
            self.account = attributes.get("accountId", "")
            self.to_date = attributes.get("toDate", "")
        elif name == "AccountInformation":
            base = attributes.get("currency", "")
            if base:
                self.draft.bases[attributes.get("accountId") or self.account] = base
        elif name == "OpenPositions":
            self.has_positions = True
        frame = name in {"FlexQueryResponse", "FlexStatements", "FlexStatement", "OpenPositions", "CashReport"}
        kind: RowKind = "header" if frame or name == "AccountInformation" else "other"
        self.draft.row(Record(line, cells), kind, f"element {name[:40]}")
