"""One shop's Admin API.

`AdminClient.ask` makes one request: reserves its points, sends it, settles, and repeats what may be repeated. `flight`
holds many in the air at once. Both keep `data` beside `errors`: Shopify's partial answers are real.
"""

from __future__ import annotations

import json
import random
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from math import isfinite
from typing import Any, NoReturn, Protocol
from urllib.parse import urlsplit

from .cost import Prices, operation
from .errors import (
    AccessDenied,
    AnswerLost,
    BadRequest,
    DailyLimit,
    QueryTooCostly,
    ServerFault,
    ShopGone,
    TokenRefused,
    TooLate,
    Unavailable,
)
from .flight import Flight
from .pacer import Pacer, Throttle
from .transport import NoAnswer, NotSent, Origins, PooledTransport, Response, Transport
from .uploads import FileHosts, Upload, carry

API_VERSION = "2026-10"
ATTEMPTS = 4
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 8.0
LONGEST_RETRY_AFTER = 600.0  # nobody is obeyed who asks for more
SERVER_FAULTS = frozenset({"INTERNAL_SERVER_ERROR", "TIMEOUT", "SERVICE_UNAVAILABLE"})
# Of stores past 50,000 variants, save on Plus (https://shopify.dev/docs/api/usage/limits). No schema lists the code; it
# stands beside ``{"data": {"productSet": null}}`` in answers that were shown in public.
DAILY_LIMITS = frozenset({"VARIANT_THROTTLE_EXCEEDED"})


@dataclass(frozen=True, slots=True)
class GraphQLError:
    message: str
    code: str = ""
    path: tuple[str | int, ...] = ()


@dataclass(frozen=True, slots=True)
class Cost:
    """Points: what Shopify reserved, and what the request used."""

    requested: float
    actual: float


@dataclass(frozen=True, slots=True)
class Answer:
    """`errors` beside `data`: a part was refused. `served_at`: Shopify's clock, seconds since 1970, if it said."""

    data: Mapping[str, Any]
    errors: tuple[GraphQLError, ...] = ()
    cost: Cost | None = None
    served_at: float | None = None


class TokenSource(Protocol):
    def get(self) -> str:
        """A token that is valid now. Raises TokenRefused where there is none."""

    def renew(self, refused: str) -> str:
        """A new token, because Shopify refused this one. Raises TokenRefused where there is none."""

    def refused(self, token: str) -> None:
        """Shopify refuses the new one as well. May raise AccessLost, where a person can mend that and it is waited
        for."""


