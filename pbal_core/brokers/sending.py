"""Sending one order: written down first, sent once, its questions answered, its answer written down.

The model: whatever the broker answers, the journal knows afterwards what is known. A question is answered with yes when
all its numbers are on the user's list, or when the user says so at once. A yes that comes after ``ANSWER_WINDOW``, or
after the market has closed, counts as no: the order's price and the account are those of the moment it was sent, and
nothing may be asked between a question and its answer. Worked example: the broker asks o163 at 15:55, the user comes
back at 17:10 and types yes; the order is declined and the run stops.
"""

from __future__ import annotations

from collections.abc import Callable

from .clock import Clock, Moment
from .guards import Limits
from .journal import Journal
from .proposal import foreign
from .protocol import Accepted, Answer, Broker, Question, Rejected, Ticket, Unclear
from .recheck import Recheck, Stopped
from .reconcile import Reconciler, Tell, happened
from .records import OrderRecord

ANSWER_WINDOW = 300.0
"""Seconds for which a question may wait for the user; IBKR's session ends after about 6 minutes of silence."""
MAX_QUESTIONS = 10

AskUser = Callable[[Ticket, Question], bool]
"""Shows the user a question that is not on the list; True answers yes."""


class Sender:
    """Sends the orders of a run, one at a time.

    Args:
        broker: Connected.
        journal: Open, and held alone.
        run: The run's id.
        limits: What the user allows.
        recheck: Knows whether the market is open.
        reconciler: Looks for an order whose answer says nothing.
        ask: Shows questions that are not on the list.
        tell: Says what happens, one line at a time.
        clock: What waiting is measured with.
    """

    def __init__(
        self,
        broker: Broker,
        journal: Journal,
        run: str,
        limits: Limits,
        *,
        recheck: Recheck,
        reconciler: Reconciler,
        ask: AskUser,
        tell: Tell,
        clock: Clock,
    ) -> None:
        self._broker = broker
        self._journal = journal
        self._run = run
        self._account = journal.run(run).account
        self._limits = limits
        self._recheck = recheck
        self._reconciler = reconciler
        self._ask = ask
        self._tell = tell
        self._clock = clock

    def send(self, order: OrderRecord) -> None:
        """Sends a planned order; a purchase that the broker's preview refuses is dropped instead.

        Raises:
            Stopped: The market is closed, the order was declined, or nobody knows whether the broker has it.
            BrokerError: The preview failed.
        """
        ticket = order.ticket(self._account)
        if order.side == "BUY":
            effect = self._broker.what_if(ticket)
            refused = effect.error or (foreign(effect) if effect.currency != "USD" else "")
            if refused:
                self._journal.move(order.client_id, "dropped", reason=f"refused in the preview: {refused}")
                self._tell(f"{order.symbol}: not sent, after its preview: {refused}")
                return
        self._recheck.market_open(order)
        self._journal.sending(order.client_id)
        sent = self._clock.moment()
        answer = self._broker.send(ticket)
        for _round in range(MAX_QUESTIONS):
            if not isinstance(answer, Question):
                break
            objection = self._objection(order, ticket, answer, sent)
            if objection:
                self._decline(order, answer, objection)
                return
            # The reply must be the very next request; the history is written on this side only.
            numbers, texts = ", ".join(answer.message_ids), " ".join(answer.texts)
            self._journal.note(self._run, f"{order.client_id}: answered yes to {numbers}: {texts}")
            answer = self._broker.answer(answer, yes=True)
        self._write_down(order, answer)

    def _objection(self, order: OrderRecord, ticket: Ticket, question: Question, sent: Moment) -> str:
        """Why the answer is no, empty when it is yes."""
        asked = f"the broker asked ({', '.join(question.message_ids) or 'no number'}): {' '.join(question.texts)}"
        if question.message_ids and set(question.message_ids) <= self._limits.allow:
            return ""
        if not self._ask(ticket, question):
            return asked
        if not self._clock.within(sent, ANSWER_WINDOW):
            return f"the yes came more than {ANSWER_WINDOW / 60:.0f} minutes after {asked}"
        try:
            self._recheck.market_open(order)  # the hours are known, so nothing is asked before the reply
        except Stopped as closed:
            return f"{closed} It was still open when {asked}"
        return ""

    def _decline(self, order: OrderRecord, question: Question, reason: str) -> None:
        """Says no to a question, writes it down, and stops."""
        self._journal.note(self._run, f"{order.client_id}: declined: {reason}")
        answer = self._broker.answer(question, yes=False)
        if isinstance(answer, Rejected):
            self._journal.move(order.client_id, "rejected", reason=reason)
            verb = "bought" if order.side == "BUY" else "sold"
            raise Stopped(
                f"{order.symbol} was not {verb}, because {reason} A question is answered with yes when all its "
                "numbers are on the list of questions to answer with yes."
            )
        self._unclear(order, answer)

    def _write_down(self, order: OrderRecord, answer: Answer) -> None:
        match answer:
            case Accepted():
                self._journal.move(order.client_id, "working", order_id=answer.order_id)
                self._tell(happened(order, f"sent ({answer.status})"))
            case Rejected():
                self._journal.move(order.client_id, "rejected", reason=answer.reason)
                self._tell(happened(order, f"refused: {answer.reason}"))
            case _:
                self._unclear(order, answer)

    def _unclear(self, order: OrderRecord, answer: Answer) -> None:
        """Looks for an order after an answer that says nothing; stops unless the broker has it."""
        reason = answer.reason if isinstance(answer, Unclear) else "unexpected answer"
        self._journal.note(self._run, f"{order.client_id}: unclear: {reason}")
        self._tell(happened(order, f"no clear answer ({reason}); looking for it at the broker ..."))
        trouble = self._reconciler.look(self._run)
        if self._journal.orders(self._run, "sending"):
            where = f"its lists cannot be read: {trouble}" if trouble else "it is in none of the broker's lists."
            raise Stopped(
                f"{order.symbol}: it is not known whether the broker has the order ({reason}), and {where} Nothing "
                "was sent twice. Look at your orders there."
            )
