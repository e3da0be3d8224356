"""A plan as one page to print: inputs, trades, drift before and after, the proof, the day.

The model: a self-contained HTML text with its own styles, no script and no address of any other host. Everything that
comes from a file is escaped. The day is given by the caller; nothing here looks at a clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import escape

from ..money import format_percent
from ..planning.plan import Plan
from .columns import PRINTED_COLUMNS, Column
from .details import AVERAGE, gain_words
from .numbers import key_numbers
from .prices import Quotes
from .summary import proof_words, remarks, sentence
from .sums import SUM_ROWS, sum_cells

_STYLE = """
@page { margin: 14mm }
body { font: 10pt/1.35 system-ui, sans-serif; color: #1b2430; max-width: 190mm; margin: 8mm auto }
@media print { body { margin: 0 } }
h1 { font-size: 14pt; margin: 0 } h2 { font-size: 11pt; margin: 3.5mm 0 1mm }
p { margin: 1.5mm 0 } .quiet { color: #55606e } .alert { font-weight: 700 }
table { border-collapse: collapse; width: 100%; font-size: 8pt; font-variant-numeric: tabular-nums }
th, td { padding: .4mm 1mm; border-bottom: .2mm solid #c9d1dc; text-align: right; white-space: nowrap }
th.symbol, td.symbol, th.reason { text-align: left } tr { break-inside: avoid }
td.reason { text-align: left; white-space: normal; font-size: 7pt; line-height: 1.15; color: #55606e }
tr.trade td.shares, tr.sum td { font-weight: 700 } dl { display: flex; flex-wrap: wrap; gap: 1mm 6mm; margin: 2mm 0 }
dt { font-size: 8.5pt; color: #55606e } dd { margin: 0; font-weight: 600 }
"""


def plan_html(plan: Plan, *, name: str, day: date, quotes: Quotes | None = None) -> str:
    """The page.

    Args:
        plan: What to print.
        name: What the portfolio is called.
        day: The day that is printed on the page.
        quotes: What is known of the prices.
    """
    money = plan.portfolio.money
    inputs = {
        "Cash": money(plan.cash),
        "Minimum trade": money(plan.min_trade),
        "Strategy": plan.strategy.label,
        "Share rounding": plan.method.label,
        "Portfolio": money(plan.portfolio.value),
        "Positions": f"{len(plan.portfolio):,}",
    }
    if plan.limits:
        inputs["Limits"] = "; ".join(plan.limits)
    numbers = {number.label: number.value for number in key_numbers(plan)}
    said = "".join(
        f'<p class="{"quiet" if issue.severity == "info" else "alert"}">{escape(str(issue))}</p>'
        for issue in remarks(plan)
    )
    proof = "" if plan.proof is None else f"<p>{escape(proof_words(plan))}</p>"
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Plan for {escape(name)}, {day.isoformat()}</title>
<style>{_STYLE}</style>
</head>
<body>
<h1>{escape(sentence(plan))}</h1>
<p class="quiet">Portfolio Balancer, {day.day} {day:%B %Y}. Positions of {escape(name)}.
{escape((quotes or Quotes()).words())}.</p>
{said}
<h2>The question</h2>
{_list(inputs)}
<h2>The plan</h2>
{_list(numbers)}
{proof}
{_table(plan)}
<p class="quiet">Largest drift from target: {format_percent(plan.drift_before)} of the portfolio before,
{format_percent(plan.drift_after)} after. Gains are counted by average cost.
Nothing has been traded. Not financial advice.</p>
</body>
</html>
"""


def _list(pairs: dict[str, str]) -> str:
    items = "".join(f"<div><dt>{escape(term)}</dt><dd>{escape(text)}</dd></div>" for term, text in pairs.items())
    return f"<dl>{items}</dl>"


def _table(plan: Plan) -> str:
    """The columns that are printed, and the rows that make them add up; a weight has its percent sign in the title."""
    head = "".join(f'<th scope="col" class="{c.key}">{c.printed}</th>' for c in PRINTED_COLUMNS)
    texts = [[text.removesuffix(" %") for text in _texts(column, plan)] for column in PRINTED_COLUMNS]
    lines = [
        _line(cells, "trade" if order.shares else "")
        for order, cells in zip(plan.orders, zip(*texts, strict=True), strict=True)
    ]
    foot = [
        _line([title, *(cells.get(c.key, "").removesuffix(" %") for c in PRINTED_COLUMNS[1:])], "sum")
        for title, cells in zip(SUM_ROWS.values(), map(_printed, sum_cells(plan.outcome).values()), strict=True)
    ]
    body = f"<thead><tr>{head}</tr></thead><tbody>\n{chr(10).join(lines)}\n</tbody>"
    return f"<table>{body}<tfoot>\n{chr(10).join(foot)}\n</tfoot></table>"


def _texts(column: Column, plan: Plan) -> list[str]:
    """The texts of a column; the reason of a sale says what it realises, too."""
    texts = column.texts(plan)
    if column.key != "reason":
        return texts
    gains = [gain_words(plan.outcome, i).removesuffix(f" {AVERAGE}") for i in range(len(texts))]
    return [". ".join(filter(None, (text, gain))) for text, gain in zip(texts, gains, strict=True)]


def _printed(cells: dict[str, str]) -> dict[str, str]:
    """Where weights and amounts have columns side by side, money is in the amounts alone."""
    return {key: text for key, text in cells.items() if not key.startswith("weight") or text.endswith(" %")}


def _line(cells: Sequence[str], kind: str) -> str:
    pairs = zip(PRINTED_COLUMNS, cells, strict=True)
    body = "".join(f'<td class="{column.key}">{escape(cell)}</td>' for column, cell in pairs)
    return f'<tr class="{kind}">{body}</tr>' if kind else f"<tr>{body}</tr>"
