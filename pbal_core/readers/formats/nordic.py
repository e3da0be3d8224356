"""Nordic brokers: Avanza and Nordnet. Values are in the account's currency, prices in the instrument's own.

Avanza's file has no price: value divided by quantity is used, and the ISIN for a symbol. Nordnet's (UTF-16, parted by
tabs) has neither ticker nor ISIN, so that names are symbols.
"""

from __future__ import annotations

from ..broker_table import IN_HEADER, BrokerTable

FORMATS = (
    BrokerTable(
        key="avanza",
        broker="Avanza",
        source="'Mitt innehav' and 'Innehav per konto' in the tests of several importers, anonymised",
        confidence="high",
        signature=("kortnamn", "volym", "marknadsv\u00e4rde", "gav (sek)"),
        columns={
            "account": ("kontonummer",),
            "symbol": ("isin", "kortnamn"),
            "description": ("namn",),
            "asset_class": ("typ",),
            "quantity": ("volym",),
            "value": ("marknadsv\u00e4rde",),
            "cost_price": ("gav (sek)",),
        },
        currency="SEK",
        decimal=",",
        note="Avanza's file has no cash.",
    ),
    BrokerTable(
        key="nordnet",
        broker="Nordnet",
        source="stocks, funds and 'Beholdningstabell' (no) in the tests of several importers; (sv) in the code of one",
        confidence="high",
        signature=("navn|handel|namn", "antall|antal", "gav|kostpris", "verdi nok|v\u00e4rde sek"),
        columns={
            "symbol": ("navn", "handel", "namn"),
            "price_currency": ("valuta",),
            "quantity": ("antall", "antal"),
            "price": ("siste kurs", "senaste kurs", "nav"),
            "value": ("verdi nok", "v\u00e4rde sek"),
            "pnl": ("avkast. nok", "avkast. sek"),
        },
        currency=IN_HEADER,
        decimal=None,
        cash="kontanter|kontanta medel|likvider",
        names=True,
    ),
)
