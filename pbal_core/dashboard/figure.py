"""The before/after chart as a plotly figure, without the numbers that follow the sliders.

The model: four traces in a fixed order, that the page's script fills: *before* (bars, outline only), *after* (narrower
bars, solid), *target* (bars of no height, whose outline is a mark across), *plan A* (diamonds, where one is pinned).
Outline, solid, line and diamond tell them apart without colour. Colours are CSS variables, so one figure fits every
theme; the script turns them into the theme's values before plotly.js sees them.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import plotly.graph_objects as go

from ..money import currency_sign

TRACES = ("Before", "After", "Target", "Plan A")

_CLEAR = "rgba(0,0,0,0)"


def units(sign: str) -> dict[str, dict[str, Any]]:
    """How the value axis is written when the bars are weights, and when they are amounts with this sign."""
    return {
        "weights": {"ticksuffix": " %", "tickprefix": "", "tickformat": ",~f", "exponentformat": "none"},
        "dollars": {"ticksuffix": "", "tickprefix": sign, "tickformat": "", "exponentformat": "B"},
    }


@cache
def figure_data(currency: str = "USD") -> dict[str, Any]:
    """The figure as plain data for the page: ``data``, ``layout``, and ``units`` with the axis of each unit.

    Args:
        currency: ISO code of the currency that the bars are in when they are amounts.
    """
    sign = currency_sign(currency)
    figure = go.Figure(
        data=[
            go.Bar(
                name="Before",
                width=0.78,
                marker={"color": _CLEAR, "line": {"color": "var(--pbal-before)", "width": 1.5}},
                hovertemplate="Before: %{customdata}<extra></extra>",
            ),
            go.Bar(
                name="After",
                width=0.46,
                marker={"color": "var(--pbal-after)", "line": {"width": 0}},
                hovertemplate="After: %{customdata[0]}<br>Trade: %{customdata[1]}<extra></extra>",
            ),
            go.Bar(
                name="Target",
                width=0.94,
                marker={"color": _CLEAR, "line": {"color": "var(--pbal-target)", "width": 2}},
                hovertemplate="Target: %{customdata}<extra></extra>",
            ),
            go.Scatter(
                name="Plan A",
                mode="markers",
                marker={
                    "symbol": "diamond",
                    "size": 9,
                    "color": "var(--st-background-color)",
                    "line": {"color": "var(--pbal-target)", "width": 1.5},
                },
                hoverinfo="skip",
            ),
        ],
        layout={
            "template": {},
            "barmode": "overlay",
            "showlegend": False,
            "dragmode": False,
            "hovermode": "x",
            "margin": {"l": 44 + 8 * len(sign), "r": 10, "t": 8, "b": 28},
            "paper_bgcolor": _CLEAR,
            "plot_bgcolor": _CLEAR,
            "font": {"color": "var(--pbal-quiet)", "size": 12},
            "hoverlabel": {
                "bgcolor": "var(--st-secondary-background-color)",
                "bordercolor": "var(--pbal-line)",
                "font": {"color": "var(--pbal-text)"},
            },
            "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom"},
            "xaxis": {"type": "category", "fixedrange": True, "showgrid": False},
            "yaxis": {
                "fixedrange": True,
                "gridcolor": "var(--pbal-line)",
                "zerolinecolor": "var(--pbal-before)",
                "zerolinewidth": 1,
                "nticks": 7,
                "minexponent": 3,
            },
        },
    )
    return {**figure.to_plotly_json(), "units": units(sign)}
