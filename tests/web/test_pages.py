"""Every page and JSON: who may see it, and what the others are told."""

from __future__ import annotations

import time
import uuid
from datetime import timedelta
from typing import Any

import jwt
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from exports import services as exports
from runs.expiry import purge_expired
from runs.models import Run
from runs.services import LEFT
from runs.states import Status
from runs.storage import storage
from shops.departure import leave
from shops.models import Shop
from tests.runs.test_lane import imported, installed, work
from tests.support import CLIENT_ID, CLIENT_SECRET, Sandbox

pytestmark = pytest.mark.django_db(transaction=True)

RUN_PAGES = ("/runs/{}/", "/runs/{}/status.json")
IMPORT_PAGES = ("/imports/{}/plan", "/imports/{}/report", "/imports/{}/report.csv", "/imports/{}/report.jsonl")
POSTS = ("/runs/{}/cancel", "/runs/{}/remove", "/exports/{}/download-link", "/imports/{}/confirm")
PAGES = ("/", "/exports/new", "/imports/new")


def token(shop: str, secret: str = CLIENT_SECRET, **claims: Any) -> str:
    now = int(time.time())
    own = {"iss": f"https://{shop}/admin", "dest": f"https://{shop}", "aud": CLIENT_ID, "nbf": now, "exp": now + 60}
    return jwt.encode({k: v for k, v in {**own, **claims}.items() if v is not None}, secret, algorithm="HS256")


def bearer(shop: str, **how: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {token(shop, **how)}", "Accept": "application/json"}


def streamed(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def test_opening_the_app_installs_the_shop(app: Any, sandbox: Sandbox, client: Client) -> None:
    domain = sandbox.shop()
    answer = client.get("/", {"id_token": sandbox.id_token(domain), "shop": domain, "embedded": "1"})
    assert answer.status_code == 200
    shop = Shop.objects.get(domain=domain)
    assert shop.token.startswith("shpat_")
    assert shop.token not in shop.sealed_token
    assert f"frame-ancestors https://{domain}" in answer["Content-Security-Policy"]
    assert "shpat_" not in answer.content.decode()


@pytest.mark.parametrize(
    "how",
    [
        {"secret": "x" * 40},
        {"exp": 1},
        {"exp": None},
        {"nbf": 2**32},
        {"aud": "another-app"},
        {"iss": "https://evil.myshopify.com/admin"},
        {"dest": "https://evil.com"},
        {"dest": None},
    ],
)
def test_a_bad_token_gets_401_and_is_told_to_retry(
    app: Any, sandbox: Sandbox, client: Client, how: dict[str, Any]
) -> None:
    domain = sandbox.shop()
    for page in PAGES:
        answer = client.get(page, headers=bearer(domain, **how))
        assert answer.status_code == 401
        assert answer["X-Shopify-Retry-Invalid-Session-Request"] == "1"
    assert not Shop.objects.exists()


def test_a_document_without_a_token_is_bounced_and_the_stale_one_goes_no_further(app: Any, client: Client) -> None:
    query = {"shop": "a.myshopify.com", "embedded": "1", "id_token": "stale", "host": "x"}
    answer = client.get("/exports/new", query, headers={"Accept": "text/html"})
    assert answer.status_code == 302
    assert answer["Location"].startswith("/auth/bounce?")
    assert "stale" not in answer["Location"]
    assert client.get(answer["Location"]).status_code == 200
    outside = client.get("/", {"shop": "a.myshopify.com"}, headers={"Accept": "text/html"})
    assert outside["Location"].endswith(f"/store/a/apps/{CLIENT_ID}")
    query |= {"embedded": "", "resource": "pages", "after": "ä&b"}
    inner = client.get("/exports/new", query, headers={"Accept": "text/html"})
    assert inner["Location"].endswith(f"/store/a/apps/{CLIENT_ID}/exports/new?resource=pages&after=%C3%A4%26b")
    hostile = client.get("/", {"shop": "a.myshopify.com.evil.com"}, headers={"Accept": "text/html"})
    assert hostile.status_code == 401
    assert "frame-ancestors 'none'" in hostile["Content-Security-Policy"]
    assert f'href="{settings.SHOPIFY_ADMIN_ORIGIN}"' in hostile.content.decode()


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("/links/{}/confirm", "/links"),
        ("/links/{}/keep", "/links"),
        ("/links/{}/end", "/links"),
        ("/links/{}/copy", "/links"),
        ("/links/enter", "/links"),
        ("/scopes", "/links"),
        ("/runs/{}/cancel", "/runs/{}/"),
        ("/runs/{}/remove", "/runs/{}/"),
        ("/copies/{}/cancel", "/copies/{}/"),
        ("/imports/{}/confirm", "/imports/{}/plan"),
        ("/exports/{}/download-link", "/runs/{}/"),
    ],
)
def test_an_address_that_is_only_sent_to_leads_to_its_page(app: Any, client: Client, address: str, page: str) -> None:
    own = uuid.uuid4()
    answer = client.get(address.format(own), {"shop": "a.myshopify.com", "embedded": "1"})
    assert answer.status_code == 302
    assert answer["Location"] == f"{page.format(own)}?shop=a.myshopify.com&embedded=1"
    assert client.put(address.format(own)).status_code == 405


