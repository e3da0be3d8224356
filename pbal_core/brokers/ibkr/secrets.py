"""Where a secret is kept, and how it is kept out of everything that is printed.

Looked up in this order: the environment (``PBAL_FLEX_TOKEN``), ``.streamlit/secrets.toml`` (table ``[flex]``, key
``token``), the keyring of the operating system (service ``pbal``, name ``flex-token``). A :class:`Secret` shows itself
as ``***`` in every message, log and traceback; only :meth:`Secret.reveal` gives the text.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ...errors import RequestError

SERVICE = "pbal"
SECRETS_FILE = Path(".streamlit/secrets.toml")


class Secret:
    """A text that must never be shown."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself, for the one place that sends it."""
        return self._text

    def hide_in(self, message: str) -> str:
        """``message`` with every occurrence of the secret replaced."""
        return message.replace(self._text, "***") if self._text else message

    def __repr__(self) -> str:
        return "***"

    def __reduce__(self) -> str:
        raise TypeError("a secret is not stored")


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretStore:
    """The places that are asked, in order.

    Args:
        environ: The environment's variables.
        file: The TOML file; it may be missing.
        keyring: Whether the operating system's keyring is asked at all.
    """

    environ: Mapping[str, str]
    file: Path = SECRETS_FILE
    keyring: bool = True

    @classmethod
    def of_process(cls) -> SecretStore:
        """The places of this process."""
        return cls(environ=os.environ)

    def find(self, table: str, key: str) -> str | None:
        """The value of ``[table] key``, None when no place has it.

        Raises:
            RequestError: The secrets file exists and cannot be read.
        """
        value = self.environ.get(f"PBAL_{table}_{key}".upper())
        if value is None:
            value = self._from_file(table, key)
        if value is None and self.keyring:
            value = _from_keyring(f"{table}-{key.replace('_', '-')}")
        return value.strip() if value and value.strip() else None

    def _from_file(self, table: str, key: str) -> str | None:
        try:
            content = tomllib.loads(self.file.read_text(encoding="utf-8"))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
            # The reason would quote the line, and the line may be the secret.
            raise RequestError(f"{self.file} is not readable as TOML; correct or remove it.") from None
        section = content.get(table)
        value = section.get(key) if isinstance(section, dict) else None
        return None if value is None else str(value)


def _from_keyring(name: str) -> str | None:
    """What the keyring has; a missing, locked or absent keyring counts as empty."""
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return None
    try:
        found: str | None = keyring.get_password(SERVICE, name)
    except KeyringError:
        return None
    return found


def require_keyring(*names: str) -> None:
    """Makes sure, before anybody types a secret, that the operating system's keyring can be used.

    Args:
        names: What is to be stored.

    Raises:
        RequestError: There is no keyring, or it refuses.
    """
    elsewhere = _elsewhere(names)
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        raise RequestError(f'there is no keyring package (pip install "keyring>=25"); {elsewhere}.') from None
    try:
        for name in names:
            keyring.get_password(SERVICE, name)
    except KeyringError:
        raise RequestError(f"the keyring of this system is missing or locked; {elsewhere}.") from None


def store(name: str, text: str) -> None:
    """Writes a secret to the operating system's keyring.

    Raises:
        RequestError: There is no keyring, or it refuses.
    """
    require_keyring(name)
    import keyring
    from keyring.errors import KeyringError

    try:
        keyring.set_password(SERVICE, name, text)
    except KeyringError:
        raise RequestError(f"the keyring of this system is missing or locked; {_elsewhere([name])}.") from None


def _elsewhere(names: Iterable[str]) -> str:
    """Where secrets can be instead."""
    variables = [f"PBAL_{name.replace('-', '_').upper()}" for name in names]
    return f"set the environment variable{'s' if len(variables) > 1 else ''} {' and '.join(variables)} instead"
