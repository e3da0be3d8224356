"""A small HTTPS server on loopback that a test scripts: one function from request to reply, and a list of requests."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


def make_certificate(folder: Path, *, names: tuple[str, ...] = ("localhost",), days: int = 30) -> Path:
    """Writes a self-signed certificate and its key, as keytool would make one; returns the certificate's path.

    The key stands beside it as ``.key``. No names: as the certificate that IBKR ships. Negative days: expired.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "stand-in gateway")])
    now = datetime.now(UTC)
    end = now + timedelta(days=days)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(min(now, end) - timedelta(days=1))
        .not_valid_after(end)
    )
    if names:
        alternatives = [x509.DNSName(name) for name in names] + [x509.IPAddress(ip_address("127.0.0.1"))]
        builder = builder.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
    certificate = builder.sign(key, hashes.SHA256())
    path = folder / f"gateway{certificate.serial_number}.pem"
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    form = serialization.PrivateFormat.PKCS8
    plain = serialization.NoEncryption()
    path.with_suffix(".key").write_bytes(key.private_bytes(serialization.Encoding.PEM, form, plain))
    return path


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body or b"null")


@dataclass
class Reply:
    """What the server does with a request.

    ``cut`` closes the connection after that many bytes of the whole response; ``hang`` never answers until the client
    gives up; ``before`` and ``after`` run in the server around the writing.
    """

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None
    hang: bool = False
    drip: float = 0.0
    """Seconds before each single byte."""
    before: Callable[[], None] | None = None
    after: Callable[[], None] | None = None

    def raw(self) -> bytes:
        content = self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()
        kind = "application/json" if not isinstance(self.body, bytes) else "text/plain"
        lines = {"Content-Type": kind, "Content-Length": str(len(content)), **self.headers}
        head = f"HTTP/1.1 {self.status} X\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        return head.encode() + b"\r\n" + content


class HttpsServer:
    """Serves ``answer(request)`` until closed; use as a context manager."""

    def __init__(self, certificate: Path, answer: Callable[[Request], Reply]) -> None:
        self.answer = answer
        self.requests: list[Request] = []
        self.released = threading.Event()
        """Set to end every reply that hangs."""
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def _serve(self) -> None:
                parts = urlsplit(self.path)
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                request = Request(self.command, parts.path, dict(parse_qsl(parts.query)), dict(self.headers), body)
                outer.requests.append(request)
                reply = outer.answer(request)
                if reply.hang:
                    outer.released.wait(20)
                    self.close_connection = True
                    return
                if reply.before is not None:
                    reply.before()
                raw = reply.raw()
                pieces = (raw[i : i + 1] for i in range(len(raw))) if reply.drip else (raw[: reply.cut],)
                for piece in pieces:
                    outer.released.wait(reply.drip)
                    self.wfile.write(piece)
                self.wfile.flush()
                if reply.after is not None:
                    reply.after()
                if reply.cut is not None:
                    self.close_connection = True

            do_GET = do_POST = do_DELETE = do_PUT = _serve  # noqa: N815 - the names that http.server looks for

            def log_message(self, *_arguments: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False

            def handle_error(self, _request: Any, _address: Any) -> None:
                pass  # a client that hangs up is what many tests are about

            def get_request(self) -> Any:
                raw, address = super().get_request()
                raw.settimeout(20)
                return context.wrap_socket(raw, server_side=True, do_handshake_on_connect=False), address

            def shutdown_request(self, request: Any) -> None:
                with contextlib.suppress(OSError):
                    request.shutdown(socket.SHUT_RDWR)
                request.close()

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, certificate.with_suffix(".key"))
        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self.base = f"https://localhost:{self.port}"
        self._thread = threading.Thread(target=lambda: self._server.serve_forever(poll_interval=0.02), daemon=True)

    def __enter__(self) -> Any:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
