"""One request and its answer: what is repeated, what is not, and what a person reads."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from shopify_client import (
    AccessDenied,
    AdminClient,
    AnswerLost,
    App,
    BadRequest,
    Origins,
    Pacer,
    QueryTooCostly,
    ServerFault,
    ShopGone,
    TokenRefused,
    TooLate,
    Unavailable,
    is_shop,
)
from shopify_client.cost import charged, estimate
from shopify_client.transport import NoAnswer, NotSent, Response

SHOP = "a.myshopify.com"
QUERY = "query Shop { shop { id } }"
MUTATION = "mutation Set { metafieldsSet(metafields: []) { userErrors { message } } }"
COST = {"requestedQueryCost": 1, "actualQueryCost": 1}
STATUS = {"maximumAvailable": 2000.0, "currentlyAvailable": 1999, "restoreRate": 100.0}
GOOD = {"data": {"shop": {"id": "1"}}, "extensions": {"cost": {**COST, "throttleStatus": STATUS}}}
THROTTLED = {
    "errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}],
    "extensions": {"cost": {"requestedQueryCost": 50, "actualQueryCost": None, "throttleStatus": STATUS}},
}

Step = Response | Exception | dict[str, Any]


class Script:
    """A transport that answers as it is told, and remembers the tokens it saw."""

    def __init__(self, *steps: Step) -> None:
        self.steps = list(steps)
        self.tokens: list[str] = []

    def __call__(self, url: str, headers: Mapping[str, str], body: bytes, timeout: float) -> Response:
        self.tokens.append(headers.get("X-Shopify-Access-Token", ""))
        step = self.steps.pop(0)
        if isinstance(step, Exception):
            raise step
        return step if isinstance(step, Response) else Response(200, {}, json.dumps(step).encode())


class Tokens:
    def __init__(self) -> None:
        self.given = 0

    def get(self) -> str:
        return f"secret-{self.given}"

    def renew(self, refused: str) -> str:
        self.given += 1
        return f"secret-{self.given}"

    def refused(self, token: str) -> None:
        """Nobody waits for anything."""


def client(*steps: Step, sleep: Callable[[float], None] = lambda seconds: None) -> tuple[AdminClient, Script]:
    script = Script(*steps)
    own = AdminClient(SHOP, token=Tokens(), transport=script, sleep=sleep, pacer=Pacer(), jitter=lambda: 0.5)
    return own, script


@pytest.mark.parametrize(
    "trouble",
    [
        NotSent(),
        NoAnswer(),
        Response(503, {}, b""),
        Response(502, {}, b"<html>"),
        Response(429, {"retry-after": "2.0"}, b""),
        Response(200, {}, b"<html>"),
        Response(302, {"location": "https://login.example/x?secret=1"}, b""),
        {"errors": "Try again"},
        THROTTLED,
    ],
)
def test_a_query_is_asked_again(trouble: Step) -> None:
    own, script = client(trouble, GOOD)
    assert own.ask(QUERY).data == {"shop": {"id": "1"}}
    assert not script.steps


@pytest.mark.parametrize(
    "trouble", [NoAnswer(), Response(503, {}, b""), Response(200, {}, b"<html>"), {"errors": "No"}]
)
def test_a_write_whose_answer_is_lost_is_not_sent_again(trouble: Step) -> None:
    own, script = client(trouble, GOOD)
    with pytest.raises(AnswerLost):
        own.ask(MUTATION)
    assert len(script.steps) == 1


@pytest.mark.parametrize("trouble", [NotSent(), THROTTLED, Response(429, {}, b""), Response(302, {}, b"")])
def test_a_write_that_was_certainly_not_carried_out_is_sent_again(trouble: Step) -> None:
    own, _ = client(trouble, GOOD)
    assert own.ask(MUTATION).data


def test_a_write_that_is_an_upsert_is_sent_again() -> None:
    own, _ = client(NoAnswer(), GOOD)
    assert own.ask(MUTATION, repeatable=True).data


@pytest.mark.parametrize(
    "answer,error",
    [
        (Response(404, {}, b""), ShopGone),
        (Response(402, {}, b""), ShopGone),
        (Response(423, {}, b""), ShopGone),
        (Response(400, {}, b""), BadRequest),
        ({"errors": [{"message": "x", "extensions": {"code": "ACCESS_DENIED"}}]}, AccessDenied),
        ({"errors": [{"message": "x", "extensions": {"code": "MAX_COST_EXCEEDED"}}]}, QueryTooCostly),
        ({"errors": [{"message": "x", "extensions": {"code": "undefinedField"}}]}, BadRequest),
    ],
)
def test_what_will_not_change_is_not_asked_again(answer: Step, error: type[Exception]) -> None:
    own, _ = client(answer)
    with pytest.raises(error) as problem:
        own.ask(QUERY)
    assert "secret" not in str(problem.value)


def test_partial_answers_keep_their_data() -> None:
    own, _ = client({"data": {"a": None}, "errors": [{"message": "no", "path": ["a"]}]})
    answer = own.ask(QUERY)
    assert answer.data == {"a": None}
    assert answer.errors[0].path == ("a",)


def test_a_refused_token_is_renewed_once() -> None:
    own, script = client(Response(401, {}, b""), GOOD)
    assert own.ask(QUERY).data
    assert script.tokens == ["secret-0", "secret-1"]
    for status in (401, 403):  # scopes are refused inside an answer; this is about the app
        own, _ = client(*[Response(status, {}, b"")] * 2)
        with pytest.raises(TokenRefused, match=f"HTTP {status}"):
            own.ask(QUERY)


def test_nothing_is_sent_after_its_time() -> None:
    own, script = client(GOOD)
    with pytest.raises(TooLate):
        own.ask(QUERY, until=own.clock() - 1)
    assert len(script.steps) == 1


def test_a_shop_that_never_answers_is_given_up() -> None:
    pauses: list[float] = []
    own, _ = client(*[Response(503, {}, b"")] * 4, sleep=pauses.append)
    with pytest.raises(Unavailable, match=r"The store did not do Shop in 4 attempts; at last: HTTP 503\."):
        own.ask(QUERY)
    assert pauses == [0.5, 1.0, 2.0, 4.0]


def test_a_store_that_leads_elsewhere_is_named_with_where_it_leads_and_nothing_more() -> None:
    own, _ = client(*[Response(302, {"location": "https://login.example/x?secret=1"}, b"")] * 4)
    with pytest.raises(Unavailable, match=r"at last: HTTP 302, which leads to login\.example\.$"):
        own.ask(QUERY)


def test_errors_that_are_a_text_are_said_in_the_end() -> None:
    own, _ = client(*[{"errors": "The shop is being moved"}] * 4)
    with pytest.raises(ServerFault, match="4 times: The shop is being moved"):
        own.ask(QUERY)


def test_many_requests_land_in_the_callers_thread() -> None:
    own, _ = client(*[GOOD] * 20)
    with own.flight(8) as flight:
        for number in range(20):
            flight.submit(QUERY, {}, tag=number)
        landed = [one.tag for _ in range(20) for one in flight.landed()]
    assert sorted(landed) == list(range(20))


@pytest.mark.parametrize(
    "domain", ["a.myshopify.com.evil.com", "a.b.myshopify.com", "A.myshopify.com", "x", "a.myshopify.com/"]
)
def test_only_shops_are_addresses(domain: str) -> None:
    assert not is_shop(domain)
    with pytest.raises(ValueError, match="domain"):
        Origins().url(domain, "/")


@pytest.mark.parametrize(
    "document,seen",
    [
        ("query A { products(first: 20) { nodes { variants(first: 5) { nodes { id } } } } }", 32),
        ("query A { products(first: 250) { nodes { id } } }", 13),
        ("query A { nodes(ids: []) { __typename id } }", 1),
        ("query A { productsCount { count } }", 10),
    ],
)
def test_estimates_are_never_below_what_was_recorded(document: str, seen: int) -> None:
    assert seen <= estimate(document, {}) <= seen * 1.3 + 1


def test_tokens_are_read_and_never_shown() -> None:
    answer = {
        "access_token": "shpat_secret",
        "scope": "write_products",
        "expires_in": 3600,
        "refresh_token": "shprt_secret",
    }
    pair = App("id", "secret", transport=Script(answer), now=lambda: 1000.0).exchange(SHOP, "token")
    assert (pair.expires_at, pair.scopes) == (4600.0, frozenset({"write_products"}))
    assert "secret" not in repr(pair)
    refusal = Response(400, {}, json.dumps({"error": "invalid_grant"}).encode())
    with pytest.raises(TokenRefused) as problem:
        App("id", "secret", transport=Script(refusal)).refresh(SHOP, "shprt_secret")
    assert "secret" not in str(problem.value)


def _internal(data: object = None) -> dict[str, Any]:
    error = {"message": "Internal error.", "extensions": {"code": "INTERNAL_SERVER_ERROR"}}
    return {"errors": [error], **({"data": data} if data is not None else {})}


@pytest.mark.parametrize("data", [None, {"metafieldsSet": None}, {}])
def test_an_internal_error_leaves_a_write_in_doubt(data: object) -> None:
    """With or without data beside it: it may have happened, so that it is neither repeated nor taken for refused."""
    own, script = client(_internal(data), GOOD)
    with pytest.raises(AnswerLost):
        own.ask(MUTATION)
    assert len(script.steps) == 1
    own, _ = client(_internal(data), GOOD)
    assert own.ask(MUTATION, repeatable=True).data


def test_a_request_at_which_shopify_always_fails_is_no_outage() -> None:
    """An outage is waited for by the whole run; one poisonous record must not be able to cause one."""
    own, _ = client(*[_internal()] * 4)
    with pytest.raises(ServerFault):
        own.ask(QUERY)


@pytest.mark.parametrize("value", ["", "soon", "nan", "inf", "-5", "1e999", "Wed, 21 Oct 2015 07:28:00 GMT", "0"])
def test_an_odd_retry_after_is_survived(value: str) -> None:
    own, _ = client(Response(429, {"retry-after": value}, b""), GOOD)
    assert own.ask(QUERY).data


def test_nobody_is_obeyed_who_asks_for_a_year() -> None:
    own, _ = client(Response(429, {"retry-after": "31536000"}, b""))
    with pytest.raises(Unavailable) as refusal:
        own.ask(QUERY)
    assert refusal.value.wait <= 600


@pytest.mark.parametrize(
    "extensions",
    [
        None,
        [],
        {"cost": "free"},
        {"cost": {"throttleStatus": {}}},
        {"cost": {"throttleStatus": {**STATUS, "restoreRate": 0}}},
        {"cost": {"throttleStatus": {**STATUS, "currentlyAvailable": None}}},
    ],
)
def test_odd_figures_about_the_budget_are_not_computed_with(extensions: object) -> None:
    own, _ = client({"data": {"shop": {"id": "1"}}, "extensions": extensions}, GOOD)
    assert own.ask(QUERY).data
    assert own.ask(QUERY).data
    assert own.pacer.state.rate == 100


@pytest.mark.parametrize("data", ["text", [], 1])
def test_data_that_is_no_object_is_no_answer(data: object) -> None:
    own, _ = client({"data": data}, GOOD)
    assert own.ask(QUERY).data


@pytest.mark.parametrize(
    ("escaped", "text"),
    [
        (rb"a \ud83d", "a \ufffd"),
        (rb"\uDE00\uD83D\uDE00", "\ufffd\U0001f600"),
        (rb"\ud83d\ude00 \\ud800", "\U0001f600 \\ud800"),
        (rb"\u0000", "\x00"),
    ],
)
def test_half_a_character_is_read_as_a_replacement(escaped: bytes, text: str) -> None:
    """Nothing could keep it or send it on: an archive that held it would be refused as a whole."""
    own, _ = client(Response(200, {}, b'{"data": {"shop": {"name": "' + escaped + b'"}}}'))
    assert own.ask(QUERY).data["shop"]["name"] == text


@pytest.mark.parametrize("base", [10, 14, 23])
@pytest.mark.parametrize("files", range(6))
@pytest.mark.parametrize("variants", [*range(12), 250, 2048])
def test_what_was_taken_is_told_by_the_whole_points_that_are_shown(base: int, files: int, variants: int) -> None:
    given: list[dict[str, str]] = [{"file": "one"} if number % 3 == 0 else {} for number in range(variants)]
    variables = {"input": {"variants": given, "files": [{}] * files}}
    taken = base + 0.2 * variants + 1.9 * files + 0.6 * sum(map(bool, given))
    half = abs(taken % 1 - 0.5) < 1e-6
    assert charged(int(taken + 0.5), variables) - taken == pytest.approx(0) or half
    assert charged(int(taken + 0.5), variables) > taken - 1e-6
