"""Texts that name the source store, on the page of an export, in a plan and in a report."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from imports import services as imports
from runs.states import Status
from tests.builder import Builder
from tests.runs.test_lane import imported, installed, work
from tests.support import Sandbox
from tests.web.test_pages import bearer, streamed

pytestmark = pytest.mark.django_db(transaction=True)


def test_texts_that_name_the_store_are_shown(app: Any, sandbox: Sandbox, client: Client) -> None:
    builder, other = Builder(sandbox), Builder(sandbox)
    shirt = builder.product("shirt", {"Size": ["S"]})
    builder.metafield(shirt, "custom.note", "single_line_text_field", f"See https://{builder.shop}/about")
    source, target = installed(sandbox, builder.shop), installed(sandbox, other.shop)
    run = imported(sandbox, target, source)
    exported = source.runs.get(kind="export")
    page = client.get(f"/runs/{exported.id}/", headers=bearer(builder.shop)).content.decode()
    assert "Texts that name this store" in page
    assert f"https://{builder.shop}/about" in page
    plan = client.get(f"/imports/{run.id}/plan", headers=bearer(other.shop)).content.decode()
    assert plan.count("names the source store in a text, which stays as it is") == 1
    assert imports.confirm(run, policy="update", excluded={})
    assert work(run).status == Status.SUCCEEDED
    answer = client.get(f"/runs/{run.id}/status.json", headers=bearer(other.shop)).json()
    groups = json.dumps(answer["result"])
    assert "names the source store in a text, which stays as it is" in groups
    lines = streamed(client.get(f"/imports/{run.id}/report.jsonl", headers=bearer(other.shop)))
    (line,) = [own for own in map(json.loads, lines.splitlines()) if own["reason"] == "names_source"]
    assert (line["outcome"], line["verified"], line["lost"]) == ("created", True, [])
    assert line["detail"].endswith(f"stays as it is: https://{builder.shop}/about.")
