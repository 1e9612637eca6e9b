"""Choosing what to export, on the page and on the command line."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from exports.models import Export
from tests.runs.test_lane import installed, work
from tests.support import Sandbox
from tests.web.test_pages import bearer

pytestmark = pytest.mark.django_db(transaction=True)


def _post(client: Client, domain: str, **data: Any) -> Any:
    return client.post("/exports/new", data, headers=bearer(domain))


def test_single_records_with_what_they_need(app: Any, sandbox: Sandbox, client: Client) -> None:
    domain = sandbox.shop("plain")
    installed(sandbox, domain)
    answer = _post(
        client, domain, records="products/shirt-1\n\nmetaobjects/color/red", closure="1", resources=["products"]
    )
    assert answer.status_code == 302
    run = work(Export.objects.get())
    assert run.result["counts"]["products"] == 1
    assert run.result["counts"]["product_metafields"] == 1
    assert run.result["counts"]["metaobject_definitions"] == 1
    assert run.result["outside"] == {}


def test_what_single_records_refer_to_is_counted_by_references(app: Any, sandbox: Sandbox, client: Client) -> None:
    domain = sandbox.shop("boutique", products=12)
    installed(sandbox, domain)
    _post(client, domain, records="collections/hand-picked")
    run = work(Export.objects.get())
    note = run.result["outside"]["products"]
    assert note["count"] > len(note["examples"]), "its order names again what it holds"
    page = client.get(f"/runs/{run.pk}/", headers=bearer(domain)).content.decode()
    (table,) = re.findall(r'<section class="card bare" id="outside">.*?</section>', page, re.DOTALL)
    assert 'class="number">References</th>' in table and "Records" not in table


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({}, "Choose at least one kind"),
        ({"records": "products"}, "names no record"),
        ({"resources": "products", "products": "colour:red"}, "cannot be filtered by &#x27;colour&#x27;"),
        ({"resources": "products", "owner_types": "dog"}, "no owner type"),
        ({"resources": "products", "namespaces": "<b>"}, "no name of a type"),
        ({"resources": "orders"}, "no resource"),
    ],
)
def test_what_cannot_be_chosen_is_refused_and_shown_again(
    app: Any, sandbox: Sandbox, client: Client, data: dict[str, str], says: str
) -> None:
    domain = sandbox.shop("plain")
    installed(sandbox, domain)
    answer = _post(client, domain, **data)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert says in text
    named = [name for name in ("products", "owner_types", "namespaces", "records") if data.get(name)]
    at = re.search(r'id="wrong">.*?</p><(?:input|textarea) id="\w+" aria-invalid="true"[^>]*? name="(\w+)"', text)
    assert ([at[1]] if at else []) == named
    assert data.get("products", "") in text
    assert not Export.objects.exists()


def test_the_command_takes_the_same_choice(app: Any, sandbox: Sandbox, tmp_path: Path, capsys: Any) -> None:
    domain = sandbox.shop("boutique", products=12)
    installed(sandbox, domain)
    out = tmp_path / "some.zip"
    chosen = [
        "--only",
        "products",
        "product_metafields",
        "--products",
        "vendor:'Atelier Nord'",
        "--namespaces",
        "custom",
    ]
    call_command("export_store", domain, "--out", str(out), *chosen, "--inline", "--json")
    printed = json.loads(capsys.readouterr().out)
    with zipfile.ZipFile(out) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    assert printed["counts"] == manifest["counts"]
    assert 0 < manifest["counts"]["products"] < 12
    assert set(manifest["counts"]) == {"products", "product_metafields"}
    assert manifest["selection"]["products"] == "vendor:'Atelier Nord'"
    assert manifest["outside"] == printed["outside"] != {}


def test_the_command_says_what_it_does_not_understand(app: Any, sandbox: Sandbox, tmp_path: Path, capsys: Any) -> None:
    domain = sandbox.shop("plain")
    installed(sandbox, domain)
    with pytest.raises(SystemExit) as end:
        call_command("export_store", domain, "--out", str(tmp_path / "x.zip"), "--record", "dogs/rex", "--inline")
    assert end.value.code == 2
    assert "names no record" in capsys.readouterr().err
