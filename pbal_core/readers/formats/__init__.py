"""One module a broker: what its positions file looks like."""