@dataclass(frozen=True, slots=True)
class FixedToken:
    """A token that somebody gave us: it cannot be renewed."""

    token: str

    def get(self) -> str:
        return self.token

    def renew(self, refused: str) -> str:
        raise TokenRefused("The store refuses this access token; connect the store again.")

    def refused(self, token: str) -> None:
        """Nobody waits for anything."""


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
        files: FileHosts | None = None,
    ) -> None:
        """`timeout`: seconds for one request. `max_wait`: seconds that one request may wait for points. `files`: from
        and to which hosts files may be carried."""
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
        variables = variables or {}
        mutation = operation(document)[1]
        again = repeatable if repeatable is not None else not mutation
        body = json.dumps({"query": document, "variables": variables}, ensure_ascii=False).encode("utf-8", "replace")
        if mutation:
            self.writes += 1
        token = self._token.get()
        fault = said = ""
        renewed = False
        for attempt in range(ATTEMPTS):
            fault = ""
            try:
                answer = self._once(document, variables, body, token, until, halted)
            except NoAnswer:
                if not again:
                    raise AnswerLost from None
                said = "no answer came"
                self._pause(attempt, until, said)
            except NotSent:
                said = "no connection could be made"
                self._pause(attempt, until, said)
            except _Retry as retry:
                if retry.uncertain and not again:
                    raise AnswerLost from None
                fault, said = retry.fault, retry.said or retry.fault
                if fault and faults is not None and attempt + 1 >= faults:
                    break
                self._pause(attempt, until, said, retry.wait)
            except TokenRefused as refusal:
                if renewed:
                    self._token.refused(token)
                    raise refusal from None
                token, renewed = self._token.renew(token), True
            else:
                if answer is not None:
                    return answer
        if fault:
            raise ServerFault(f"Shopify failed at this request {_times(attempt + 1)}: {fault}")
        name = operation(document)[0] or "a request"
        last = f"; at last: {said}" if said else ""
        raise Unavailable(f"The store did not do {name} in {ATTEMPTS} attempts{last}.", wait=LONGEST_PAUSE)

    def _once(
        self,
        document: str,
        variables: Mapping[str, Any],
        body: bytes,
        token: str,
        until: float | None,
        halted: Callable[[], bool],
    ) -> Answer | None:
        """One attempt. None: it was THROTTLED, and the pacer knows how long to wait."""
        cost = self._prices.of(document, variables)
        reservation = self.pacer.reserve(cost, until=until, max_wait=self.max_wait, halted=halted)
        actual, throttle, refused = 0.0, None, False
        try:
            if halted() or (until is not None and self.clock() >= until):
                raise TooLate
            response = self._transport(self._url, _headers(token), body, self.timeout)
            payload = _payload(response)
            requested, actual, throttle = _costs(payload)
            if requested is not None:
                self._prices.learn(document, variables, requested)
            refused = any(error.code == "THROTTLED" for error in _errors(payload))
            return None if refused else _answer(payload, response)
        except NoAnswer:
            actual = cost  # it may have been carried out: its points are taken for spent
            raise
        finally:
            if refused:
                self.pacer.throttled(reservation, throttle)
            else:
                self.pacer.settle(reservation, actual, throttle)

    def _pause(self, attempt: int, until: float | None, said: str, wait: float = 0.0) -> None:
        """A growing, jittered wait; beyond the time in which anything may be sent it is not waited for.

        `said`: what was heard instead of an answer.
        """
        pause = max(wait, min(LONGEST_PAUSE, FIRST_PAUSE * 2**attempt) * (0.5 + self._jitter()))
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


class _Retry(Exception):
    """An answer that says: later. `uncertain`: what was asked for may have been carried out all the same.

    `fault`: Shopify's words, where it did answer, and said that it failed at this request. `said`: what came instead
    of an answer, as part of a sentence.
    """

    def __init__(self, *, wait: float = 0.0, uncertain: bool = True, fault: str = "", said: str = "") -> None:
        super().__init__(wait)
        self.wait, self.uncertain, self.fault, self.said = wait, uncertain, fault, said


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _headers(token: str) -> dict[str, str]:
    return {
        "Content-Type": "application/json",
        "Accept": "application/json",
        "User-Agent": "shopsync",
        "X-Shopify-Access-Token": token,
    }


def _payload(response: Response) -> Mapping[str, Any]:
    """The JSON of a 200; every other status as the error that it means (https://shopify.dev/docs/api/usage/response-codes)."""
    status = response.status
    if status == 200:
        try:
            payload = json.loads(_characters(response.body))
        except ValueError:
            raise _Retry(said="an answer that is no JSON") from None
        if not isinstance(payload, dict):
            raise _Retry(said="an answer that is no object")
        if isinstance(payload.get("errors"), str) and not isinstance(payload.get("data"), dict):
            # No answer of GraphQL, whose errors are a list: something before it speaks.
            raise _Retry(fault=payload["errors"][:200])
        return payload
    if status in (401, 403):  # scopes are refused inside an answer of 200; this is about the app as a whole
        raise TokenRefused(f"The store refuses the app's access (HTTP {status}); open the app in the store again.")
    if status in (402, 404, 423):
        raise ShopGone(f"The store is not available (HTTP {status}): it is closed, frozen or locked.")
    if status in (429, 430):
        wait = _retry_after(response, 60.0 if status == 430 else 2.0)
        raise _Retry(wait=wait, uncertain=False, said=f"HTTP {status}")
    if 300 <= status < 400:  # nobody follows: the request was not carried out, and its token is for this address only
        host = urlsplit(response.headers.get("location", "")).hostname
        raise _Retry(uncertain=False, said=f"HTTP {status}, which leads to {host or 'nowhere'}")
    if status >= 500:
        raise _Retry(wait=_retry_after(response, 0.0), said=f"HTTP {status}")
    raise BadRequest(f"Shopify does not accept the request (HTTP {status}).")


