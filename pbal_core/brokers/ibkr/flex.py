"""Flex Web Service version 3: asks IBKR for a saved Flex Query and waits for the report.

The model: ``SendRequest`` names the query and gets a reference; ``GetStatement`` is asked for that reference until the
report is there. Every refusal has a code; temporary ones are waited for, permanent ones fail at once with what to do.
At most 10 requests a minute are allowed per token, so polls are 7 seconds apart, and
20 after an answer of ``SLOW_DOWN``.

Worked example: SendRequest at 0 s; GetStatement at 2 s answers 1019 (still generating), at 9 s the report: 3 requests.

Source: IBKR Guides, Flex Web Service, version 3, and its table of error codes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit
from xml.etree import ElementTree

from ...errors import BrokerError, Remedy, RequestError
from ..clock import Clock
from . import transport
from .secrets import Secret, SecretStore

SERVICE = "https://ndcdyn.interactivebrokers.com/AccountManagement/FlexWebService"
FIRST_WAIT, STEP, BACK_OFF = 2.0, 7.0, 20.0
"""Seconds: before the first poll, between polls, after an answer of SLOW_DOWN."""
SLOW_DOWN = frozenset({429, 1018, 1020})
"""Codes of a service that wants to be asked less often; 429 is the HTTP status."""
MAX_INVALID = 3
"""After so many answers 1020 the request is taken to be invalid: IBKR gives this code to a busy service's callers too.
"""
DEADLINE, MAX_TRIES = 180.0, 20
_MAX_STATUS = 20_000
"""Bytes; a status answer is short, anything longer is the report."""

_RENEW = "make a new token in the Client Portal (Settings, Flex Web Service) and store it"
_CHECK_QUERY = "look up the query's number in the Client Portal (Performance & Reports, Flex Queries)"

TEMPORARY = {
    1001: "the report could not be generated at this moment",
    1004: "the report is not complete yet",
    1005: "settlement data is not ready yet",
    1006: "FIFO profit and loss is not ready yet",
    1007: "mark-to-market profit and loss is not ready yet",
    1008: "profit and loss is not ready yet",
    1009: "the server is under heavy load",
    1018: "too many requests were made with this token",
    1020: "the request is not valid, or the service is busy",
    1019: "the report is being generated",
    1021: "the report could not be fetched at this moment",
}
PERMANENT = {
    1003: ("the report is not available", "check the query's dates and run it once in the Client Portal"),
    1010: ("it is a legacy Flex Query, which is no longer supported", "make a new Activity Flex Query"),
    1011: ("the Flex Web Service is not active", "switch it on in the Client Portal (Settings, Flex Web Service)"),
    1012: ("the token has expired", _RENEW),
    1013: ("the token is restricted to another internet address", _RENEW),
    1014: ("the query number is not valid", _CHECK_QUERY),
    1015: ("the token is not valid", _RENEW),
    1016: ("the account is not valid", "check the account of the query in the Client Portal"),
    1017: ("the reference of the report is not valid", "run the command again"),
    1020: ("the request is not valid", "check the token and the query number, and store them anew"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Status:
    """A short XML answer: a reference, or a code."""

    code: int | None
    text: str
    reference: str
    url: str


class FlexClient:
    """Fetches one Flex Query.

    Args:
        token: The Flex Web Service token.
        query_id: Number of the saved query.
        service: Address of the service without the final step.
        inner: Transport that carries the requests; a plain verified one when None.
        clock: What waiting is measured with.
    """

    def __init__(
        self,
        token: Secret,
        query_id: str,
        *,
        service: str = SERVICE,
        inner: transport.BaseTransport | None = None,
        clock: Clock | None = None,
    ) -> None:
        if not query_id.isdigit():
            raise RequestError(f"the query number must be digits only; {_CHECK_QUERY}.")
        self._token = token
        self._query_id = query_id
        self._service = service.rstrip("/")
        self._clock = clock or Clock()
        signed = transport.SecretQuery({"t": token.reveal(), "v": "3"}, inner)
        self._client = transport.client(signed, timeout=30)

    def fetch(self, progress: Callable[[str], None] = lambda _text: None) -> bytes:
        """Downloads the report, in the format that the query has (CSV or XML).

        Args:
            progress: Gets, in a few words, what is being waited for.

        Raises:
            BrokerError: With the code's meaning and what to do; or after DEADLINE seconds or MAX_TRIES requests.
        """
        start, invalid = self._clock.monotonic(), 0
        url, query, last = f"{self._service}/SendRequest", self._query_id, "nothing was answered"
        for _attempt in range(MAX_TRIES):
            body, status = self._ask(url, query, DEADLINE - (self._clock.monotonic() - start))
            if body is not None:
                return body
            if status.reference:
                progress("IBKR is generating the report")
                url, query, wait = self._statement_url(status.url), status.reference, FIRST_WAIT
            else:
                invalid += status.code == 1020
                last = self._temporary(status, final=invalid >= MAX_INVALID)
                progress(f"waiting: {last}")
                wait = BACK_OFF if status.code in SLOW_DOWN else STEP
            if self._clock.monotonic() - start + wait > DEADLINE:
                break
            self._clock.sleep(wait)
        raise BrokerError(f"the Flex report did not arrive in {DEADLINE:.0f} seconds ({last}); try again later.")

    def _ask(self, url: str, query: str, seconds: float) -> tuple[bytes | None, _Status]:
        """The report, or None and the status; nothing that has not arrived whole after so many seconds."""
        try:
            fetched = transport.fetch(self._client, "GET", url, seconds=seconds, params={"q": query})
        except transport.TooLargeError:
            raise BrokerError(
                "the Flex report is larger than any positions file; select fewer sections in the query."
            ) from None
        except transport.HttpError as error:
            reason = self._token.hide_in(str(error)) or type(error).__name__
            return None, _Status(code=None, text=f"no answer ({reason})", reference="", url="")
        if fetched.status >= 500 or fetched.status == 429:
            text = f"the server answered {fetched.status}"
            return None, _Status(code=429 if fetched.status == 429 else None, text=text, reference="", url="")
        if fetched.status != 200:
            raise BrokerError(f"the Flex Web Service answered HTTP {fetched.status} instead of a report.")
        status = _parse(fetched.content)
        return (fetched.content if status is None else None), status or _Status(code=0, text="", reference="", url="")

    def _temporary(self, status: _Status, *, final: bool) -> str:
        """Why to wait; permanent codes raise, and so does 1020 when it is ``final``."""
        if status.code in {None, 429}:
            return status.text
        if status.code in TEMPORARY and not (final and status.code in PERMANENT):
            return f"code {status.code}: {TEMPORARY[status.code]}"
        meaning, action = PERMANENT.get(
            status.code, (self._token.hide_in(status.text), "look at the query in the portal")
        )
        message = f"IBKR refused the Flex request, code {status.code}: {meaning}; {action}."
        raise BrokerError(message, remedy=Remedy("store_the_token") if "store" in action else None)

    def _statement_url(self, given: str) -> str:
        """The address to poll; only IBKR's own, because the token is sent there."""
        parts, home = urlsplit(given), urlsplit(self._service)
        ours = parts.hostname == home.hostname or (parts.hostname or "").endswith(".interactivebrokers.com")
        if parts.scheme != "https" or not ours:
            raise BrokerError("the Flex Web Service named an address that is not IBKR's; the token is not sent there.")
        return given

    def close(self) -> None:
        """Closes the connection."""
        self._client.close()


