"""The page: the only part of the program that imports streamlit and plotly."""
