"""Several accounts that share their targets: a plan for each, with no money moving between them.

The model: ``model`` has the nouns; ``accounts`` makes a problem of each account in which the others' holdings count;
``rounds`` lets the accounts take turns with the exact method; ``relaxed`` bounds what any plan can reach; ``location``
then moves classes to the kinds of account that they belong in; ``rebalance`` puts it together.
"""

from ...policy.household import Kind
from .model import Household, HouseholdAccount, HouseholdPlan
from .rebalance import rebalance_household

__all__ = ["Household", "HouseholdAccount", "HouseholdPlan", "Kind", "rebalance_household"]
