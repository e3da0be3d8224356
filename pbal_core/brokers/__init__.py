"""Brokers: the only part of the product that touches a network. Nothing here is imported by the core.

The model: a :class:`~pbal_core.brokers.protocol.Broker` answers questions (accounts, positions, cash, quotes, what an
order would do) and takes orders one at a time. A ``connection`` is given one. ``proposal`` makes a plan into orders,
``guards`` refuses what looks wrong, ``journal`` writes down every order before it is sent, and ``execution`` carries
the orders out: sales first, then purchases with the cash they brought. ``ibkr`` is the one broker there is:
``client_portal`` trades, ``flex`` downloads positions.

Only the modules of ``ibkr`` need the packages of the extra; whoever makes a connection imports them, so importing this
package loads only the standard library.
"""
