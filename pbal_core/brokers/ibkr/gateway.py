"""Requests to the Client Portal gateway: paced, checked, and every failure turned into one sentence.

The model: everything lives below ``https://host:port/v1/api``; any other path is answered with a redirect to IBKR,
where it does not exist (that is what 302 and 404 on ``/iserver/auth/status`` mean). So a redirect is never followed, it
is the message. Reading may be tried a second time; an order, a reply and a cancellation are sent once
(:meth:`Gateway.post_once`). Requests keep IBKR's limits: 10 a second in all, and some paths once in 5 seconds.

Worked example: two ``/iserver/account/orders`` in a row take 5 seconds, two snapshots 0.11.

Numbers are read as exact decimals, never as binary floats.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from ...errors import BrokerError, RequestError
from ..clock import Clock
from ..protocol import SessionOverError
from . import transport

API = "/v1/api"
GAP = 0.11
"""Seconds between any two requests: just below 10 a second."""
PATH_GAPS = {
    "/portfolio/accounts": 5.0,
    "/iserver/account/orders": 5.0,
    "/iserver/account/trades": 5.0,
    "/tickle": 1.0,
}
"""Seconds between two requests to the same path, where IBKR asks for more. Source: IBKR, Pacing Limitations."""


class GatewayError(BrokerError):
    """The gateway answered with a failure.

    Attributes:
        status: HTTP status.
        text: The gateway's own words, empty when there are none.
    """

    def __init__(self, status: int, text: str, message: str) -> None:
        self.status = status
        self.text = text
        super().__init__(message)


class NoBridgeError(GatewayError):
    """The gateway has no brokerage session at this moment."""


class LoggedOutError(GatewayError, SessionOverError):
    """Nobody is logged in at the gateway."""


class BlockedError(GatewayError, SessionOverError):
    """IBKR answers nothing any more, for too many requests."""


@dataclass(frozen=True, slots=True)
class Raw:
    """What came back from a request that is made once.

    Args:
        status: HTTP status, None when no whole answer arrived.
        body: The decoded JSON, None when there is none.
        trouble: Why there is none, in words; empty when there is.
        readable_by: The origin of the web pages that may read it, ``*`` for all, empty when the answer names none.
    """

    status: int | None
    body: Any
    trouble: str = ""
    readable_by: str = ""


class Gateway:
    """A paced connection to one gateway.

    Args:
        base: ``https://localhost:5000``; a trailing ``/v1/api`` is accepted.
        carrier: The verified transport, see ``transport.trust``.
        clock: What waiting is measured with.
        timeout: Seconds without a byte after which an answer is given up; all of it may take twice as long.
    """

    def __init__(self, base: str, carrier: transport.BaseTransport, clock: Clock, *, timeout: float = 15) -> None:
        self.base = check_base(base)
        self._seconds = 2 * timeout
        self._client = transport.client(transport.RealPath(carrier), timeout=timeout)
        self._clock = clock
        # Another pbal may have asked a moment ago, and IBKR blocks an address for ten minutes: begin as if it had.
        self._next = {path: clock.monotonic() + gap for path, gap in PATH_GAPS.items()}

    def get(self, path: str, **params: str) -> Any:
        """The decoded answer; a lost connection or a time-out is tried a second time.

        Raises:
            BrokerError: No answer, or a failure.
        """
        raw = self._request("GET", path, params=params)
        if raw.status is None:
            raw = self._request("GET", path, params=params)
        return self._checked(raw, path)

    def post(self, path: str, body: object) -> Any:
        """The decoded answer of a request that changes nothing at a market. Sent once.

        Raises:
            BrokerError: No answer, or a failure.
        """
        return self._checked(self.post_once(path, body), path)

    def lets_in(self, origin: str) -> bool:
        """Whether a web page of another origin may read the gateway's answers, and so use it."""
        raw = self._request("POST", "/iserver/auth/status", body={}, origin=origin)
        return raw.status == 200 and raw.readable_by in {"*", origin}

    def delete(self, path: str) -> Any:
        """The decoded answer of a cancellation. Sent once.

        Raises:
            BrokerError: No answer, or a failure.
        """
        return self._checked(self._request("DELETE", path), path)

    def post_once(self, path: str, body: object) -> Raw:
        """Sends one POST and says what came back; never raises for an answer, never repeats."""
        return self._request("POST", path, body=body)

    def close(self) -> None:
        """Closes the connection."""
        self._client.close()

    def _request(
        self,
        method: str,
        path: str,
        *,
        params: dict[str, str] | None = None,
        body: object | None = None,
        origin: str = "",
    ) -> Raw:
        self._wait(path)
        content = None if body is None else json.dumps(body).encode()
        headers = {} if body is None else {"Content-Type": "application/json"}
        headers |= {"Origin": origin} if origin else {}
        url = f"{self.base}{API}{masked(path)}"  # httpx logs it; the transport below puts the real path in
        try:
            fetched = transport.fetch(
                self._client,
                method,
                url,
                seconds=self._seconds,
                params=params or None,
                content=content,
                headers=headers,
                extensions={transport.REAL_PATH: f"{API}{path}"},
            )
        except transport.HttpError as error:
            return Raw(None, None, _trouble(self.base, error))
        finally:
            self._book(path)  # it may have been long on its way, and counts from its arrival
        try:
            # A recorded answer is JSON with numbers such as 584.6799927: kept digit by digit.
            decoded = json.loads(fetched.content, parse_float=Decimal)
        except (ValueError, RecursionError):  # no JSON, or lists in lists without end
            words = " ".join(fetched.content[:400].decode(errors="replace").split())[:80] or "nothing"
            return Raw(fetched.status, None, f"it answered {words!r} instead of JSON")
        return Raw(fetched.status, decoded, readable_by=fetched.readable_by)

    def _wait(self, path: str) -> None:
        """Sleeps until this request keeps the limits."""
        now = self._clock.monotonic()
        ready = max(self._next.get("", now), self._next.get(path, now))
        if ready > now:
            self._clock.sleep(ready - now)

    def _book(self, path: str) -> None:
        """Lets the gap begin now."""
        now = self._clock.monotonic()
        self._next[""] = now + GAP
        if path in PATH_GAPS:
            self._next[path] = now + PATH_GAPS[path]

    def _checked(self, raw: Raw, path: str) -> Any:
        """The body of a good answer; everything else raises one sentence."""
        if raw.status is None:
            raise BrokerError(raw.trouble)
        if raw.status == 200 and not raw.trouble:
            words = error_words(raw.body)
            if words and not isinstance(raw.body, list):
                raise GatewayError(200, words, f"the gateway refused {masked(path)}: {words}.")
            return raw.body
        raise failure(raw, masked(path), self.base)


