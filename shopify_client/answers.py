"""What an answer of the Admin API says: errors, costs, and whether what was asked for may be asked for again."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from math import isfinite
from typing import Any, NoReturn
from urllib.parse import urlsplit

from .errors import AccessDenied, BadRequest, DailyLimit, QueryTooCostly, ShopGone, TokenRefused
from .pacer import Throttle
from .transport import Response

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


class Retry(Exception):
    """An answer that says: later. `uncertain`: what was asked for may have been carried out all the same.

    `fault`: Shopify's words, where it did answer, and said that it failed at this request. `said`: what came instead
    of an answer, as part of a sentence.
    """

    def __init__(self, *, wait: float = 0.0, uncertain: bool = True, fault: str = "", said: str = "") -> None:
        super().__init__(wait)
        self.wait, self.uncertain, self.fault, self.said = wait, uncertain, fault, said


def payload_of(response: Response) -> Mapping[str, Any]:
    """The JSON of a 200; every other status as the error that it means (https://shopify.dev/docs/api/usage/response-codes)."""
    status = response.status
    if status == 200:
        try:
            payload = json.loads(_characters(response.body))
        except ValueError:
            raise Retry(said="an answer that is no JSON") from None
        if not isinstance(payload, dict):
            raise Retry(said="an answer that is no object")
        if isinstance(payload.get("errors"), str) and not isinstance(payload.get("data"), dict):
            # No answer of GraphQL, whose errors are a list: something before it speaks.
            raise Retry(fault=payload["errors"][:200])
        return payload
    if status in (401, 403):  # scopes are refused inside an answer of 200; this is about the app as a whole
        raise TokenRefused(f"The store refuses the app's access (HTTP {status}); open the app in the store again.")
    if status in (402, 404, 423):
        raise ShopGone(f"The store is not available (HTTP {status}): it is closed, frozen or locked.")
    if status in (429, 430):
        wait = _retry_after(response, 60.0 if status == 430 else 2.0)
        raise Retry(wait=wait, uncertain=False, said=f"HTTP {status}")
    if 300 <= status < 400:  # nobody follows: the request was not carried out, and its token is for this address only
        host = urlsplit(response.headers.get("location", "")).hostname
        raise Retry(uncertain=False, said=f"HTTP {status}, which leads to {host or 'nowhere'}")
    if status >= 500:
        raise Retry(wait=_retry_after(response, 0.0), said=f"HTTP {status}")
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


def errors_of(payload: Mapping[str, Any]) -> tuple[GraphQLError, ...]:
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


def costs_of(payload: Mapping[str, Any]) -> tuple[float | None, float, Throttle | None]:
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


def answer_of(payload: Mapping[str, Any], response: Response) -> Answer:
    errors = errors_of(payload)
    data = payload.get("data")
    fault = next((error for error in errors if error.code in SERVER_FAULTS), None)
    if fault is not None:  # with or without data, what was asked for may have been carried out
        raise Retry(fault=fault.message or fault.code)
    limit = next((error for error in errors if error.code in DAILY_LIMITS), None)
    if limit is not None:
        raise DailyLimit(limit.message)
    if not isinstance(data, Mapping):
        _raise(errors)
    requested, actual, _ = costs_of(payload)
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
        raise Retry(fault=first.message)
    if first.code == "MAX_COST_EXCEEDED" or "single query max cost" in first.message:
        raise QueryTooCostly(first.message)
    raise BadRequest(first.message)


def _served_at(response: Response) -> float | None:
    try:
        return parsedate_to_datetime(response.headers["date"]).timestamp()
    except (KeyError, ValueError, OverflowError, OSError):
        return None
