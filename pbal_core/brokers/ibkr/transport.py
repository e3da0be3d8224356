"""One way to make HTTPS requests: verified, without redirects, without proxies from the environment, without secrets.

Trust is one of two things: a certificate file (the host name is checked too), or a pinned SHA-256 fingerprint. With
a pin the certificate is fetched first, compared, and then made the only one that is trusted; the key exchange of the
real connection proves that the other side owns it. There is no way to switch verification off.

Secrets: httpx logs every URL at level INFO and puts requests into exceptions, so a secret query parameter and a path
with an account's number are put in below both, by the transport (:class:`SecretQuery`, :class:`RealPath`). httpcore,
below httpx, writes headers at level DEBUG, and with them the cookie of the session: of our requests it writes nothing.

Bounds: an answer has a time in which all of it must have arrived, and a size (:func:`fetch`). Worked example: a server
that drips one byte a second keeps every pause short and would take three hours for 10 kB; after 30 seconds it is given
up, and an order's answer is then unclear.

Without httpx (the extra ``ibkr``) importing this module raises ``RequestError`` that says how to install it.
"""

from __future__ import annotations

import hashlib
import logging
import math
import os
import re
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ...errors import BrokerError, Remedy, RequestError
from ...version import __version__

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
    "TooLargeError",
    "client",
    "fetch",
    "gateway_transport",
    "public_trust",
    "trust",
    "unreachable",
]

USER_AGENT = f"portfolio-balancer/{__version__} Python/3"
REAL_PATH = "pbal.path"
MAX_ANSWER = 20_000_000
"""Bytes; no answer of a broker is larger."""
_FINGERPRINT = re.compile(r"(?:sha-?256)?(?:fingerprint)?=?([0-9a-f]{64})")
"""``sha256 Fingerprint=F4:1A:...``, as openssl prints it, in small letters and without colons and blanks."""

_until: ContextVar[float] = ContextVar("until", default=math.inf)
"""When the answer that is being fetched must be there, by ``time.monotonic``; infinite outside of :func:`fetch`."""


class TooLargeError(HttpError):
    """An answer is larger than MAX_ANSWER."""


class BoundedSocket(ssl.SSLSocket):
    """A TLS connection whose reading ends at the deadline, however short the pauses between the bytes are."""

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        """Some bytes; raises ``TimeoutError`` when the deadline passes before."""
        left = _until.get() - time.monotonic()
        if left <= 0:
            raise TimeoutError("the whole answer takes too long")
        if left < math.inf:
            pause = self.gettimeout()
            self.settimeout(left if pause is None else min(left, pause))
        return super().recv(buflen, flags)


class _OthersOnly(logging.Filter):
    """Lets through what httpcore says of requests that are not ours."""

    def filter(self, record: logging.LogRecord) -> bool:  # noqa: ARG002 - the name and shape are logging's
        return _until.get() == math.inf


for _name in ("httpcore.http11", "httpcore.http2"):
    logging.getLogger(_name).addFilter(_OthersOnly())


@dataclass(frozen=True, slots=True)
class Fetched:
    """A whole answer: its HTTP status, its bytes, and which web pages may read it (``*`` for all)."""

    status: int
    content: bytes
    readable_by: str = ""


def fetch(client: httpx.Client, method: str, url: str, *, seconds: float, **options: Any) -> Fetched:
    """Makes one request and reads the whole answer.

    Args:
        client: From :func:`client`, over a context of :func:`trust` or :func:`public_trust`.
        method: ``GET`` ...
        url: Where.
        seconds: In which all of the answer must have arrived.
        options: Of ``httpx.Client.stream``.

    Raises:
        HttpError: No whole answer; TooLargeError, TimeoutException and ConnectError say why.
    """
    with _deadline(seconds), client.stream(method, url, **options) as response:
        parts, size = [], 0
        for part in response.iter_bytes():
            parts.append(part)
            size += len(part)
            if size > MAX_ANSWER:
                raise TooLargeError(f"the answer is larger than {MAX_ANSWER:,} bytes")
        return Fetched(response.status_code, b"".join(parts), response.headers.get("Access-Control-Allow-Origin", ""))


@contextmanager
def _deadline(seconds: float) -> Iterator[None]:
    token = _until.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _until.reset(token)


class SecretQuery(BaseTransport):
    """Adds query parameters just before sending, below httpx's logging and exceptions.

    Args:
        secrets: The parameters.
        inner: What carries the request; a plain verified transport when None.
    """

    def __init__(self, secrets: Mapping[str, str], inner: BaseTransport | None = None) -> None:
        self._secrets = dict(secrets)
        self._inner = inner or gateway_transport(public_trust())

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


def public_trust() -> ssl.SSLContext:
    """The TLS context for servers whose certificate a public authority has signed."""
    context = httpx.create_ssl_context(trust_env=False)
    context.sslsocket_class = BoundedSocket
    return context


def trust(base: str, *, certificate: Path | None, fingerprint: str | None, timeout: float = 10) -> ssl.SSLContext:
    """The TLS context for a gateway that has its own certificate.

    Args:
        base: The gateway's https address.
        certificate: PEM file of the gateway's certificate or of the authority that signed it.
        fingerprint: SHA-256 of the certificate, 64 hexadecimal digits; also as openssl prints it.
        timeout: Seconds for fetching the certificate (with a fingerprint).

    Raises:
        RequestError: Neither or both are given, or one of them is unusable.
        BrokerError: The gateway cannot be reached, or shows another certificate.
    """
    if (certificate is None) == (fingerprint is None):
        raise RequestError(
            "without its certificate nobody can tell the gateway from an impostor; give the certificate as a file, or "
            "its fingerprint, one of them.",
            remedy=Remedy("trust_the_gateway"),
        )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.sslsocket_class = BoundedSocket
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # a certificate that is its own authority is trusted as such
    if certificate is not None:
        _load_file(context, certificate)
        return context
    wanted = _FINGERPRINT.fullmatch(re.sub(r"[:\s]", "", fingerprint or "").lower())
    if wanted is None:
        raise RequestError("the fingerprint must be a SHA-256: 64 hexadecimal digits, colons allowed.")
    der = _fetch_certificate(base, timeout)
    found = hashlib.sha256(der).hexdigest()
    if found != wanted[1]:
        raise BrokerError(
            f"the gateway at {base} shows a certificate with the fingerprint {found}, which is not the pinned one; "
            "if you made a new certificate, pin that one, otherwise do not log in there."
        )
    context.check_hostname = False  # the pin says more than a name: exactly this certificate and no other
    context.load_verify_locations(cadata=der)
    return context


def _load_file(context: ssl.SSLContext, certificate: Path) -> None:
    path = Path(os.path.expanduser(certificate))  # noqa: PTH111 - Path.expanduser raises for a stranger
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
            f"the certificate of the gateway at {base} cannot be verified: {cause.verify_message.rstrip('.')}. The "
            "certificate that IBKR ships has expired and names no host; make one of your own (see the documentation, "
            "Interactive Brokers)."
        )
    if isinstance(cause, ssl.SSLError):
        return f"{base} does not speak TLS as expected ({cause.reason or cause}); is listenSsl on in the gateway?"
    return f"no gateway answers at {base}; start it and log in there with a browser."
