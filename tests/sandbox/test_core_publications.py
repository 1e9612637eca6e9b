"""Publishing, as recorded: all or nothing, the record answered with either way, drafts staged and not shown."""

from __future__ import annotations

from typing import Any

from .core import Core

CHANNELS = "{ publications(first: 10, catalogType: APP) { nodes { id catalog { title } supportsFuturePublishing } } }"
PUBLISH = """mutation P($id: ID!, $input: [PublicationInput!]!) { publishablePublish(id: $id, input: $input) {
  publishable { resourcePublicationsCount { count } ... on Node { id } } userErrors { field message } } }"""
UNPUBLISH = PUBLISH.replace("publishablePublish", "publishableUnpublish")
CREATE = """mutation C($product: ProductCreateInput!) { productCreate(product: $product) { product { id } } }"""
ON = """query On($id: ID!, $all: Boolean!) { product(id: $id) {
  resourcePublicationsV2(first: 10, onlyPublished: $all) { nodes {
    isPublished publishDate publication { catalog { title } } } } } }"""


def channels(core: Core) -> dict[str, str]:
    return {node["catalog"]["title"]: node["id"] for node in core.data(CHANNELS)["publications"]["nodes"]}


def product(core: Core, status: str = "ACTIVE") -> str:
    made = core.data(CREATE, product={"title": "Shirt", "status": status})
    return str(made["productCreate"]["product"]["id"])


def on(core: Core, gid: str, *, only_published: bool) -> list[tuple[str, bool]]:
    nodes = core.data(ON, id=gid, all=only_published)["product"]["resourcePublicationsV2"]["nodes"]
    return [(node["publication"]["catalog"]["title"], node["isPublished"]) for node in nodes]


def problems(core: Core, document: str, gid: str, *given: dict[str, Any]) -> list[tuple[list[str], str]]:
    (payload,) = core.data(document, id=gid, input=list(given)).values()
    assert payload["publishable"]["id"] == gid, "it is answered with, whether it was published or not"
    return [(error["field"], error["message"]) for error in payload["userErrors"]]


def test_a_new_store_has_three_channels_and_a_new_product_is_on_none() -> None:
    core = Core()
    assert list(channels(core)) == ["Online Store", "Point of Sale", "Shop"]
    assert on(core, product(core), only_published=False) == []


def test_a_draft_and_what_is_still_to_come_are_staged() -> None:
    core = Core()
    store, till, _ = channels(core).values()
    for gid, shown in ((product(core), True), (product(core, "DRAFT"), False)):
        later = {"publicationId": store, "publishDate": "2075-01-01T00:00:00+01:00"}
        assert problems(core, PUBLISH, gid, later, {"publicationId": till}) == []
        assert on(core, gid, only_published=True) == ([("Point of Sale", True)] if shown else [])
        assert on(core, gid, only_published=False) == [("Online Store", False), ("Point of Sale", shown)]
        assert problems(core, UNPUBLISH, gid, {"publicationId": store}) == []
        assert on(core, gid, only_published=False) == [("Point of Sale", shown)]


def test_one_bad_channel_refuses_all() -> None:
    core = Core()
    gid, (store, till, _) = product(core), channels(core).values()
    unknown = {"publicationId": "gid://shopify/Publication/999999999999"}
    twice, early = {"publicationId": store}, {"publicationId": store, "publishDate": "1900-01-01T00:00:00Z"}
    late = {"publicationId": till, "publishDate": "2075-01-01T00:00:00Z"}
    assert problems(core, PUBLISH, gid, twice, unknown) == [
        (["input", "1", "publicationId"], "Publication does not exist or is not publishable")
    ]
    assert problems(core, PUBLISH, gid, twice, twice) == [
        (["input", "1", "publicationId"], "The same publication was specified more than once")
    ]
    assert problems(core, PUBLISH, gid, early) == [
        (["input", "0", "publishDate"], "Publish date must be a date after the year 1969")
    ]
    assert problems(core, PUBLISH, gid, {}) == [(["input", "0", "publicationId"], "PublicationId cannot be empty")]
    assert problems(core, PUBLISH, gid, late)[0][0] == ["input", "0", "publishDate"]
    assert on(core, gid, only_published=False) == []


def test_the_scope_is_demanded() -> None:
    core = Core()
    gid = product(core)
    core.scopes = core.scopes - {"write_publications"}
    for document, variables in ((CHANNELS, {}), (ON, {"id": gid, "all": True}), (PUBLISH, {"id": gid, "input": []})):
        (error,) = core.ask(document, **variables)["errors"]
        assert error["extensions"]["code"] == "ACCESS_DENIED"
