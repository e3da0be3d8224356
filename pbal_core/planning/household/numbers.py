"""Numbers of accounts as a person may see them: as much of the end as tells accounts apart, and never the whole.

The model: a broker writes a number in full (``Z31074321``) or masked (``Individual ...321``, ``IRA XXXX-4321``). Four
characters of its end are shown, or more where another number ends alike.

Worked example: of Z31074321 and Z99994321 the ends that tell them apart are 74321 and 94321.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

FEWEST = 4
_MASK = re.compile(r"^[xX]{2,}")
_END = re.compile(r"[^\W_]+$")


def visible(number: str) -> str:
    """The end of a number that its broker shows: all of it, or what is behind the mask; empty where there is none."""
    found = _END.search(number.strip())
    return "" if found is None else _MASK.sub("", found.group())


def is_whole(number: str) -> bool:
    """Whether a number is written in full, so that no two accounts have it; a name such as ``Individual`` is none."""
    text = number.strip()
    return visible(text) == text and len(text) > FEWEST and _numbered(text)


def _numbered(text: str) -> bool:
    return any(map(str.isdigit, text))


def endings(numbers: Sequence[str]) -> list[str]:
    """For each number the end of it to be shown: two characters of a number in full always stay hidden.

    Where no such end tells two of them apart, both have their last four. A name without digits is no number, and stays.
    """
    ends = [visible(number) if _numbered(number) else number.strip() for number in numbers]
    found = []
    for at, end in enumerate(ends):
        if not _numbered(end):
            found.append(end)
            continue
        others = [other for n, other in enumerate(ends) if n != at]
        lengths = range(FEWEST, max(FEWEST, len(end) - 2) + 1)
        apart = (end[-k:] for k in lengths if not any(other.endswith(end[-k:]) for other in others))
        found.append(next(apart, end[-FEWEST:]))
    return found


def account_words(end: str) -> str:
    """``the account ending in 4321``, or ``the account Individual`` where it is a name."""
    return f"the account {'ending in ' if _numbered(end) else ''}{end}"


def fits(number: str, name: str, given: str) -> bool:
    """Whether an account is the one that somebody means: by the end of its number, with words of its name before it.

    Args:
        number: Its number as its broker writes it.
        name: What its broker calls it; may be empty.
        given: Such as ``4321``, ``Roth 4321``, or the number as the broker writes it.
    """
    ending = _bare(given)
    if not ending:
        return False
    if _bare(number).endswith(ending):
        return True
    *words, last = given.split()
    known = {_bare(word) for word in (*number.split(), *name.split())}
    return bool(words) and _bare(number).endswith(_bare(last)) and known.issuperset(map(_bare, words))


def _bare(number: str) -> str:
    return "".join(filter(str.isalnum, number)).casefold()
