"""Whole-share plans with a proof of optimality: the exact method.

The model, from the outside in: ``allocation`` answers a question in stages, which ``market`` makes; ``optimum`` finds
the best plan of a stage, ``limit`` that of few trades. ``bound`` gives the certified lower bound, ``fill`` the first
plan, ``search`` proves the best; where smallest trades or fees make assets jump, ``count`` bounds every number of
trades by itself. ``ties`` chooses among plans that are equally good. Feasibility is decided in integers, only what is
minimised is a float; see ``optimum.TOLERANCE`` for what *proven* means.

The rules: never overspend; sell nothing that could be kept; buy nothing past its target; a trade is nothing, or large
enough for its fee and the smallest trade. Of all such plans the best has the least J + R: distance to the targets, and
cash left idle, in dollars.

Worked number: the sample portfolio and 5,000 dollars give VCR 10, VDC 8, VIS 2, VNQ 3 for 4,995.84 dollars, proven.
"""

from .allocation import Allocation, allocate
from .effort import Effort
from .market import Market

__all__ = ["Allocation", "Effort", "Market", "allocate"]
