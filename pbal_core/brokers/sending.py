"""Sending one order: written down first, sent once, its questions answered, its answer written down.

The model: whatever the broker answers, the journal knows afterwards what is known. A question is answered with yes when
all its numbers are on the user's list, or when the user says so at once; a yes that comes after ``ANSWER_WINDOW``, or
after the market has closed, is answered with no, because the order's price and the account are those of the moment the
order was sent, and nothing may be asked between a question and its answer. Worked example: the broker asks o163 at
15:55, the user comes back at 17:10 and types yes: the order is declined, and the run stops.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from .clock import Clock, Moment
from .guards import Limits
from .journal import Journal
from .proposal import foreign
from .protocol import Accepted, Answer, Broker, Question, Rejected, Ticket, Unclear
from .recheck import Recheck
from .reconcile import Reconciler, Stopped, Tell, words
from .records import Entry

SETTLE = 30.0
"""Seconds after which an order that the broker has taken is surely in its lists."""
ANSWER_WINDOW = 300.0
"""Seconds for which a question may wait for the user; IBKR's session ends after about 6 minutes of silence."""
MAX_QUESTIONS = 10

Ask = Callable[[Ticket, Question], bool]
"""Shows the user a question that is not on the allowlist; True answers yes."""


class Sender:
    """Sends orders of the journal, one at a time.

    Args:
        broker: Connected.
        journal: Open, and held alone.
        limits: What the user allows now.
        books: Looks for an order whose answer says nothing.
        recheck: Knows whether the market is open.
        ask: Asked for questions that are not on the allowlist.
        tell: Told what happens, one line at a time.
        clock: What waiting is measured with.
    """

    def __init__(
        self,
        broker: Broker,
        journal: Journal,
        limits: Limits,
        *,
        books: Reconciler,
        recheck: Recheck,
        ask: Ask,
        tell: Tell,
        clock: Clock,
    ) -> None:
        self._broker = broker
        self._journal = journal
        self._limits = limits
        self._books = books
        self._recheck = recheck
        self._ask = ask
        self._tell = tell
        self._clock = clock

    def send(self, run: str, entry: Entry) -> None:
        """Sends a planned order; a purchase that the broker's preview refuses is dropped instead.

        Raises:
            Stopped: The market is closed, the order was declined, or nobody knows whether the broker has it.
            BrokerError: The preview failed.
        """
        ticket = entry.ticket(self._journal.run(run).account)
        if entry.side == "BUY":
            preview = self._broker.preview(ticket)
            refused = preview.error or (foreign(preview) if preview.currency != "USD" else "")
            if refused:
                self._journal.move(entry.client_id, "dropped", reason=f"refused in the preview: {refused}")
                self._tell(f"{entry.symbol}: not sent, after its preview: {refused}")
                return
        self._send(run, entry, ticket)

    def send_again(self, run: str, entry: Entry, limit: Decimal) -> None:
        """Sends a lost order once more under the same reference, with this limit (dollars); see :meth:`send`."""
        text = f"not at the broker, sent again under the same reference with the limit {limit}"
        self._journal.note(run, f"{entry.client_id}: {text}")
        self._send(run, entry, replace(entry.ticket(self._journal.run(run).account), limit=limit))

    def _send(self, run: str, entry: Entry, ticket: Ticket) -> None:
        self._recheck.market_open(entry)
        self._journal.sending(entry.client_id)
        sent = self._clock.moment()
        answer = self._broker.send(ticket)
        for _round in range(MAX_QUESTIONS):
            if not isinstance(answer, Question):
                break
            objection = self._objection(entry, ticket, answer, sent)
            if objection:
                self._decline(run, entry, answer, objection)
                return
            # The reply must be the very next request; the history is written on this side only.
            numbers, texts = ", ".join(answer.message_ids), " ".join(answer.texts)
            self._journal.note(run, f"{entry.client_id}: answered yes to {numbers}: {texts}")
            answer = self._broker.answer(answer, yes=True)
        self._write_down(run, entry, answer)

    def _objection(self, entry: Entry, ticket: Ticket, question: Question, sent: Moment) -> str:
        """Why the answer is no, empty when it is yes."""
        asked = f"the broker asked ({', '.join(question.message_ids) or 'no number'}): {' '.join(question.texts)}"
        if question.message_ids and set(question.message_ids) <= self._limits.allow:
            return ""
        if not self._ask(ticket, question):
            return asked
        if not self._clock.within(sent, ANSWER_WINDOW):
            return f"the yes came more than {ANSWER_WINDOW / 60:.0f} minutes after {asked}"
        try:
            self._recheck.market_open(entry)  # known already, so nothing is asked before the reply
        except Stopped as closed:
            return f"{closed} It was still open when {asked}"
        return ""

    def _decline(self, run: str, entry: Entry, question: Question, reason: str) -> None:
        """Says no to a question, writes it down, and stops."""
        self._journal.note(run, f"{entry.client_id}: declined: {reason}")
        answer = self._broker.answer(question, yes=False)
        if isinstance(answer, Rejected):
            self._journal.move(entry.client_id, "rejected", reason=reason)
            raise Stopped(
                f"{entry.symbol} was not bought or sold, because {reason} A question is answered with yes when all its "
                "numbers are given with --allow. Go on with the other orders: pbal trade --resume."
            )
        self._unclear(run, entry, answer)

    def _write_down(self, run: str, entry: Entry, answer: Answer) -> None:
        match answer:
            case Accepted():
                self._journal.move(entry.client_id, "working", order_id=answer.order_id)
                self._tell(words(entry, f"sent ({answer.status})"))
            case Rejected():
                self._journal.move(entry.client_id, "rejected", reason=answer.reason)
                self._tell(words(entry, f"refused: {answer.reason}"))
            case _:
                self._unclear(run, entry, answer)

    def _unclear(self, run: str, entry: Entry, answer: Answer) -> None:
        """Looks for an order after an answer that says nothing; stops unless the broker has it."""
        reason = answer.reason if isinstance(answer, Unclear) else "unexpected answer"
        self._journal.note(run, f"{entry.client_id}: unclear: {reason}")
        self._tell(words(entry, f"no clear answer ({reason}); looking for it at the broker ..."))
        self._books.look(run, wait=SETTLE)
        if any(e.client_id == entry.client_id and e.state == "sending" for e in self._journal.entries(run)):
            raise Stopped(
                f"{entry.symbol}: it is not known whether the broker has the order ({reason}), and it is in none of "
                "the broker's lists. Nothing was sent twice. Look at your orders there, then pbal trade --resume."
            )