def check_base(base: str) -> str:
    """The gateway's address without path.

    Raises:
        RequestError: Not an https address of a host, or with a path other than ``/v1/api``.
    """
    parts = urlsplit(base.strip())
    path = parts.path.rstrip("/")
    try:
        port = parts.port
    except ValueError:
        port = -1
    if parts.scheme != "https" or not parts.hostname or path not in {"", API} or port == -1 or parts.username:
        shown = repr(base) if "@" not in base else "an address with a user's name or password"
        raise RequestError(
            f"{shown} is not a gateway's address; give https, a host and a port, such as https://localhost:5000."
        )
    return f"https://{parts.netloc}"


def error_words(body: Any) -> str:
    """The gateway's words in ``{"error": ...}``, empty when there are none."""
    words = body.get("error") if isinstance(body, dict) else None
    if not words:
        return ""
    text = str(words) if isinstance(words, (str, int)) else "an error that is no text"
    return masked(" ".join(text.split())).rstrip(".")[:300]


def masked(text: str) -> str:
    """The text with all account numbers cut to their last four digits, as ``***4567``."""
    return re.sub(r"(?<![A-Za-z0-9])[A-Z]{1,3}\d+(\d{4})(?![A-Za-z0-9])", r"***\1", text)


def failure(raw: Raw, path: str, base: str) -> GatewayError:
    """The exception for an answer that is no success: what it means and what to do."""
    status, words = raw.status or 0, error_words(raw.body)
    if 300 <= status < 400:
        message = (
            f"the gateway at {base} redirected {path} (HTTP {status}) instead of answering. Either the address is not "
            f"the Client Portal gateway (its interface begins with {API}), or nobody is logged in there: open {base} "
            "in a browser and log in."
        )
        return GatewayError(status, words, message)
    if "no bridge" in words.lower():
        return NoBridgeError(status, words, "the gateway has no brokerage session (no bridge); log in there again.")
    if status == 401:
        return LoggedOutError(
            status, words, f"nobody is logged in at the gateway; open {base} in a browser and log in."
        )
    if status == 429:
        message = "IBKR blocks this address for too many requests; wait 10 minutes before the next try."
        return BlockedError(status, words, message)
    if status == 404 and "access denied" in raw.trouble.lower():
        message = "the gateway denies this computer access; add its address to ips.allow in the gateway's conf.yaml."
        return GatewayError(status, words, message)
    detail = words or raw.trouble or "without a reason"
    return GatewayError(status, words, f"the gateway failed on {path}: HTTP {status}, {detail}.")


def _trouble(base: str, error: Exception) -> str:
    """Why no whole answer arrived, as a sentence."""
    if isinstance(error, transport.ConnectError):
        return transport.unreachable(base, error)
    if isinstance(error, transport.TimeoutException):
        return f"the gateway at {base} did not answer in time."
    if isinstance(error, transport.TooLargeError):
        return f"the gateway at {base} sent more than any answer has."
    return f"the connection to the gateway at {base} broke before the whole answer had arrived."
