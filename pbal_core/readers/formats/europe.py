"""Banks and brokers of Germany, Austria, France and Switzerland. Symbols are ISINs or WKNs, as the file has them.

Values are in euros (Swissquote: francs); a price in another currency is not used, value divided by quantity is. Bonds
are left out where the unit, the currency of the price (``%``) or the kind says that it is one.
"""

from __future__ import annotations

from ..broker_above import Above
from ..broker_table import BOND, BrokerTable
from ..layout import ReadingState, TableRow, Verdict


def _foreign_rate(values: dict[str, str], row: TableRow, state: ReadingState) -> None:
    """An exchange rate other than 1 says that the price is not in euros."""
    if row.glance(state.draft, "rate") not in {None, 1}:
        values.pop("price", None)
        values.pop("cost_price", None)


def _swiss(row: TableRow, _state: ReadingState) -> Verdict | None:
    """The sums below each section have a label where positions have none."""
    labelled = bool(row.first) and not row.text("symbol")
    return ("header", "a section or its sum") if labelled else None


_EACH_AMOUNT = {"currency": "value", "price_currency": "price", "cost_currency": "cost", "pnl_currency": "pnl"}
"""The currency of each amount is in the column behind it."""
_BONDS = ("anleihen?|renten|.*anleihe", BOND)
"""Kinds of bonds, in German."""

