"""Nordic brokers: Avanza and Nordnet. Values are in the account's currency, prices in the instrument's own.

Avanza's file has no price: value divided by quantity is used, and the ISIN for a symbol. Nordnet's (UTF-16, parted by
tabs) has neither ticker nor ISIN, so that names are symbols.
"""

from __future__ import annotations

from ..broker_table import BOND, IN_HEADER, BrokerTable

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
        source="lists of stocks and funds in the tests of several importers (no, da), and the code of one (sv)",
        confidence="high",
        signature=(
            "navn|handel|namn",
            "antall|antal",
            "gav|kostpris|gak|gak/gns. kurs",
            "verdi nok|v\u00e4rde sek|v\u00e6rdi dkk",
        ),
        columns={
            "symbol": ("navn", "handel", "namn"),
            "price_currency": ("valuta",),
            "quantity": ("antall", "antal"),
            "price": ("siste kurs", "senaste kurs", "seneste kurs", "nav", "indre v\u00e6rdi"),
            "value": ("verdi nok", "v\u00e4rde sek", "v\u00e6rdi dkk"),
            "pnl": ("avkast. nok", "avkast. sek", "afkast dkk"),
        },
        currency=IN_HEADER,
        decimal=None,
        cash="kontanter|kontanta medel|likvider",
        names=True,
    ),
    BrokerTable(
        key="nordnet-beholdning",
        broker="Nordnet",
        source="the columns of Nordnet Denmark's 'Beholdning' as one user describes them",
        confidence="low",
        signature=("papirnavn", "isin", "m\u00e6ngde", "kursv\u00e6rdi dkk", "depotnummer"),
        columns={
            "account": ("depotnummer",),
            "account_name": ("depotnavn",),
            "symbol": ("isin",),
            "description": ("papirnavn",),
            "kind": ("papirtype",),
            "quantity": ("m\u00e6ngde",),
            "price": ("kurs",),
            "price_currency": ("valuta",),
            "value": ("kursv\u00e6rdi dkk",),
            "as_of": ("dato",),
        },
        currency="DKK",
        decimal=",",
        left_out=("obligation(?:er)?", BOND),
    ),
)