def _parse(content: bytes) -> _Status | None:
    """The status in a short XML answer; None when the content is a report."""
    head = content.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not head:
        return _Status(code=None, text="the answer was empty", reference="", url="")
    if not head.startswith(b"<") or b"<FlexStatementResponse" not in head[:500]:
        if head[:9].lower() == b"<!doctype" or head[:5].lower() == b"<html":
            raise BrokerError("the Flex Web Service answered a web page instead of a report; try again later.")
        return None
    if len(content) > _MAX_STATUS or b"<!" in content:
        raise BrokerError("the Flex Web Service answered something that is neither a status nor a report.")
    try:
        root = ElementTree.fromstring(content)  # noqa: S314 - short, and without declarations
    except ElementTree.ParseError:
        raise BrokerError("the Flex Web Service answered broken XML; try again later.") from None
    found = {child.tag: (child.text or "").strip() for child in root}
    code = found.get("ErrorCode", "")
    if found.get("Status") == "Success" and found.get("ReferenceCode"):
        return _Status(code=None, text="", reference=found["ReferenceCode"], url=found.get("Url", ""))
    text = found.get("ErrorMessage") or f"status {found.get('Status', 'missing')} without a code"
    return _Status(code=int(code) if code.isdigit() else 0, text=text, reference="", url="")


def from_store(store: SecretStore, *, query_id: str | None = None) -> FlexClient:
    """A client with the token and query number that are stored.

    Args:
        store: Where to look.
        query_id: Overrides the stored query number.

    Raises:
        RequestError: No token or query number is stored; says what to do.
    """
    token, query = store.find("flex", "token"), query_id or store.find("flex", "query_id")
    missing = [name for name, value in (("token", token), ("query number", query)) if not value]
    if token is None or query is None:
        raise RequestError(
            f"no Flex {' and no '.join(missing)} is stored; store them, or set PBAL_FLEX_TOKEN and PBAL_FLEX_QUERY_ID.",
            remedy=Remedy("store_the_token"),
        )
    return FlexClient(Secret(token), query)


def fetch(progress: Callable[[str], None] = lambda _text: None, *, store: SecretStore | None = None) -> bytes:
    """Downloads the stored query with the stored token: what ``flex:`` as a positions file means.

    Returns:
        The report as bytes, for ``read_positions``.

    Raises:
        RequestError: Nothing is stored.
        BrokerError: See :class:`FlexClient`.
    """
    client = from_store(store or SecretStore.of_process())
    try:
        return client.fetch(progress)
    finally:
        client.close()
