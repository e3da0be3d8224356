"""A saved session of the page as the data of ``pbal``: its positions, and what was asked of them unless options do."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace

from ..errors import DataError, Issue
from ..readers import Statement
from ..readers.source import read_bytes
from .parser import Parser, is_file, path_of


def take_over(options: argparse.Namespace, p: Parser) -> Statement | None:
    """The positions of a saved session, None for any other file.

    Options that were not given take the session's value, but for the cash, which is another each time.

    Raises:
        DataError: A session that cannot be used; the problems begin with the file's name.
    """
    path = path_of(options.data)
    if options.data == "-" or not is_file(path):
        return None
    try:
        data = read_bytes(path)
    except DataError:
        return None  # whoever reads it as positions says what is wrong
    if not data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return None
    from ..views.saved import statement_of  # a table is read without these
    from ..views.session import is_session, loads

    if not is_session(data):
        return None
    try:
        session = loads(data)
    except DataError as error:
        raise DataError(_named(options.data, error)) from None
    first = session.portfolios[0]
    if len(session.portfolios) > 1:
        print(f"{options.data} holds {len(session.portfolios)} portfolios; this is the first.", file=sys.stderr)
    statement = statement_of(first)
    if options.strategy == p.get_default("strategy"):
        options.strategy = first.strategy.value
    options.exact = options.exact or first.method.value == "exact"
    if options.min_trade is None and options.increment is None:
        options.min_trade = f"{first.min_trade:f}"
    if options.targets is None:
        targets = first.policy.targets
        known = [*first.portfolio.symbols, *(targets.fractions() if targets else ())]
        options.policy = replace(first.policy, constraints=first.policy.constraints.only(known))
    return statement


def _named(name: str, error: DataError) -> list[Issue]:
    return [replace(issue, message=f"{name}: {issue}", where=None) for issue in error.issues]
