"""Local stand-ins for what the broker modules talk to: real HTTPS on loopback, each with its own certificate."""
