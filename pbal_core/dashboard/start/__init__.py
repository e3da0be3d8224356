"""What ``pbal app`` starts: the page's script, and beside it the project's settings, where Streamlit looks for them.

``.streamlit/config.toml`` of this folder is the same file as the one at the top of the repository, which Community
Cloud and ``streamlit run streamlit_app.py`` read; a test compares them.
"""
