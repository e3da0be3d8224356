"""Brokers: the only part of the product that touches a network. Nothing here is imported by the core.

The model: a :class:`~pbal_core.brokers.protocol.Broker` answers questions (accounts, positions, cash, quotes, what an
order would do) and takes orders one at a time. ``flex`` downloads positions, ``client_portal`` is the broker
Interactive Brokers, ``guards`` refuses what looks wrong, ``journal`` writes down every order before it is sent, and
``execution`` carries a plan out: sells first, then buys with the cash really freed. Another broker is one more module
beside ``client_portal``.

The network modules need the packages of the extra ``ibkr``; they are imported when a connection is made, so importing
this package loads only the standard library.
"""
