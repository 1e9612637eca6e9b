"""Two stores of different primary languages: plan, report and commands say what becomes of the texts."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from imports import services as imports
from imports.commands import not_carried
from tests.builder import Builder
from tests.runs.test_lane import imported, installed, work
from tests.support import Sandbox
from tests.web.test_pages import bearer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]

SAID = "The primary language of this store is another one"


@pytest.mark.parametrize(("language", "told"), [("en", False), ("fr", True)])
def test_texts_in_another_language_are_told(
    app: Any, sandbox: Sandbox, client: Client, language: str, told: bool
) -> None:
    builder, other = Builder(sandbox), sandbox.shop(language=language)
    builder.product("shirt", {"Size": ["S"]})
    run = imported(sandbox, installed(sandbox, other), installed(sandbox, builder.shop))
    own = {"source": "en", "target": "fr"} if told else {}
    assert run.plan["languages"] == own
    plan = client.get(f"/imports/{run.id}/plan", headers={**bearer(other), "Accept": "text/html"}).content.decode()
    assert (SAID in plan) is told
    assert imports.confirm(run, policy="update", excluded={})
    assert work(run).result["languages"] == own
    report = client.get(f"/imports/{run.id}/report", headers={**bearer(other), "Accept": "text/html"}).content.decode()
    assert (SAID in report) is told
    assert ("this store's is another (fr)" in not_carried(run.result)) is told
