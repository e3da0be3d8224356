"""A plan as one page to print: inputs, trades, drift before and after, the proof, the day.

The model: a self-contained HTML text with its own styles, no script and no address of any other host. Everything that
comes from a file is escaped. The day is given by the caller; nothing here looks at a clock.
"""

from __future__ import annotations

from datetime import date
from html import escape

from ..money import format_percent
from ..planning.plan import Plan
from .columns import PRINTED_COLUMNS
from .numbers import key_numbers
from .summary import proof_words, remarks, sentence

_STYLE = """
@page { margin: 14mm }
body { font: 10pt/1.35 system-ui, sans-serif; color: #1b2430; max-width: 190mm; margin: 8mm auto }
@media print { body { margin: 0 } }
h1 { font-size: 14pt; margin: 0 } h2 { font-size: 11pt; margin: 3.5mm 0 1mm }
p { margin: 1.5mm 0 } .quiet { color: #55606e } .alert { font-weight: 700 }
table { border-collapse: collapse; width: 100%; font-size: 9pt; font-variant-numeric: tabular-nums }
th, td { padding: .5mm 1.5mm; border-bottom: .2mm solid #c9d1dc; text-align: right; white-space: nowrap }
th.symbol, td.symbol, th.reason { text-align: left } tr { break-inside: avoid }
td.reason { text-align: left; white-space: normal; font-size: 7.5pt; line-height: 1.2; color: #55606e }
tr.trade td.shares { font-weight: 700 } dl { display: flex; flex-wrap: wrap; gap: 1mm 6mm; margin: 2mm 0 }
dt { font-size: 8.5pt; color: #55606e } dd { margin: 0; font-weight: 600 }
"""


def plan_html(plan: Plan, *, name: str, day: date) -> str:
    """The page.

    Args:
        plan: What to print.
        name: What the portfolio is called.
        day: The day that is printed on the page.
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
    proof = proof_words(plan)
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
<p class="quiet">Portfolio Balancer, {day.day} {day:%B %Y}. Prices are those of {escape(name)}.</p>
{said}
<h2>The question</h2>
{_list(inputs)}
<h2>The plan</h2>
{_list(numbers)}
<p>{escape(proof)}</p>
{_table(plan)}
<p class="quiet">Largest drift from target: {format_percent(plan.drift_before)} of the portfolio before,
{format_percent(plan.drift_after)} after. Nothing has been traded. Not financial advice.</p>
</body>
</html>
"""


def _list(pairs: dict[str, str]) -> str:
    items = "".join(f"<div><dt>{escape(term)}</dt><dd>{escape(text)}</dd></div>" for term, text in pairs.items())
    return f"<dl>{items}</dl>"


def _table(plan: Plan) -> str:
    """The columns that are printed; a weight has its percent sign in the title."""
    head = "".join(f'<th scope="col" class="{c.key}">{c.printed}</th>' for c in PRINTED_COLUMNS)
    texts = [[text.removesuffix(" %") for text in column.texts(plan)] for column in PRINTED_COLUMNS]
    lines = []
    for order, cells in zip(plan.orders, zip(*texts, strict=True), strict=True):
        pairs = zip(PRINTED_COLUMNS, cells, strict=True)
        body = "".join(f'<td class="{column.key}">{escape(cell)}</td>' for column, cell in pairs)
        marked = ' class="trade"' if order.shares else ""
        lines.append(f"<tr{marked}>{body}</tr>")
    return f"<table><thead><tr>{head}</tr></thead><tbody>\n{chr(10).join(lines)}\n</tbody></table>"
