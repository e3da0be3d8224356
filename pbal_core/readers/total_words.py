"""Labels of rows that sum up others, in ten languages, and of what is pending.

The model: a label is that of a total when it is one of a few phrases, or when all its words are known and one of them
says that it is the worth of something: ``Portfolio value``, ``Total market value``, ``Valeur du compte``. A value of
one asset has another word in its name.

Worked example: ``Net account value (USD)`` is a total; ``Total Stocks`` and ``Total USD`` are parts of one; ``Value
Fund`` is neither.
"""

from __future__ import annotations

import re

from .headers import ISO_CODES


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TOTALS = frozenset({
    "total", "totals", "grand total", "total value", "portfolio total", "account total", "positions total", "gesamt",
    "gesamtsumme", "summe", "gesamtwert", "totaal", "totale", "total general", "total g\u00e9n\u00e9ral", "totalt",
    "i alt", "summa", "sum total", "total portfolio", "total assets", "net worth", "somme", "suma", "soma",
    "\u03a3", "\u2211",
})  # fmt: skip
_WORTH = _words(
    "total value worth wert gesamtwert depotwert kontowert kurswert marktwert depotvolumen gesamtverm\xf6gen "
    "valeur valorisation evaluation \xe9valuation totaal totale waarde marktwaarde portefeuillewaarde valore "
    "controvalore patrimonio valor valoraci\xf3n patrim\xf4nio totalt v\xe4rde marknadsv\xe4rde totalv\xe4rde verdi "
    "markedsverdi totalverdi v\xe6rdi kursv\xe6rdi markedsv\xe6rdi depotv\xe6rdi"
)
_ABOUT = _words(
    "portfolio portfolios account accounts market net current present of the in all my holding holdings position "
    "positions security securities investment investments asset assets liquidation depot konto "
    "gesamt aktueller des der mein du de de la le les mon portefeuille compte titres rekening huidige van het "
    "portafoglio conto del di titoli portaf\xf3lio cartera cuenta valores los carteira conta dos ativos "
    "portf\xf6ljens portf\xf6lj kontots depotets portef\xf8lje portef\xf8ljens kontoens samlet marknads"
)
_PART_OF_TOTAL = r"sub[- ]?totals?\b.*|totals? .*|.* (?:sub-?)?totals?|zwischensumme.*|sous-total.*|subtotaal.*"
_PENDING = r"(?:pending|unsettled|outstanding)\b.*|.*\bnot (?:yet )?settled"
_LONGEST = 80


def is_total(label: str, *, summed: bool) -> bool:
    """A folded label is that of the total of a table; some are names too, unless the row's numbers are blank.

    Args:
        label: The label, folded.
        summed: The row has no shares or no price.
    """
    if label in _TOTALS:
        return True
    if not summed or len(label) > _LONGEST:
        return False
    words = re.findall(r"[^\W\d_]+", label)
    plain = [word for word in words if word.upper() not in ISO_CODES]
    known = all(word in _WORTH or word in _ABOUT for word in plain)
    return label == "sum" or (
        known and not _WORTH.isdisjoint(plain) and plain not in (["total"], ["totale"], ["totaal"])
    )


def is_sub_total(label: str) -> bool:
    """A folded label is that of a part of the total."""
    return re.fullmatch(_PART_OF_TOTAL, label[:_LONGEST]) is not None


def is_pending(label: str) -> bool:
    """A folded label is that of activity which is not settled."""
    return re.fullmatch(_PENDING, label[:_LONGEST]) is not None