def test_an_address_that_is_not_there_is_told_inside_the_admin_that_opened_it(
    app: Any, sandbox: Sandbox, client: Client
) -> None:
    domain = installed(sandbox, sandbox.shop()).domain
    query = {"shop": domain, "embedded": "1", "id_token": bearer(domain)["Authorization"].removeprefix("Bearer ")}
    answer = client.get("/runs/cut-off", query, headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert f"frame-ancestors https://{domain} " in answer["Content-Security-Policy"]
    assert "X-Frame-Options" not in answer
    assert "All runs" in answer.content.decode()
    other = client.get("/runs/cut-off", {**query, "shop": "evil.myshopify.com"}, headers={"Accept": "text/html"})
    assert "evil" not in other["Content-Security-Policy"]
    forged = client.get("/runs/cut-off", {"shop": domain, "id_token": "x"}, headers={"Accept": "text/html"})
    assert "frame-ancestors 'none'" in forged["Content-Security-Policy"]


def test_another_shops_run_is_not_there(app: Any, sandbox: Sandbox, client: Client) -> None:
    source, target = (installed(sandbox, sandbox.shop(seed)) for seed in ("plain", "empty"))
    run = imported(sandbox, target, source)
    exported = Run.objects.get(kind="export")
    stranger = bearer(installed(sandbox, sandbox.shop()).domain)
    for page in (*RUN_PAGES, *IMPORT_PAGES):
        for pk in (run.pk, exported.pk, uuid.uuid4()):
            assert client.get(page.format(pk), headers=stranger).status_code == 404
    for page in POSTS:
        for pk in (run.pk, exported.pk):
            assert client.post(page.format(pk), headers=stranger).status_code == 404
            assert client.get(page.format(pk), headers=stranger).status_code == 404
    run.refresh_from_db()
    assert run.status == "waiting"


def test_an_expired_run_is_gone_and_after_the_purge_it_is_not_there(app: Any, sandbox: Sandbox, client: Client) -> None:
    source, target = (installed(sandbox, sandbox.shop(seed)) for seed in ("plain", "empty"))
    run = imported(sandbox, target, source)
    own = bearer(target.domain)
    assert client.get(f"/runs/{run.pk}/status.json", headers=own).json()["status"] == "waiting"
    link = client.post(
        f"/exports/{Run.objects.get(kind='export').pk}/download-link", headers=bearer(source.domain)
    ).json()
    assert streamed(client.get(link["url"]))[:2] == b"PK"
    Run.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    for page in (*RUN_PAGES, *IMPORT_PAGES):
        assert client.get(page.format(run.pk), headers=own).status_code == 410
    assert client.post(f"/imports/{run.pk}/confirm", headers=own).status_code == 410
    assert client.get(f"/imports/{run.pk}/confirm", headers=own).status_code == 410
    assert client.get(link["url"]).status_code == 410
    assert client.get(link["url"][:-1]).status_code == 404  # nobody here signed that
    purge_expired()
    for page in (*RUN_PAGES, *IMPORT_PAGES):
        assert client.get(page.format(run.pk), headers=own).status_code == 404


def test_a_page_says_one_thing_of_a_run_that_goes_on_meanwhile(app: Any, sandbox: Sandbox, client: Client) -> None:
    """A worker takes the run between the page's two reads: badge and script still go by the same."""
    run = exports.create(installed(sandbox, sandbox.shop()))

    def take(execute: Any, sql: str, *rest: Any) -> Any:
        if '"exports_export"' in sql and Run.objects.filter(pk=run.pk, status=Status.QUEUED).exists():
            Run.objects.filter(pk=run.pk).update(status=Status.WORKING)
        return execute(sql, *rest)

    headers = bearer(run.shop.domain) | {"Accept": "text/html"}
    with connection.execute_wrapper(take):
        page = client.get(f"/runs/{run.pk}/", headers=headers).content.decode()
    assert '<span class="badge working">Working</span>' in page and 'data-state="working"' in page


def test_the_whole_job_over_http(app: Any, sandbox: Sandbox, client: Client) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    source, target = (installed(sandbox, sandbox.shop(seed)) for seed in ("plain", "empty"))
    exported = work(exports.create(source))
    link = client.post(f"/exports/{exported.pk}/download-link", headers=bearer(source.domain)).json()["url"]
    archive = streamed(client.get(link))
    own = bearer(target.domain)
    address = client.post("/imports/uploads", headers=own).json()["address"]
    answer = client.post(address, {"archive": SimpleUploadedFile("a.zip", archive)})
    assert answer.status_code == 201
    assert client.post(address, {"archive": SimpleUploadedFile("a.zip", archive)}).status_code == 410
    run = Run.objects.get(pk=answer.json()["run"])
    work(run)
    plan = client.get(f"/imports/{run.pk}/plan", {"resource": "products"}, headers=own).json()
    assert plan["plan"]["counts"]["products"]["create"] == 3
    assert plan["rows"][0]["changes"]
    page = client.get(f"/imports/{run.pk}/plan", headers={**own, "Accept": "text/html"}).content.decode()
    assert "Confirm and write" in page
    bad = client.post(f"/imports/{run.pk}/confirm", {"policy": "everything"}, headers=own)
    assert bad.status_code == 422
    assert client.post(f"/imports/{run.pk}/confirm", {"policy": "update"}, headers=own).status_code == 302
    assert client.post(f"/imports/{run.pk}/confirm", {"policy": "update"}, headers=own).status_code == 409
    work(run)
    status = client.get(f"/runs/{run.pk}/status.json", headers=own).json()
    assert (status["status"], status["poll_ms"]) == ("succeeded", None)
    lines = streamed(client.get(f"/imports/{run.pk}/report.jsonl", headers=own))
    assert lines.count(b"\n") == status["result"]["totals"]["source"]
    assert client.get("/", headers={**own, "Accept": "text/html"}).status_code == 200
    assert client.get(f"/runs/{run.pk}/", headers={**own, "Accept": "text/html"}).status_code == 200


def test_a_bad_upload_gets_one_sentence(app: Any, sandbox: Sandbox, client: Client) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    own = bearer(installed(sandbox, sandbox.shop()).domain)
    for file in (SimpleUploadedFile("a.zip", b"no zip"), None):
        address = client.post("/imports/uploads", headers=own).json()["address"]
        answer = client.post(address, {"archive": file} if file else {})
        assert answer.status_code == 422
        assert answer.json()["error"].endswith((".", "?"))


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("purpose", ["import", "compare"])
def test_an_upload_to_a_store_that_leaves_meanwhile_is_told_so(
    app: Any, sandbox: Sandbox, client: Client, purpose: str, whole: bool
) -> None:
    """Its body comes for minutes, after the store was looked up: `whole`: nothing is left of that by then."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    shop = installed(sandbox, sandbox.shop("plain"))
    exported = work(exports.create(shop))
    with storage().read(exported.export.archive) as file:
        archive = SimpleUploadedFile("a.zip", file.read())
    address = client.post("/imports/uploads", headers=bearer(shop.domain)).json()["address"]

    def leaves(execute: Any, sql: str, *rest: Any) -> Any:
        answer = execute(sql, *rest)
        if sql.startswith('DELETE FROM "imports_uploadaddress"') and Shop.objects.filter(
            pk=shop.pk, uninstalled_at=None
        ):
            assert leave(shop.domain, timezone.now())
            if whole:
                Shop.objects.filter(pk=shop.pk).delete()
        return answer

    with connection.execute_wrapper(leaves):
        refused = client.post(address, {"purpose": purpose, "archive": archive})
    assert (refused.status_code, refused.json()["error"]) == (422, LEFT)
    assert {name.split("/")[0] for name in storage().list("")} == {str(exported.pk)}
    assert not Run.objects.exclude(pk=exported.pk).exists()


def test_a_long_list_shows_every_run_once(app: Any, sandbox: Sandbox, client: Client) -> None:
    shop = installed(sandbox, sandbox.shop())
    runs = {str(exports.create(shop).pk) for _ in range(60)}
    own = {**bearer(shop.domain), "Accept": "text/html"}
    seen: list[str] = []
    page: str | None = "/"
    while page:
        answer = client.get(page, headers=own)
        seen += [str(line["run"].pk) for line in answer.context["lines"]]
        page = f"/?after={answer.context['following']}" if answer.context["following"] else None
    assert sorted(seen) == sorted(runs)


@pytest.mark.parametrize(
    "body",
    [
        b'{"policy":"update","excluded":{"records":[[["x"],["a"]]]}}',
        b'{"policy":"update","excluded":{"records":[[{"a":1},["a"]]]}}',
        b'{"policy":"update","excluded":{"resources":[["x"]]}}',
        b"[" * 100_000,
        b"{",
    ],
)
def test_a_decision_of_any_shape_gets_one_sentence(app: Any, sandbox: Sandbox, client: Client, body: bytes) -> None:
    source, target = (installed(sandbox, sandbox.shop(seed)) for seed in ("plain", "empty"))
    run = imported(sandbox, target, source)
    path = f"/imports/{run.pk}/confirm"
    answer = client.post(path, body, content_type="application/json", headers=bearer(target.domain))
    assert answer.status_code == 422
    assert answer.json()["error"].endswith(".")
    run.refresh_from_db()
    assert run.status == "waiting"
