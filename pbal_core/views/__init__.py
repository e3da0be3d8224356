"""The answer as people and programs read it: words, columns and files. Pure."""
