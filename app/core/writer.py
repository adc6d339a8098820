"""The one thread that writes to the SQLite file: small verbs that wait together share a commit, and so one fsync."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any

from sqlalchemy import Connection, Engine
from sqlmodel import Session

from app.core.clock import monotonic
from app.core.db import Follow, commit_session, committed, in_this_context
from app.core.errors import DomainError

# what one commit may hold, so that the first of a group never waits long for the last
MOST_VERBS = 64
MOST_SECONDS = 0.05


@dataclass(slots=True, eq=False)
class Order:
    """A verb that waits for its turn, and in the end what came of it."""

    work: Callable[[Session], Any]
    shares: bool
    answer: asyncio.Future[Any]
    result: Any = None
    error: BaseException | None = None

    def fail(self, error: BaseException) -> None:
        """Say that the commit failed; a verb that had nothing to keep has answered for itself already."""
        if self.error is None or (isinstance(self.error, DomainError) and self.error.recorded):
            self.error = error

    def deliver(self) -> None:
        """Tell the caller, in its event loop."""
        if self.answer.done():
            return
        if self.error is None:
            self.answer.set_result(self.result)
        else:
            self.answer.set_exception(self.error)


class Writer:
    """Takes orders in the order in which they came; each is answered after the commit that holds it, never before."""

    def __init__(self, engine: Engine, info: dict[str, Any]) -> None:
        self._engine = engine
        self._info = info
        self._orders: SimpleQueue[Order | None] = SimpleQueue()
        self._held: Order | None = None  # taken from the queue, and no part of the group before it
        self._thread: Thread | None = None
        self._starting = Lock()

    def order(self, work: Callable[[Session], Any], *, shares: bool) -> asyncio.Future[Any]:
        """The future result of a verb; one that `shares` is small, and may be committed together with its like."""
        if self._thread is None:
            self._start()
        answer = asyncio.get_running_loop().create_future()
        self._orders.put(Order(in_this_context(work), shares, answer))
        return answer

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = Thread(target=self._run, name="masthead-writer", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """Finish what was ordered, and end."""
        self._orders.put(None)
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while (order := self._held or self._orders.get()) is not None:
            self._held = None
            group = [order]
            try:
                if order.shares:
                    self._together(group)
                else:
                    self._alone(order)
            except _TransactionLost:
                for each in group:
                    self._alone(each)
            except BaseException as error:  # noqa: BLE001  the callers', whatever it is
                for failed in group:
                    failed.fail(error)
            _tell(group)

    def _alone(self, order: Order) -> None:
        order.error = None
        try:
            with Session(self._engine, expire_on_commit=False, info=self._info) as session:
                order.result = committed(session, order.work, commit_session)
        except BaseException as error:  # noqa: BLE001  the caller's, whatever it is
            order.error = error

    def _together(self, group: list[Order]) -> None:
        """One transaction for the first and those that wait behind it; what fails its commit has failed for all."""
        follows: list[Follow] = []
        with self._engine.connect() as connection, connection.begin():
            raw, session = connection.connection.driver_connection, None
            for order in self._waiting(group):
                session = session or self._joined(connection)
                if not _behind_savepoint(raw, session, order, follows):
                    session.close()  # what it remembers may have been taken back
                    session = None
            if session is not None:
                session.close()  # else the next sweep of the cycle collector would have to find it
        for follow in follows:
            follow()

    def _joined(self, connection: Connection) -> Session:
        """A session inside the group's transaction; it serves one verb after the other."""
        return Session(connection, expire_on_commit=False, info=self._info, join_transaction_mode="rollback_only")

    def _waiting(self, group: list[Order]) -> Iterator[Order]:
        """The group as it grows: until nothing waits, the next wants to be alone, or the first has waited enough."""
        yield group[0]
        until = monotonic() + MOST_SECONDS
        while len(group) < MOST_VERBS and monotonic() < until:
            try:
                order = self._orders.get_nowait()
            except Empty:
                return
            if order is None or not order.shares:
                self._hold(order)
                return
            group.append(order)
            yield order

    def _hold(self, order: Order | None) -> None:
        if order is None:
            self._orders.put(None)  # the end: nothing stands behind it
        self._held = order


class _TransactionLost(Exception):
    """A full disk, or a row that the database refused: nothing of the group stands any more, nothing was answered."""


def _behind_savepoint(raw: Any, session: Session, order: Order, follows: list[Follow]) -> bool:
    """Run one verb; what it wrote goes with its failure, and nothing else does. False when the session is spent.

    The savepoint is the driver's own: one of SQLAlchemy's costs as much as five statements, and every verb has one.
    """
    raw.execute("SAVEPOINT verb")
    stands = True

    def release(session: Session) -> None:
        nonlocal stands
        session.flush()
        raw.execute("RELEASE verb")
        stands = False
        follows.extend(session.info.pop("after_commit", ()))
        session.expunge_all()

    try:
        order.result = committed(session, order.work, release)
    except BaseException as error:
        order.error = error
        if not raw.in_transaction:
            raise _TransactionLost from error
        if stands:
            raw.execute("ROLLBACK TO verb")
            raw.execute("RELEASE verb")
        return False
    return True


def _tell(orders: list[Order]) -> None:
    def deliver() -> None:
        for order in orders:
            order.deliver()

    with suppress(RuntimeError):  # the loop is closed: nobody waits any more
        orders[0].answer.get_loop().call_soon_threadsafe(deliver)
