"""What operators see and do in Django's admin."""

from __future__ import annotations

import html
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone
from django_celery_results.models import TaskResult

from exports import services as exports
from imports.models import Copy, CopyStatus, Purpose
from runs import lane
from runs.engine import work_slice
from runs.models import Lane, LedgerEntry, Run, Service
from runs.states import FailReason, Status
from shops.models import Delivery, Grant, Link, LinkStatus, Shop
from tests.runs.test_lane import imported, installed, work
from tests.support import Sandbox
from transfer.limits import Limit
from transfer.outcomes import Outcome, Reason, State, Verdict
from transfer.registry import RESOURCES
from transfer.stages import EXPORT, IMPORT

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def operator(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("ada"))
    return client


@pytest.fixture
def looker(client: Client) -> Client:
    """May see everything, and do nothing."""
    user = User.objects.create_user("guest", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client.force_login(user)
    return client


def act(client: Client, action: str, *runs: Run) -> Any:
    chosen = {"action": action, "_selected_action": [str(run.pk) for run in runs]}
    return client.post("/operators/runs/run/", chosen, follow=True)


def test_every_list_and_record_opens_and_none_can_be_edited(app: Any, sandbox: Sandbox, operator: Client) -> None:
    source, target = (installed(sandbox, sandbox.shop(seed)) for seed in ("plain", "empty"))
    imported(sandbox, target, source)
    TaskResult.objects.create(task_id="1", task_name="runs.tasks.work", status="SUCCESS", result="true")
    assert operator.get("/operators/").status_code == 200
    for model, pk in (
        ("shops/shop", source.pk),
        ("runs/run", Run.objects.all()[0].pk),
        ("runs/lane", Lane.objects.all()[0].pk),
        ("runs/ledgerentry", LedgerEntry.objects.all()[0].pk),
        ("django_celery_results/taskresult", TaskResult.objects.get().pk),
    ):
        assert operator.get(f"/operators/{model}/").status_code == 200
        page = operator.get(f"/operators/{model}/{pk}/change/")
        assert page.status_code == 200
        for secret in (source.token, target.token, source.sealed_token):
            assert secret not in page.content.decode()
        assert operator.get(f"/operators/{model}/add/").status_code == 403
        assert operator.post(f"/operators/{model}/{pk}/change/", {"status": "succeeded"}).status_code == 403
        assert operator.post(f"/operators/{model}/{pk}/delete/", {"post": "yes"}).status_code == 403


def test_runs_are_filtered_by_state_shop_and_kind(app: Any, sandbox: Sandbox, operator: Client) -> None:
    one, other = (installed(sandbox, sandbox.shop()) for _ in range(2))
    run = exports.create(one)
    exports.create(other)
    for query in ({"shop__id__exact": one.pk}, {"q": one.domain}, {"q": str(run.pk)}):
        assert [str(found.pk) for found in operator.get("/operators/runs/run/", query).context["cl"].result_list] == [
            str(run.pk)
        ]
    assert operator.get("/operators/runs/run/", {"status__exact": "failed"}).context["cl"].result_count == 0
    assert operator.get("/operators/runs/run/", {"kind__exact": "import"}).context["cl"].result_count == 0
    assert operator.get("/operators/runs/run/", {"kind__exact": "export"}).context["cl"].result_count == 2


def test_cancelling_ringing_and_expiring(app: Any, sandbox: Sandbox, operator: Client) -> None:
    shop = installed(sandbox, sandbox.shop("plain"))
    done, waiting = work(exports.create(shop)), exports.create(shop)
    assert "A worker has been rung for." in act(operator, "ring", done, waiting).content.decode()
    answer = act(operator, "cancel", done, waiting)
    assert "1 run is cancelled, or will be within seconds. 1 run had ended already." in answer.content.decode()
    waiting.refresh_from_db()
    assert waiting.status == Status.CANCELLED
    assert "No worker is needed" in act(operator, "ring", waiting).content.decode()
    assert "2 runs expire now" in act(operator, "expire", done, waiting).content.decode()
    assert not Run.objects.filter(expires_at__gt=timezone.now()).exists()


def test_who_may_only_look_can_do_nothing(app: Any, sandbox: Sandbox, looker: Client) -> None:
    shop = installed(sandbox, sandbox.shop())
    run = exports.create(shop)
    act(looker, "cancel", run)
    run.refresh_from_db()
    assert run.status == Status.QUEUED
    assert looker.get("/operators/lanes/").status_code == 200
    assert "Drain" not in looker.get("/operators/lanes/").content.decode()
    assert looker.post("/operators/lanes/act", {"deed": "drain"}).status_code == 403
    assert not Service.objects.exists()


def test_whose_account_may_see_nothing_is_told_so_and_offered_nothing(app: Any, client: Client) -> None:
    client.force_login(User.objects.create_user("new", is_staff=True))
    assert "/operators/lanes/" not in client.get("/operators/").content.decode()
    for path in ("/operators/lanes/", "/operators/lanes/state.json"):
        answer = client.get(path, headers={"Accept": "text/html"})
        assert answer.status_code == 403
        assert "may view lanes; ask an operator" in answer.content.decode()
    listed = client.get("/operators/runs/run/", headers={"Accept": "text/html"})
    assert listed.status_code == 403
    assert "Your account may not see or do this" in listed.content.decode()
    forged = Client(enforce_csrf_checks=True).post("/operators/login/", {}, headers={"Accept": "text/html"})
    assert "was not sent by its own form" in forged.content.decode()


def test_a_lane_that_is_not_there_is_not_said_to_be_paused(app: Any, operator: Client) -> None:
    for deed in ("pause", "resume"):
        answer = operator.post("/operators/lanes/act", {"deed": deed, "shop": "999"}, follow=True)
        assert "There is no such lane" in answer.content.decode()


def test_who_may_only_look_is_refused_every_action_of_every_list(app: Any, sandbox: Sandbox, looker: Client) -> None:
    source, target = (installed(sandbox, sandbox.shop()) for _ in range(2))
    link = Link.objects.create(source=source, target=target, status="active", confirmed_at=timezone.now())
    later = timezone.now() + timedelta(hours=1)
    delivery = Delivery.objects.create(number="1", topic="shop/redact", triggered_at=later, not_before=later)
    export = exports.create(source)
    copy = Copy.objects.create(link=link, source=source, target=target, export=export)
    for model, action, pk in (
        ("shops/link", "end", link.pk),
        ("shops/delivery", "again", delivery.pk),
        ("imports/copy", "cancel", copy.pk),
    ):
        looker.post(f"/operators/{model}/", {"action": action, "_selected_action": [str(pk)]})
    for row in (link, delivery, copy):
        row.refresh_from_db()
    assert (link.status, delivery.not_before, copy.status) == ("active", later, "reading")
    for model_admin in admin.site._registry.values():
        own = [getattr(model_admin, str(name)) for name in model_admin.actions or ()]
        assert all(action.allowed_permissions == ["operate"] for action in own)


def test_strangers_are_asked_to_log_in(client: Client) -> None:
    for path in ("/operators/", "/operators/lanes/", "/operators/lanes/state.json"):
        answer = client.get(path)
        assert (answer.status_code, "/operators/login/" in answer["Location"]) == (302, True)
    assert client.post("/operators/lanes/act", {"deed": "drain"}).status_code == 302
    assert not Service.objects.exists()


def state(client: Client) -> dict[str, Any]:
    answer: dict[str, Any] = client.get("/operators/lanes/state.json").json()
    return answer


def test_the_lanes_page_says_who_is_served_and_who_waits(app: Any, sandbox: Sandbox, operator: Client) -> None:
    shops = [installed(sandbox, sandbox.shop("plain")) for _ in range(3)]
    for shop in shops:
        exports.create(shop)
    exports.create(shops[0])
    assert [own["state"] for own in state(operator)["lanes"]] == ["due"] * 3
    held = lane.take("host:1")
    assert held is not None
    Run.objects.filter(shop=shops[1]).update(not_before=timezone.now() + timedelta(minutes=1), stats={"throttled": 2})
    Shop.objects.filter(pk=shops[1].pk).update(
        bucket={"level": 5.0, "maximum": 2000.0, "rate": 100.0, "at": timezone.now().timestamp()}
    )
    Run.objects.create(shop=shops[2], kind="export", status="failed", reason="unreachable", expires_at=timezone.now())
    found = {own["shop"]: own for own in state(operator)["lanes"]}
    served = found[shops[0].pk]
    assert (served["state"], served["holder"], served["line"]) == ("served", "host:1", 2)
    waits = found[shops[1].pk]
    assert (waits["state"], waits["throttled"], waits["budget"]["maximum"]) == ("waits", 2, 2000)
    assert 50 <= waits["run"]["waits_seconds"] <= 60
    assert found[shops[2].pk]["failures"] == {"the store could not be reached for too long": 1}
    for shop in shops:
        assert shop.token not in json.dumps(state(operator))


def test_a_shop_is_paused_resumed_and_everything_drained_from_the_page(
    app: Any, sandbox: Sandbox, operator: Client, request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture
) -> None:
    shop = installed(sandbox, sandbox.shop("plain"))
    run = exports.create(shop)

    def do(deed: str, **more: Any) -> str:
        return operator.post("/operators/lanes/act", {"deed": deed, **more}, follow=True).content.decode()

    assert "paused" in do("pause", shop=shop.pk)
    assert state(operator)["lanes"][0]["state"] == "paused"
    assert f"the lane of {shop.domain} was paused by " in caplog.text
    assert not work_slice()
    assert "goes on" in do("resume", shop=shop.pk)
    do("drain")
    assert state(operator)["drained"]
    assert not work_slice()
    do("undrain")
    assert "A worker has been rung for." in do("ring")
    request.getfixturevalue("no_broker")
    assert "sweep will ring" in do("ring")
    assert work(run).status == Status.SUCCEEDED
    assert "no such deed" in do("explode")
    assert "no such deed" in do("pause", shop="1; DROP TABLE")


def test_the_page_holds_no_inline_script(operator: Client) -> None:
    answer = operator.get("/operators/lanes/")
    assert "script-src 'self'" in answer["Content-Security-Policy"]
    page = answer.content.decode()
    assert all(
        "src=" in part.split(">", 1)[0] or 'type="application/json"' in part for part in page.split("<script")[1:]
    )
    assert " onclick" not in page
    assert " style=" not in page


INTERNAL = {
    *(name for name in RESOURCES if "_" in name),
    *(str(word) for own in (Reason, Limit, FailReason, Grant) for word in own if "_" in str(word)),
    *(stage.name for stage in (*IMPORT, *EXPORT) if "_" in stage.name),
}
_WORDS = (Verdict, Outcome, State, Status, CopyStatus, Purpose, LinkStatus)
CLOSED = {str(word) for own in _WORDS for word in own if word}


def shown(page: str) -> str:
    """What a reader reads: texts, without scripts, styles and the values behind choices."""
    body = re.sub(r"(?s)<(script|style|template)\b.*?</\1>", " ", page.partition("<body")[2])
    return html.unescape(re.sub(r"(?s)<[^>]*>", "\n", body))


def test_no_page_shows_a_word_of_the_program(app: Any, sandbox: Sandbox, operator: Client, client: Client) -> None:
    """Raw values of closed sets, names of kinds and steps, JSON: they are for programs."""
    source, target = (installed(sandbox, sandbox.shop(seed)) for seed in ("plain", "empty"))
    scopes = [scope for scope in target.scopes if scope != "write_products"]
    Shop.objects.filter(pk=target.pk).update(scopes=scopes, counts={"shop_policies": 3})
    work(imported(sandbox, target, source))
    link = Link.objects.create(
        source=source, target=target, status="active", resources=["shop_policies"], confirmed_at=timezone.now()
    )
    Copy.objects.create(link=link, source=source, target=target, withheld=[{"resource": "shop_policies", "scopes": []}])
    Run.objects.create(shop=source, kind="export", status="failed", reason="bad_archive", expires_at=timezone.now())
    Delivery.objects.create(number="1", topic="app/uninstalled", payload={"a_b": 1}, triggered_at=timezone.now())
    wrong: list[str] = []
    for model in (Shop, Delivery, Link, Run, Lane, LedgerEntry, Copy):
        place = f"/operators/{model._meta.app_label}/{model._meta.model_name}/"
        for path in (place, *(f"{place}{row.pk}/change/" for row in model._default_manager.all()[:60])):
            answer = operator.get(path)
            assert answer.status_code == 200, path
            text = shown(answer.content.decode())
            found = {word for word in re.findall(r"[a-z]+(?:_[a-z]+)+", text) if word in INTERNAL}
            found |= {line.strip() for line in text.splitlines() if line.strip() in CLOSED or line.strip()[:2] == '{"'}
            wrong += [f"{path}: {sorted(found)}"] if found else []
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("proxy", "where"), [(None, "127.0.0.1"), (("HTTP_X_FORWARDED_PROTO", "https"), "203.0.113.7")]
)
def test_a_sign_in_that_failed_is_in_the_log_without_what_was_typed(
    app: Any, client: Client, settings: Any, caplog: pytest.LogCaptureFixture, proxy: Any, where: str
) -> None:
    settings.SECURE_PROXY_SSL_HEADER = proxy
    typed = {"username": "hunter2", "password": "hunter3"}
    headers = {"X-Forwarded-For": "198.51.100.1, 203.0.113.7"}
    assert client.post("/operators/login/", typed, headers=headers).status_code == 200
    assert f"an operator's sign-in failed, from {where}" in caplog.text
    assert "hunter" not in caplog.text
