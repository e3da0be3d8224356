"""Where the user's gateway is, and how it is recognised: given, or stored under ``[ibkr]``.

Worked example: ``PBAL_IBKR_CERTIFICATE=own.pem`` in the environment is enough; the address is then the usual one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from .secrets import SecretStore

DEFAULT_GATEWAY = "https://localhost:5000"


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewaySettings:
    """Where the gateway is, and how it is recognised.

    Args:
        base: ``https://localhost:5000``.
        certificate: PEM file of its certificate; or
        fingerprint: the SHA-256 of it.
        account: Number or last four digits, None when there is only one.
    """

    base: str = DEFAULT_GATEWAY
    certificate: Path | None = None
    fingerprint: str | None = None
    account: str | None = None

    @classmethod
    def stored(
        cls,
        store: SecretStore,
        *,
        base: str | None = None,
        certificate: str | None = None,
        fingerprint: str | None = None,
        account: str | None = None,
    ) -> Self | None:
        """The settings that are given, else those stored; None when no certificate is known."""
        store = replace(store, keyring=False)  # these are no secrets; a locked keyring need not be opened for them
        if certificate is None and fingerprint is None:
            certificate, fingerprint = store.find("ibkr", "certificate"), store.find("ibkr", "fingerprint")
        if certificate is None and fingerprint is None:
            return None
        return cls(
            base=base or store.find("ibkr", "gateway") or DEFAULT_GATEWAY,
            certificate=Path(certificate) if certificate is not None else None,
            fingerprint=fingerprint,
            account=account or store.find("ibkr", "account"),
        )
