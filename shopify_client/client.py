"""One shop's Admin API.

`AdminClient.ask` makes one request: reserves its points, sends it, settles, and repeats what may be repeated. `flight`
holds many in the air at once. Both keep `data` beside `errors`: Shopify's partial answers are real.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .answers import Answer, Retry, answer_of, costs_of, errors_of, payload_of
from .cost import Prices, charged, operation
from .errors import AnswerLost, ServerFault, TokenRefused, TooLate, Unavailable
from .flight import Flight
from .pacer import Pacer
from .tokens import FixedToken, TokenSource
from .transport import NoAnswer, NotSent, Origins, PooledTransport, Transport
from .uploads import FileHosts, Upload, carry

API_VERSION = "2026-10"
ATTEMPTS = 4
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 8.0


@dataclass(frozen=True, slots=True)
class _Request:
    """What is asked for, and for how long: see `AdminClient.ask`. `body`: the same as JSON."""

    document: str
    variables: Mapping[str, Any]
    body: bytes
    repeatable: bool
    until: float | None
    halted: Callable[[], bool]


class AdminClient:
    """The GraphQL Admin API of one shop."""

    def __init__(
        self,
        shop: str,
        *,
        token: TokenSource | str,
        pacer: Pacer | None = None,
        origins: Origins | None = None,
        transport: Transport | None = None,
        timeout: float = 15.0,
        max_wait: float = 30.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
        prices: Prices | None = None,
        wall: Callable[[], float] = time.time,
        files: FileHosts | None = None,
    ) -> None:
        """`timeout`: seconds for one request. `max_wait`: seconds that one request may wait for points. `files`: from
        and to which hosts files may be carried. `wall`: seconds since 1970."""
        self.shop = shop
        self.pacer = pacer or Pacer(clock=clock)
        self.timeout, self.max_wait = timeout, max_wait
        self.clock, self._sleep, self._jitter = clock, sleep, jitter
        self._url = (origins or Origins()).url(shop, f"/admin/api/{API_VERSION}/graphql.json")
        self._token: TokenSource = FixedToken(token) if isinstance(token, str) else token
        self._transport = transport or PooledTransport()
        self._prices = prices or Prices()
        self.files = files or FileHosts()
        self.writes = 0
        self.ahead: float | None = None  # Shopify's clock, less ours, as the latest answer told; None before the first
        self._wall = wall

    def shop_time(self) -> float:
        """Seconds since 1970 by Shopify's clock, or a little less: answers say whole seconds, and come late."""
        return self._wall() + (self.ahead or 0.0)

    def ask(
        self,
        document: str,
        variables: Mapping[str, Any] | None = None,
        *,
        repeatable: bool | None = None,
        until: float | None = None,
        faults: int | None = None,
        halted: Callable[[], bool] = lambda: False,
    ) -> Answer:
        """One request and its answer.

        `repeatable`: whether it may be sent again when its answer was lost; None: queries may, mutations may not.
        `until`: the value of the clock after which nothing may be sent; `halted`: says that this moment has come
        already. `faults`: how often Shopify may say that it failed at this very request, before ServerFault is raised.
        Raises errors of `shopify_client.errors`.
        """
        name, mutation = operation(document)
        if mutation:
            self.writes += 1
        body = json.dumps({"query": document, "variables": variables or {}}, ensure_ascii=False)
        request = _Request(
            document,
            variables or {},
            body.encode("utf-8", "replace"),
            repeatable if repeatable is not None else not mutation,
            until,
            halted,
        )
        return self._answered(request, name or "a request", ATTEMPTS if faults is None else faults)

    def _answered(self, request: _Request, name: str, faults: int) -> Answer:
        token, renewed = self._token.get(), False
        said = ""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                answer = self._once(request, token)
            except Retry as retry:
                if retry.uncertain and not request.repeatable:
                    raise AnswerLost from None
                said = retry.said or retry.fault
                if retry.fault and attempt >= min(faults, ATTEMPTS):
                    raise ServerFault(f"Shopify failed at this request {_times(attempt)}: {said}") from None
                self._pause(attempt, request.until, said, retry.wait)
            except TokenRefused as refusal:
                if renewed:
                    self._token.refused(token)
                    raise refusal from None
                token, renewed = self._token.renew(token), True
            else:
                if answer is not None:
                    if answer.served_at is not None:
                        self.ahead = answer.served_at - self._wall()
                    return answer
        last = f"; at last: {said}" if said else ""
        raise Unavailable(f"The store did not do {name} in {ATTEMPTS} attempts{last}.", wait=LONGEST_PAUSE)

    def _once(self, request: _Request, token: str) -> Answer | None:
        """One attempt. None: it was THROTTLED, and the pacer knows how long to wait."""
        cost = self._prices.of(request.document, request.variables)
        reservation = self.pacer.reserve(cost, until=request.until, max_wait=self.max_wait, halted=request.halted)
        actual, throttle, refused = 0.0, None, False
        try:
            if request.halted() or (request.until is not None and self.clock() >= request.until):
                raise TooLate
            response = self._transport(self._url, _headers(token), request.body, self.timeout)
            payload = payload_of(response)
            requested, used, throttle = costs_of(payload)
            actual = charged(used, request.variables)
            if requested is not None:
                self._prices.learn(request.document, request.variables, requested)
            refused = any(error.code == "THROTTLED" for error in errors_of(payload))
            return None if refused else answer_of(payload, response)
        except NoAnswer:
            actual = cost  # it may have been carried out: its points are taken for spent
            raise Retry(said="no answer came") from None
        except NotSent:
            raise Retry(uncertain=False, said="no connection could be made") from None
        finally:
            if refused:
                self.pacer.throttled(reservation, throttle)
            else:
                self.pacer.settle(reservation, actual, throttle)

    def _pause(self, attempt: int, until: float | None, said: str, wait: float = 0.0) -> None:
        """A growing, jittered wait; beyond the time in which anything may be sent it is not waited for.

        `said`: what was heard instead of an answer.
        """
        pause = max(wait, min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (attempt - 1)) * (0.5 + self._jitter()))
        if until is not None and self.clock() + pause >= until:
            raise Unavailable(f"The store does not answer: {said}.", wait=pause)
        if wait > LONGEST_PAUSE:
            raise Unavailable(f"The store asks to be left alone for a while ({said}).", wait=wait)
        self._sleep(pause)

    def carry(self, upload: Upload, *, halted: Callable[[], bool] = lambda: False) -> Answer:
        """Carries a file to where it was told to go. Costs no points. Raises UploadFailed, or TooLate once `halted`."""
        carry(upload, self.files, halted)
        return Answer({})

    def flight(self, size: int) -> Flight:
        """Holds at most `size` requests in the air at once."""
        return Flight(self, size)

    def pages(
        self, document: str, connection: Sequence[str], variables: Mapping[str, Any] | None = None
    ) -> Iterator[Mapping[str, Any]]:
        """The nodes of a connection, page after page. The document takes `$after`; `connection` is the path to it."""
        after = None
        while True:
            value: Any = self.ask(document, {**(variables or {}), "after": after}).data
            for name in connection:
                value = value[name]
            yield from value["nodes"]
            if not value["pageInfo"]["hasNextPage"]:
                return
            after = value["pageInfo"]["endCursor"]


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _headers(token: str) -> dict[str, str]:
    return {
        "Content-Type": "application/json",
        "Accept": "application/json",
        "User-Agent": "shopsync",
        "X-Shopify-Access-Token": token,
    }
