"""A page with one word on it: the floor of every measurement."""

import streamlit as st

st.title("Empty")
