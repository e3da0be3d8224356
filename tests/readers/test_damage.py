"""A file that is changed so that it still is a table is never wrong in silence.

More rounds: ``python -m tests.readers.damage --count 200000``.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.readers import damage

pytestmark = pytest.mark.slow

COUNT = 20_000


@pytest.mark.parametrize("name", damage.LAYOUTS)
def test_a_damaged_table_is_right_or_noticed(name: Any) -> None:
    """20,000 changes over all layouts: the file's own arithmetic, a warning, or a refusal; and each of them happens."""
    results, findings = damage.run(name, COUNT // len(damage.LAYOUTS), seed=20_261_127)
    assert findings == []
    assert min(results["right"], results["refused"], results["warned"]) > 0
    assert results["no contradiction"] < results["right"]