_ESCAPES = re.compile(rb"\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]..|(u[dD][89a-fA-F]..)|.)", re.DOTALL)


def _characters(body: bytes) -> bytes:
    """Without escapes that name half a character: it has no UTF-8 form, so that nothing could keep it or send it on."""
    if b"\\ud" not in body and b"\\uD" not in body:
        return body
    return _ESCAPES.sub(lambda found: rb"\ufffd" if found[1] else found[0], body)


def _retry_after(response: Response, default: float) -> float:
    """Seconds from the header, which may be a number or a date (RFC 9110 10.2.3), or nonsense."""
    text = response.headers.get("retry-after", "")
    try:
        seconds = float(text)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(text).timestamp() - time.time()
        except (ValueError, OverflowError, OSError):
            return default
    return min(max(0.0, seconds), LONGEST_RETRY_AFTER) if isfinite(seconds) else default


def _errors(payload: Mapping[str, Any]) -> tuple[GraphQLError, ...]:
    errors = payload.get("errors") or ()
    if isinstance(errors, str):
        return (GraphQLError(errors),)
    return tuple(
        GraphQLError(
            str(error.get("message", "")),
            str(_mapping(error.get("extensions")).get("code", "")),
            tuple(error.get("path") or ()),
        )
        for error in errors
        if isinstance(error, Mapping)
    )


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _costs(payload: Mapping[str, Any]) -> tuple[float | None, float, Throttle | None]:
    """(requested, actual, throttle status), as far as the answer says."""
    cost = _mapping(_mapping(payload.get("extensions")).get("cost"))
    throttle = _throttle(_mapping(cost.get("throttleStatus")))
    requested = cost.get("requestedQueryCost")
    actual = cost.get("actualQueryCost")
    return (
        float(requested) if requested is not None else None,
        float(actual if actual is not None else 0.0),
        throttle,
    )


def _throttle(status: Mapping[str, Any]) -> Throttle | None:
    """None for figures that no bucket can have: nothing is computed from them."""
    try:
        found = Throttle(
            float(status["maximumAvailable"]), float(status["currentlyAvailable"]), float(status["restoreRate"])
        )
    except (KeyError, TypeError, ValueError):
        return None
    return found if found.maximum > 0 and found.rate > 0 else None


def _answer(payload: Mapping[str, Any], response: Response) -> Answer:
    errors = _errors(payload)
    data = payload.get("data")
    fault = next((error for error in errors if error.code in SERVER_FAULTS), None)
    if fault is not None:  # with or without data, what was asked for may have been carried out
        raise _Retry(fault=fault.message or fault.code)
    limit = next((error for error in errors if error.code in DAILY_LIMITS), None)
    if limit is not None:
        raise DailyLimit(limit.message)
    if not isinstance(data, Mapping):
        _raise(errors)
    requested, actual, _ = _costs(payload)
    cost = Cost(requested, actual) if requested is not None else None
    return Answer(data, errors, cost, _served_at(response))


def _raise(errors: Sequence[GraphQLError]) -> NoReturn:
    """An answer without data: the first error says what it is."""
    first = errors[0] if errors else GraphQLError("The answer holds neither data nor errors.")
    if first.code == "ACCESS_DENIED":
        raise AccessDenied(first.message)
    if first.code == "SHOP_INACTIVE":
        raise ShopGone("The store is inactive.")
    if not errors:
        raise _Retry(fault=first.message)
    if first.code == "MAX_COST_EXCEEDED" or "single query max cost" in first.message:
        raise QueryTooCostly(first.message)
    raise BadRequest(first.message)


def _served_at(response: Response) -> float | None:
    try:
        return parsedate_to_datetime(response.headers["date"]).timestamp()
    except (KeyError, ValueError, OverflowError, OSError):
        return None
