"""Many conversations at once over one pool of requests in flight.

A conversation (`transfer.resource.Talk`) is a generator that asks one thing after another. `Talks` holds as many of
them open as the client may have requests in the air, sends each what it asked for, and hands back whatever has
ended. The caller's thread alone runs the generators; the client's threads do HTTP and nothing else.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Generic, Self, TypeVar

from shopify_client import (
    AccessDenied,
    Answer,
    BadRequest,
    DailyLimit,
    Incomplete,
    Landed,
    ShopGone,
    ShopifyError,
    TokenRefused,
    TooLate,
    Transient,
)

from .resource import Talk
from .work import Desk

T = TypeVar("T")
Tag = TypeVar("Tag")

# A slice that ends lets conversations under way come to their end for this long; then they are stopped between two
# requests. Below the two seconds after which a cancelled run may send nothing new.
GRACE_SECONDS = 1.0
MOST_IN_FLIGHT = 64
IN_FLIGHT_PER_POINT = 0.04  # requests of 12 points, answered after half a second, for each point restored a second
WHOLE_SHOP = (Transient, TokenRefused, ShopGone)  # errors that are not about what was asked
REFUSALS = (AccessDenied, BadRequest)  # a missing scope; a field that the store's API does not have
LOOK_SECONDS = 0.25  # between two looks at the clock while answers are awaited


class Stopped(TooLate):
    """The slice ended before this conversation did. What it had not sent yet was not sent."""


@dataclass(frozen=True, slots=True)
class Ended(Generic[Tag, T]):
    """A conversation that is over: with a `value`, or with the `error` that nobody in it caught.

    `begun`: something of it was sent.
    """

    tag: Tag
    value: T | None = None
    error: ShopifyError | None = None
    begun: bool = True


class Talks(Generic[Tag, T]):
    """Use as a context manager; `start` while there is `room`, read `ended` while any is `open`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._flight = desk.client.flight(max(desk.in_flight, MOST_IN_FLIGHT))
        self._numbers = itertools.count()
        self._running: dict[int, tuple[Tag, Talk[T]]] = {}
        self._answered: set[int] = set()
        self._carrying: set[int] = set()
        self._ready: list[Ended[Tag, T]] = []
        self._stopping_since: float | None = None

    def __enter__(self) -> Self:
        self._flight.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for _, talk in self._running.values():
            talk.close()
        self._flight.__exit__(kind, error, trace)

    @property
    def open(self) -> int:
        return len(self._running) + len(self._ready)

    @property
    def room(self) -> bool:
        """At least as many as the desk says, and on faster plans as many as it takes to spend what they restore."""
        fast = min(MOST_IN_FLIGHT, int(self._desk.client.pacer.rate * IN_FLIGHT_PER_POINT))
        return len(self._running) < max(self._desk.in_flight, fast)

    def start(self, tag: Tag, talk: Talk[T]) -> None:
        """Begins a conversation: runs it up to its first request, and sends that."""
        number = next(self._numbers)
        self._running[number] = (tag, talk)
        self._advance(number, None)

    def ended(self) -> Iterator[Ended[Tag, T]]:
        """What has ended by now; waits for at least one answer where nothing has."""
        if not self._ready and self._running:
            for landed in self._landed():
                self._advance(landed.tag, landed.answer, landed.error)
        ready, self._ready = self._ready, []
        yield from ready

    def _landed(self) -> list[Landed]:
        """Waits for answers with an eye on the clock: what is not sent when the time is over is not sent at all."""
        while True:
            if self._out_of_time():
                self._flight.halt()
            if landed := self._flight.landed(wait=LOOK_SECONDS):
                return landed
            self._desk.beat()

    def _advance(self, number: int, answer: Answer | None, error: ShopifyError | None = None) -> None:
        tag, talk = self._running[number]
        if answer is not None:
            self._answered.add(number)
        if number in self._carrying:
            self._carrying.discard(number)
            self._stopping_since = None  # what was carried may still be put to use, or it was carried in vain
        if answer is not None and answer.errors:
            error = _incomplete(answer)
        try:
            ask = talk.throw(error) if error is not None else next(talk) if answer is None else talk.send(answer.data)
            if self._out_of_time():
                ask = talk.throw(Stopped())
        except StopIteration as end:
            self._end(number, Ended(tag, value=end.value))
        except ShopifyError as problem:
            begun = number in self._answered or not isinstance(problem, (TooLate, DailyLimit))
            self._end(number, Ended(tag, error=problem, begun=begun))
        else:
            if ask.upload is not None:
                self._carrying.add(number)
                self._flight.carry(ask.upload, tag=number)
            else:
                self._flight.submit(
                    ask.document,
                    ask.variables,
                    tag=number,
                    repeatable=ask.repeatable,
                    until=self._desk.until(),
                    faults=ask.faults,
                )

    def _end(self, number: int, ended: Ended[Tag, T]) -> None:
        del self._running[number]
        self._answered.discard(number)
        self._ready.append(ended)

    def _out_of_time(self) -> bool:
        if self._stopping_since is None:
            if not self._desk.stopping():
                return False
            self._stopping_since = self._desk.clock()
        if self._carrying and not self._desk.called_off():
            return False  # a large file takes longer than a slice: it is awaited
        return self._desk.clock() - self._stopping_since > GRACE_SECONDS


def _incomplete(answer: Answer) -> ShopifyError:
    """Errors beside data: partial answers are never taken for whole ones."""
    first = answer.errors[0]
    return AccessDenied(first.message) if first.code == "ACCESS_DENIED" else Incomplete(first.message)


def ask_all(desk: Desk, talks: dict[Tag, Talk[T]]) -> dict[Tag, T]:
    """Runs a handful of conversations to their end. Raises the first error."""
    values, errors = ask_each(desk, talks)
    for error in errors.values():
        raise error
    return values


def ask_shown(desk: Desk, talks: dict[Tag, Talk[T]]) -> dict[Tag, T]:
    """As `ask_all`, without what the store does not show to the app."""
    values, errors = ask_each(desk, talks)
    for error in errors.values():
        if not isinstance(error, REFUSALS):
            raise error
    return values


def ask_each(desk: Desk, talks: dict[Tag, Talk[T]]) -> tuple[dict[Tag, T], dict[Tag, ShopifyError]]:
    """Runs a handful of conversations to their end: what each gave, or the error that it met.

    An error that is about the whole shop (it is unreachable, the token is refused) is raised.
    """
    waiting = list(talks.items())
    values: dict[Tag, T] = {}
    errors: dict[Tag, ShopifyError] = {}
    with Talks[Tag, T](desk) as pool:
        while waiting or pool.open:
            while waiting and pool.room:
                pool.start(*waiting.pop(0))
            for ended in pool.ended():
                if isinstance(ended.error, WHOLE_SHOP):
                    raise ended.error
                if ended.error is not None:
                    errors[ended.tag] = ended.error
                else:
                    values[ended.tag] = ended.value  # type: ignore[assignment]  # no error: there is a value
    return values, errors
