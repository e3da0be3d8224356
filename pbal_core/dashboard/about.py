"""The words behind "How it works"."""

from __future__ import annotations

HOW_IT_WORKS = """
**The question.** You hold a handful of funds and want each at its share of the whole, equal shares unless you say
otherwise. You add or take out some cash. What do you trade?

**Avoid selling.** New cash goes to the lowest position, one step of the minimum trade at a time, until it meets the
next one, and so on, as water fills a basin. A withdrawal comes from the highest position in the same way. Among
equals the one with the largest loss goes first.

**Hard rebalance.** Buys and sells until every position has its share. It comes closest, and it may realise
gains that are taxed.

**Share rounding.** *Nearest (classic)* rounds every trade to whole shares by itself, so together they can cost a
little more than your cash; the page says so when they do. *Fit to cash (exact)* finds the whole-share plan closest to
your targets that never spends a cent more, and proves that there is none closer.

**Why equal weights?** With no view on which fund will do better, equal shares spread the risk and are easy to keep.
They are a choice, not a law.

**Careful.** A plan that costs more than your cash would be bought on margin: borrowed money, with interest and with
the risk of a forced sale. Prices move between your download and your order. This page never trades, keeps your file
in the memory of this session only, and is not financial advice.
"""
