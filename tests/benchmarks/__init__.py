"""Measurements: medians and ratios against a named alternative in the same run. ``make bench`` runs them all.

Nothing here is asserted: machines are shared and noisy. Each module prints its tables and, with ``--write``, puts them
between its marks in .github/docs/measured.md.
"""
