"""One way to make HTTPS requests: verified, without redirects, without proxies from the environment, without secrets.

Trust is one of two things: a certificate file (the host name is checked too), or a pinned SHA-256 fingerprint. With
a pin the certificate is fetched first, compared, and then made the only one that is trusted; the key exchange of the
real connection proves that the other side owns it. There is no way to switch verification off.

Secrets: httpx logs every URL at level INFO and puts requests into exceptions, so a secret query parameter and a path
with an account's number are put in below both, by the transport (:class:`SecretQuery`, :class:`RealPath`).

Without httpx (the extra ``ibkr``) importing this module raises ``RequestError`` that says how to install it.
"""

from __future__ import annotations

import hashlib
import re
import socket
import ssl
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from ..errors import BrokerError, RequestError
from ..version import __version__

INSTALL = 'this needs packages that are not installed; install them with: pip install "httpx>=0.28" "keyring>=25"'

try:
    import httpx
    from httpx import BaseTransport, ConnectError, TimeoutException
    from httpx import RequestError as HttpError
except ImportError:
    raise RequestError(INSTALL) from None

__all__ = [
    "REAL_PATH",
    "BaseTransport",
    "ConnectError",
    "HttpError",
    "RealPath",
    "SecretQuery",
    "TimeoutException",
    "client",
    "gateway_transport",
    "trust",
    "unreachable",
]

USER_AGENT = f"portfolio-balancer/{__version__} Python/3"
REAL_PATH = "pbal.path"
MAX_ANSWER = 20_000_000
"""Bytes; no answer of a broker is larger."""


class SecretQuery(BaseTransport):
    """Adds query parameters just before sending, below httpx's logging and exceptions.

    Args:
        secrets: The parameters.
        inner: What carries the request; a plain verified transport when None.
    """

    def __init__(self, secrets: Mapping[str, str], inner: BaseTransport | None = None) -> None:
        self._secrets = dict(secrets)
        self._inner = inner or httpx.HTTPTransport(trust_env=False)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Sends the request with the secret parameters added."""
        signed = httpx.Request(
            request.method,
            request.url.copy_merge_params(self._secrets),
            headers=request.headers,
            stream=request.stream,
            extensions=request.extensions,
        )
        return self._inner.handle_request(signed)

    def close(self) -> None:
        """Closes the inner transport."""
        self._inner.close()


class RealPath(BaseTransport):
    """Sends the path of the request's extension REAL_PATH, so that httpx logs another one, without account numbers.

    Args:
        inner: What carries the request.
    """

    def __init__(self, inner: BaseTransport) -> None:
        self._inner = inner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Sends the request with its real path."""
        query = request.url.query
        target = request.extensions[REAL_PATH].encode() + (b"?" + query if query else b"")
        real = httpx.Request(
            request.method,
            request.url.copy_with(raw_path=target),
            headers=request.headers,
            stream=request.stream,
            extensions=request.extensions,
        )
        return self._inner.handle_request(real)

    def close(self) -> None:
        """Closes the inner transport."""
        self._inner.close()


def client(carrier: BaseTransport, *, timeout: float) -> httpx.Client:
    """A client with our rules: this transport, no redirects, no environment, a User-Agent."""
    return httpx.Client(
        transport=carrier,
        timeout=timeout,
        follow_redirects=False,
        trust_env=False,
        headers={"User-Agent": USER_AGENT, "Accept": "*/*"},
    )


def gateway_transport(context: ssl.SSLContext) -> BaseTransport:
    """A transport with this TLS context, one connection at a time, never repeating a request."""
    limits = httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=5)
    return httpx.HTTPTransport(verify=context, trust_env=False, retries=0, limits=limits)


def trust(base: str, *, certificate: Path | None, fingerprint: str | None, timeout: float = 10) -> ssl.SSLContext:
    """The TLS context for a gateway that has its own certificate.

    Args:
        base: The gateway's https address.
        certificate: PEM file of the gateway's certificate or of the authority that signed it.
        fingerprint: SHA-256 of the certificate, 64 hexadecimal digits, colons allowed.
        timeout: Seconds for fetching the certificate (with a fingerprint).

    Raises:
        RequestError: Neither or both are given, or one of them is unusable.
        BrokerError: The gateway cannot be reached, or shows another certificate.
    """
    if (certificate is None) == (fingerprint is None):
        raise RequestError(
            "give the gateway's certificate as a file (--certificate FILE) or as a fingerprint (--fingerprint HEX), "
            "one of them; without it nobody can tell the gateway from an impostor."
        )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # a certificate that is its own authority is trusted as such
    if certificate is not None:
        _load_file(context, certificate)
        return context
    wanted = re.sub(r"[:\s]", "", fingerprint or "").lower()
    if not re.fullmatch(r"[0-9a-f]{64}", wanted):
        raise RequestError("the fingerprint must be a SHA-256: 64 hexadecimal digits, colons allowed.")
    der = _fetch_certificate(base, timeout)
    found = hashlib.sha256(der).hexdigest()
    if found != wanted:
        raise BrokerError(
            f"the gateway at {base} shows a certificate with the fingerprint {found}, which is not the pinned one; "
            "if you made a new certificate, pin that one, otherwise do not log in there."
        )
    context.check_hostname = False  # the pin says more than a name: exactly this certificate and no other
    context.load_verify_locations(cadata=der)
    return context


def _load_file(context: ssl.SSLContext, certificate: Path) -> None:
    path = certificate.expanduser()
    try:
        context.load_verify_locations(cafile=str(path))
    except FileNotFoundError:
        raise RequestError(f"there is no certificate file {path}; export the gateway's certificate to it.") from None
    except (ssl.SSLError, OSError) as error:
        reason = getattr(error, "reason", None) or error.strerror or "not readable"
        raise RequestError(f"{path} is not a certificate in PEM form ({reason}).") from None


def _fetch_certificate(base: str, timeout: float) -> bytes:
    """The certificate that the server shows, unverified: only to be compared with a pin."""
    parts = urlsplit(base)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    host, port = parts.hostname or "", parts.port or 443
    try:
        with (
            socket.create_connection((host, port), timeout=timeout) as raw,
            context.wrap_socket(raw, server_hostname=host) as secured,
        ):
            der = secured.getpeercert(binary_form=True)
    except OSError as error:
        raise BrokerError(unreachable(base, error)) from None
    if der is None:
        raise BrokerError(f"the gateway at {base} shows no certificate.")
    return der


def unreachable(base: str, error: BaseException) -> str:
    """Why no connection could be made, in a sentence: a certificate problem, or nobody there."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLError):
        cause = cause.__cause__ or cause.__context__
    if isinstance(cause, ssl.SSLCertVerificationError):
        return (
            f"the certificate of the gateway at {base} cannot be verified: {cause.verify_message}. The certificate "
            "that IBKR ships is expired and names no host, so make your own (README, Interactive Brokers) and give it "
            "with --certificate."
        )
    if isinstance(cause, ssl.SSLError):
        return f"{base} does not speak TLS as expected ({cause.reason or cause}); is listenSsl on in the gateway?"
    return f"no gateway answers at {base}; start it and log in there with a browser."