FORMATS = (
    BrokerTable(
        key="boursobank",
        broker="BoursoBank",
        source="'export-positions' in the tests of several importers, with made-up holdings",
        confidence="high",
        signature=("isin", "buyingprice", "lastprice", "amount", "amountvariation"),
        columns={
            "symbol": ("isin",),
            "description": ("name",),
            "quantity": ("quantity",),
            "price": ("lastprice",),
            "value": ("amount",),
            "cost_price": ("buyingprice",),
            "pnl": ("amountvariation",),
        },
        currency="EUR",
        decimal=None,
        note="BoursoBank's file has no cash.",
    ),
    BrokerTable(
        key="ing-de",
        broker="ING (DE)",
        source="'Depot\u00fcbersicht' in the tests of two importers, and the code of two others",
        confidence="high",
        signature=("isin", "wertpapiername", "st\u00fcck/nominale", "bewertungskurs", "kurswert"),
        columns={
            "symbol": ("isin",),
            "description": ("wertpapiername",),
            "quantity": ("st\u00fcck/nominale",),
            "kind": ("einheitskennzeichen",),
            "price": ("bewertungskurs",),
            "value": ("kurswert",),
            "cost": ("einstandswert",),
            "pnl": ("gewinn/verlust",),
        },
        behind=_EACH_AMOUNT,
        decimal=",",
        total="depot-gesamtwert",
        left_out=("nominale?|prozent|%|eur|usd", BOND),
        above=(Above(r"depot\u00fcbersicht vom (.*)", "as_of"), Above("depotnummer", "account")),
    ),
    BrokerTable(
        key="dkb",
        broker="DKB",
        source="'Depotbestand' (before 2023) in the code of several importers",
        confidence="medium",
        signature=("isin / wkn", "bestand", "kurswert in euro"),
        columns={
            "symbol": ("isin / wkn",),
            "description": ("bezeichnung",),
            "quantity": ("bestand",),
            "price": ("kurs",),
            "value": ("kurswert in euro",),
            "cost": ("einstandswert",),
            "pnl": ("gewinn / verlust",),
            "rate": ("dev. kurs",),
        },
        behind={"kind": "quantity", "cost_currency": "cost", "pnl_currency": "pnl"},
        currency="EUR",
        decimal=",",
        left_out=("nominale?|prozent|%|eur|usd", BOND),
        adjust=_foreign_rate,
        above=(
            Above("(?:depotgesamtwert|bestand) per:?", "as_of"),
            Above("depotgesamtwert in euro?:?", "total"),
            Above("depot(?:nummer)?:?", "account"),
        ),
    ),
    BrokerTable(
        key="consorsbank",
        broker="Consorsbank",
        source="'Depot\u00fcbersicht' in the test of an importer, and an older one in the code of two others",
        confidence="high",
        signature=("wkn", "gattung", "st\u00fcck/nominal", "einstandskurs inkl. nk", "gesamtwert|gesamtwert eur"),
        columns={
            "symbol": ("wkn",),
            "description": ("name",),
            "kind": ("gattung",),
            "quantity": ("st\u00fcck/nominal",),
            "price": ("kurs",),
            "value": ("gesamtwert", "gesamtwert eur"),
            "currency": ("gesamtwert w\u00e4hrung",),
            "price_currency": ("kurs w\u00e4hrung/prozent",),
            "pnl": ("entwicklung absolut",),
            "cost": ("einstandswert",),
            "cost_currency": ("einstandswert w\u00e4hrung",),
            "as_of": ("datum/uhrzeit", "datum/zeit"),
        },
        behind={"price_currency": "price", "cost_currency": "cost"},
        currency="EUR",
        decimal=",",
        total="gesamtdepotwert.*",
        left_out=_BONDS,
        above=(Above("depot", "account_below"), Above("gesamtdepotwert.*", "total_below")),
        note="Consorsbank's file has no cash.",
    ),
    BrokerTable(
        key="comdirect",
        broker="comdirect",
        source="the test of an importer, and two other layouts in the code of others",
        confidence="medium",
        signature=(
            "bezeichnung",
            "st\u00fcck / nominale|st\u00fcck/nom.|st\u00fcck",
            "w\u00e4hrung|whg.",
            "aktueller kurs|akt. kurs|aktuell",
            "wert in eur",
        ),
        columns={
            "symbol": ("isin", "wkn"),
            "description": ("bezeichnung",),
            "kind": ("typ",),
            "quantity": ("st\u00fcck / nominale", "st\u00fcck/nom.", "st\u00fcck"),
            "price": ("aktueller kurs", "akt. kurs", "aktuell"),
            "price_currency": ("w\u00e4hrung", "whg."),
            "value": ("wert in eur",),
            "cost": ("kaufwert in eur",),
            "pnl": ("diff. abs (2)",),
            "as_of": ("datum",),
        },
        currency="EUR",
        decimal=",",
        total="depotwert",
        footer="kaufwert",
        left_out=("anleihen?", BOND),
        note="comdirect's file has no cash.",
    ),
    BrokerTable(
        key="deutsche-bank",
        broker="Deutsche Bank",
        source="'PrivatDepot' in the test of an importer, and downloads of maxblue that people sent to another",
        confidence="medium",
        signature=("bankleistungsnummer", "bestand", "devisenkurs", "marktwert in eur inkl. st\u00fcckzinsen"),
        columns={
            "account": ("bankleistungsnummer",),
            "symbol": ("isin",),
            "description": ("bezeichnung",),
            "kind": ("gattung", "struktur"),
            "quantity": ("bestand",),
            "price": ("kurs",),
            "rate": ("devisenkurs",),
            "value": ("marktwert in eur inkl. st\u00fcckzinsen",),
            "pnl": ("gewinn/verlust in eur",),
        },
        currency="EUR",
        decimal=",",
        cash="liquidit\u00e4t",
        left_out=("renten|anleihen?", BOND),
        adjust=_foreign_rate,
    ),
    BrokerTable(
        key="s-broker",
        broker="S Broker (Sparkasse)",
        source="'Depot\u00fcbersicht', a download of 2021 that somebody sent to an importer",
        confidence="medium",
        signature=("nominal / st\u00fcck", "isin", "lagerstelle", "aktuelle summe", "aktueller kurs"),
        columns={
            "symbol": ("isin",),
            "description": ("name",),
            "kind": ("gattung",),
            "quantity": ("nominal / st\u00fcck",),
            "price": ("aktueller kurs",),
            "value": ("aktuelle summe",),
            "cost": ("kaufwert",),
            "pnl": ("kurserfolg abs.",),
            "as_of": ("datum / zeit",),
        },
        behind=_EACH_AMOUNT,
        decimal=",",
        left_out=_BONDS,
        above=(Above("depotkontonummer:?", "account"),),
        note="S Broker's file has no cash.",
    ),
    BrokerTable(
        key="onvista",
        broker="onvista bank",
        source="'Depot\u00fcbersicht Wertpapiere', a download of 2021 that somebody sent to an importer",
        confidence="medium",
        signature=("bestand", "isin", "akt. geldkurs", "aktueller wert", "aktueller wert currency"),
        columns={
            "symbol": ("isin",),
            "description": ("name",),
            "kind": ("typ",),
            "quantity": ("bestand",),
            "price": ("akt. geldkurs",),
            "value": ("aktueller wert",),
            "cost": ("kaufwert",),
            "cost_price": ("kaufkurs",),
            "pnl": ("gesamtperformance",),
            "as_of": ("datum",),
        },
        behind=_EACH_AMOUNT,
        decimal=",",
        left_out=_BONDS,
        above=(Above("depot", "account"),),
        note="onvista's file has no cash.",
    ),
    BrokerTable(
        key="flatex",
        broker="flatex",
        source="'Depotbestand' in the code of one importer, and its columns in the tests of another",
        confidence="medium",
        signature=("bezeichnung", "isin", "stk./nominale", "einstandskurs", "akt. kurs"),
        columns={
            "symbol": ("isin",),
            "description": ("bezeichnung",),
            "kind": ("kategorie",),
            "quantity": ("stk./nominale",),
            "price": ("akt. kurs",),
            "cost_price": ("einstandskurs",),
            "as_of": ("datum",),
        },
        behind={"currency": "price", "cost_price_currency": "cost_price"},
        decimal=",",
        left_out=("anleihen?", BOND),
        note="flatex's file has no cash.",
    ),
    BrokerTable(
        key="swissquote",
        broker="Swissquote",
        source="the French list of positions in the tests of an importer, and its places in the code of another",
        confidence="medium",
        signature=("symbole|symbol", "dev.|ccy", "g&p chf|p&l chf|g/l chf", "valeur totale chf|total value chf"),
        columns={
            "symbol": ("symbole", "symbol"),
            "quantity": ("quantit\u00e9", "quantity"),
            "price": ("prix", "price"),
            "price_currency": ("dev.", "ccy"),
            "value": ("valeur totale chf", "total value chf"),
            "pnl": ("g&p chf", "p&l chf", "g/l chf"),
        },
        currency="CHF",
        decimal=None,
        classify=_swiss,
        note="Swissquote's list of positions has no cash.",
    ),
)
