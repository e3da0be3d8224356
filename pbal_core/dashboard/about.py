"""The words behind "How it works"."""

from __future__ import annotations

HOW_IT_WORKS = """
**The question.** You hold a handful of funds and want each to be a certain share of the whole: equal shares, unless you
say otherwise. You add or take out some cash. What should you trade?

**Avoid selling.** New cash goes to the lowest position, one step of the minimum trade at a time, until it meets the
next one, and so on, the way water fills a basin. A withdrawal comes from the highest position in the same way. Among
equal positions, the one with the largest loss goes first.

**Hard rebalance.** Buys and sells until every position has its share. It comes closest, but it may realise gains that
are taxed.

**Share rounding.** *Nearest (classic)* rounds each trade to whole shares separately, so together the trades can cost a
little more than your cash; the page says so when they do. *Fit to cash (exact)* never spends a cent more than it. It
sells nothing that could be kept, and buys nothing past its target. A trade is large enough for its fee, which is at
most 1 % of it unless you say otherwise, and for the minimum trade. Of all such plans it finds the one with the least
distance to your targets plus cash left idle, and proves it.

**Several accounts.** Money cannot move between them, but they can share targets. *Plan each account* gives each its own
cash and its own trades.

**Why equal weights?** If you have no view on which fund will do better, equal shares spread the risk and are easy to
keep. They are a choice, not a law.

**Careful.** A plan that costs more than your cash would be bought on margin: borrowed money, with interest and with
the risk of a forced sale. Prices move between your download and your order. This page trades nothing by itself, keeps
your file in memory for this visit only unless you let this browser keep it, and does not give financial advice.
"""
