"""The scopes that a kind takes part by part are asked for on the pages, where somebody ticks the part."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from tests.runs.test_scopes import PRODUCTS, narrow
from tests.support import Sandbox
from tests.web.test_pages import bearer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(("path", "verb"), [("/exports/new", "read"), ("/imports/new", "write")])
def test_a_form_asks_for_the_scopes_of_more_owner_types(
    app: Any, sandbox: Sandbox, client: Client, path: str, verb: str
) -> None:
    shop = narrow(sandbox, sandbox.shop(), [*PRODUCTS, "write_metaobject_definitions", "write_orders"])
    page = client.get(path, headers={**bearer(shop.domain), "Accept": "text/html"}).content.decode()
    asked = dict(re.findall(r'data-scopes="([^"]+)"> <span>([^<]+)<small>', page))
    assert asked[f"{verb}_customers"] == "Customers"
    assert asked[f"{verb}_companies"] == "Companies and company locations"
    assert f"{verb}_orders" not in asked, "that one is granted"
