"""Whole-share plans with a proof of optimality: the exact method.

The model, from the outside in: ``market`` turns a question into stages, ``optimum`` finds the best plan of a stage,
``bound`` gives the certified lower bound, ``fill`` the first plan, ``search`` proves the best; where minimum trades or
fees make assets jump, ``count`` bounds every number of trades by itself. Feasibility is decided in integers, only the
objective is a float; see ``optimum.TOLERANCE`` for what *proven* means.

Worked number: the sample portfolio and 5,000 dollars give VCR 10, VDC 8, VIS 2, VNQ 3 for 4,995.84 dollars, proven.
"""

from .effort import Effort
from .market import Allocation, Direction, Market

__all__ = ["Allocation", "Direction", "Effort", "Market"]
