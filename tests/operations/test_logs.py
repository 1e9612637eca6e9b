"""Log lines say what they are about; tokens are in none, whatever goes wrong."""

from __future__ import annotations

import io
import json
import logging
import runpy
import traceback
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from celery import current_app
from celery.app.task import Context
from django.test import Client
from django_celery_results.models import TaskResult
from gunicorn.config import Config
from gunicorn.glogging import SafeAtoms

from exports import services as exports
from runs import engine
from shops.logs import JsonFormatter, LineFormatter, Strangers, redact
from shops.models import Shop
from tests.runs.test_lane import installed
from tests.support import CLIENT_SECRET, Sandbox

CANARIES = (
    "shpat_canary0123456789",
    "shprt_canary-01_23",
    "shpss_canary0123456789",
    "eyJhbGciOiJIUzI1NiJ9.eyJjYW5hcnkiOjF9.canary-signature_x",
    "Bearer canary-of-no-known-form",
    "X-Shopify-Access-Token: canary-of-no-known-form",
    "/?id_token=canary-of-no-known-form&shop=a",
    "{'X-Shopify-Access-Token': 'canary-of-no-known-form'}",
    '{"refresh_token": "canary-of-no-known-form", "access_token":"canary-2"}',
    r'{"body": "{\"id_token\": \"canary-of-no-known-form\"}"}',
    "[(b'X-Shopify-Access-Token', b'canary-of-no-known-form')]",
    "grant=1&access_token=canary-of-no-known-form",
    "client_secret=canary-of-no-known-form&subject_token=canary-2",
    "Authorization: Basic canary+of/no=",
    "{'Authorization': 'Basic canary+of/no='}",
    "postgres://shopsync:canary-of-no-known-form@postgres:5432/shopsync",
    "redis://:canary@redis:6379/0",
    "GET /downloads/canary-of:no-known:form HTTP/1.1",
)


@pytest.fixture
def lines() -> Any:
    """Everything that the program logs, as machines get it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    logging.getLogger().addHandler(handler)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.getLogger().removeHandler(handler)


def test_a_stranger_s_host_is_no_error_of_ours(client: Client) -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    handler.addFilter(Strangers())
    logger = logging.getLogger("django.security.DisallowedHost")
    logger.addHandler(handler)
    assert client.get("/readyz", headers={"host": "evil.example"}).status_code == 400
    logger.removeHandler(handler)
    (line,) = (json.loads(text) for text in stream.getvalue().splitlines())
    assert (line["level"], "exception" in line) == ("WARNING", False)
    assert "evil.example" in line["message"]


@pytest.mark.parametrize("canary", CANARIES)
def test_no_form_of_a_token_is_logged(settings: Any, canary: str) -> None:
    settings.SHOPIFY_API_SECRETS = [CLIENT_SECRET]
    for formatter in (JsonFormatter(), LineFormatter()):
        try:
            raise RuntimeError("it broke with {} and {}".format(canary, CLIENT_SECRET))  # noqa: UP032
        except RuntimeError as problem:
            record = logging.LogRecord("x", 40, "", 1, "asked %s %s", (canary, CLIENT_SECRET), None)
            record.exc_info = (type(problem), problem, problem.__traceback__)
        text = formatter.format(record)
        assert "canary" not in text.replace("format(canary, CLIENT_SECRET)", "")
        assert CLIENT_SECRET not in text
        assert "it broke with" in text


def test_what_is_no_token_stays() -> None:
    text = "ship_at shop.myshopify.com the bearer of bad news eyJ 0e1f"
    assert redact(text).replace("[redacted]", "of") == text
    for text in (
        "basic settings of https://a.example:8000/b@c",
        "the access token is renewed: a day",
        "'kind': 'password'",
    ):
        assert redact(text) == text


@pytest.mark.django_db(transaction=True)
def test_lines_of_a_slice_name_run_shop_and_ticket(app: Any, sandbox: Sandbox, lines: Any) -> None:
    shop = installed(sandbox, sandbox.shop("plain"))
    run = exports.create(shop)
    engine.work_slice()
    (line,) = [line for line in lines() if line["logger"] == "runs.engine"]
    assert (line["run"], line["shop"], line["ticket"]) == (str(run.pk), shop.domain, "1")
    assert line["message"].startswith("a slice of ")


@pytest.mark.django_db(transaction=True)
def test_a_fault_in_a_worker_shows_no_token_in_log_row_or_result(
    app: Any, sandbox: Sandbox, lines: Any, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    shop = installed(sandbox, sandbox.shop("plain"))
    run = exports.create(shop)
    token = shop.token

    def break_(*_: Any, **__: Any) -> None:
        raise RuntimeError(f"the request with {token} failed")

    monkeypatch.setattr(engine._Slice, "_stages", break_)
    engine.work_slice()
    run.refresh_from_db()
    assert any("RuntimeError" in line.get("exception", "") for line in lines())
    assert token not in json.dumps(lines()) + run.message
    assert "shpat_" not in run.message

    try:
        break_()
    except RuntimeError as problem:
        text = "".join(traceback.format_exception(problem))
        request = Context(task="runs.tasks.work")  # as a worker says what it was
        current_app.backend.store_result("1", problem, "FAILURE", traceback=text, request=request)
    result = TaskResult.objects.get()
    assert result.status == "FAILURE"
    assert "the request with" in result.traceback
    assert token not in f"{result.result} {result.traceback} {result.meta}"


@pytest.mark.django_db(transaction=True)
def test_a_fault_in_a_page_shows_no_token(
    app: Any, sandbox: Sandbox, lines: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from runs import views

    domain = sandbox.shop()
    client = Client(raise_request_exception=False)
    token = sandbox.id_token(domain)
    assert client.get("/", {"id_token": token, "shop": domain}).status_code == 200
    secret = Shop.objects.get().token

    def break_(*_: Any, **__: Any) -> None:
        raise RuntimeError(f"{secret} and {token}")

    monkeypatch.setattr(views, "render", break_)
    answer = client.get("/", {"id_token": sandbox.id_token(domain), "shop": domain})
    assert answer.status_code == 500
    logged = json.dumps(lines())
    assert "RuntimeError" in logged
    for hidden in (secret, token, CLIENT_SECRET):
        assert hidden not in logged
        assert hidden not in answer.content.decode()


@pytest.mark.parametrize("canary", ["/?id_token=canary-of-no-known-form", "/downloads/canary-of:no-known:form"])
def test_an_access_log_names_no_token_either(canary: str) -> None:
    config = runpy.run_path(str(Path(__file__).parents[2] / "gunicorn.conf.py"))
    logger = config["logger_class"](Config())
    path, _, query = canary.partition("?")
    environ = {"REQUEST_METHOD": "GET", "RAW_URI": canary, "SERVER_PROTOCOL": "HTTP/1.1", "QUERY_STRING": query}
    request = SimpleNamespace(headers=[("REFERER", f"https://app.example{canary}")], path=path)
    response = SimpleNamespace(status="200 OK", headers=[("LOCATION", canary)], sent=1)
    line = logger.cfg.access_log_format % SafeAtoms(
        logger.atoms(response, request, {**environ, "HTTP_REFERER": canary}, timedelta(seconds=1))
    )
    assert "canary" not in line
    assert "GET" in line
