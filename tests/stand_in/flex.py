"""The Flex Web Service: a script of answers to SendRequest and GetStatement."""

from __future__ import annotations

from pathlib import Path

from tests.stand_in.server import HttpsServer, Reply, Request

REPORT = (
    b'"Symbol","PositionValue","MarkPrice","FifoPnlUnrealized"\r\n"ABC","1200.50","60.025","-3.5"\r\n'
    b'"XYZ","800","40","12"\r\n'
)


def refused(code: int | str, text: str = "words of the server", status: str = "Fail") -> Reply:
    xml = (
        "<FlexStatementResponse timestamp='05 April, 2026 10:00 AM EDT'>"
        f"<Status>{status}</Status><ErrorCode>{code}</ErrorCode><ErrorMessage>{text}</ErrorMessage>"
        "</FlexStatementResponse>"
    )
    return Reply(body=xml.encode())


class FlexService:
    """``first`` and ``second`` are the answers still to be given; when they run out the service works."""

    token, query = "4711008150815", "123456"

    def __init__(self, certificate: Path) -> None:
        self.server = HttpsServer(certificate, self._answer)
        self.first: list[Reply] = []
        self.second: list[Reply] = []
        self.report = REPORT
        self.url: str | None = None

    @property
    def base(self) -> str:
        return f"{self.server.base}/AccountManagement/FlexWebService"

    def _answer(self, request: Request) -> Reply:
        if request.query.get("v") != "3" or "Python" not in request.headers.get("User-Agent", ""):
            return Reply(status=403, body=b"Access Denied")
        if request.query.get("t") != self.token:
            return refused(1015, "Token is invalid.")
        if request.path.endswith("/SendRequest"):
            if self.first:
                return self.first.pop(0)
            if request.query.get("q") != self.query:
                return refused(1014, "Query is invalid.")
            url = self.url or f"{self.base}/GetStatement"
            xml = (
                "<FlexStatementResponse timestamp='05 April, 2026 10:00 AM EDT'><Status>Success</Status>"
                f"<ReferenceCode>9988776655</ReferenceCode><Url>{url}</Url></FlexStatementResponse>"
            )
            return Reply(body=xml.encode())
        if request.path.endswith("/GetStatement"):
            if self.second:
                return self.second.pop(0)
            if request.query.get("q") != "9988776655":
                return refused(1017, "Reference code is invalid.")
            return Reply(body=self.report)
        return Reply(status=404, body=b"no such page")
