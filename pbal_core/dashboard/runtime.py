"""Once a process: settle the heap.

Streamlit runs a full garbage collection after every script run, and with pandas and plotly loaded each one walks some
hundred thousand objects that never go away. Freezing them takes them out of every later collection: once before the
first page is drawn, and once after, because drawing it has loaded more.
"""

from __future__ import annotations

import gc

import streamlit as st


@st.cache_resource(show_spinner=False)
def settle_heap(when: str) -> None:
    """Collects, then moves everything that is loaded into the permanent generation; once a process and ``when``."""
    del when
    gc.collect()
    gc.freeze()
