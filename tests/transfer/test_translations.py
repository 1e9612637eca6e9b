"""Translations arrive in every language: with digests of the target's texts, key by key, and never doubled."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.archives import Record, edited, opened
from tests.builder import troubles
from tests.support import Sandbox, archive_of, checksums, export, import_
from transfer.anonymise import LEFT_OUT
from transfer.local import LocalRun, local_desk
from transfer.outcomes import Outcome, Reason, Verdict
from transfer.registry import RESOURCES
from transfer.renew import OLD
from transfer.resources.locales import IS_PRIMARY
from transfer.stages import IMPORT
from transfer.work import Desk, Row, Where

SHIRT, PAGE = ("products", "shirt-1", "de"), ("pages", "about-us", "de")
READ = """query T($id: ID!, $locale: String!) {
  translatableResource(resourceId: $id) {
    translatableContent { key digest value } translations(locale: $locale) { key value outdated }
  }
}"""
REGISTER = """mutation R($id: ID!, $given: [TranslationInput!]!) {
  translationsRegister(resourceId: $id, translations: $given) {
    translations { key } userErrors { field message code }
  }
}"""
ENABLE = "mutation E($locale: String!) { shopLocaleEnable(locale: $locale) { userErrors { field message } } }"
PRODUCT = "query P($handle: String!) { productByIdentifier(identifier: {handle: $handle}) { id } }"
RENAME = "mutation N($p: ProductUpdateInput) { productUpdate(product: $p) { userErrors { message } } }"


@pytest.fixture(scope="module")
def full(sandbox: Sandbox) -> str:
    """A store that every test only reads."""
    return sandbox.shop("boutique", products=4)


def rows(desk: Desk, outcome: Outcome) -> dict[tuple[str, ...], Row]:
    found = desk.ledger.select(Where(resource="translations", outcomes=frozenset({outcome})), limit=500)
    return {row.key: row for row in found}


def product(sandbox: Sandbox, shop: str, handle: str) -> str:
    return str(sandbox.graphql(shop, PRODUCT, handle=handle)["productByIdentifier"]["id"])


def small(sandbox: Sandbox, texts: dict[str, str], locale: str = "de") -> str:
    """A plain store whose first shirt is translated."""
    shop = sandbox.shop("plain", products=2)
    sandbox.graphql(shop, ENABLE, locale=locale)
    assert not register(sandbox, shop, texts, locale)["userErrors"]
    return shop


def register(sandbox: Sandbox, shop: str, texts: dict[str, str], locale: str = "de") -> Any:
    gid = product(sandbox, shop, "shirt-1")
    content = sandbox.graphql(shop, READ, id=gid, locale=locale)["translatableResource"]["translatableContent"]
    digests = {item["key"]: item["digest"] for item in content}
    given = [
        {"key": key, "locale": locale, "value": value, "translatableContentDigest": digests.get(key) or ""}
        for key, value in texts.items()
    ]
    return sandbox.graphql(shop, REGISTER, id=gid, given=given)["translationsRegister"]


def said(sandbox: Sandbox, shop: str, locale: str = "de") -> dict[str, Any]:
    gid = product(sandbox, shop, "shirt-1")
    found = sandbox.graphql(shop, READ, id=gid, locale=locale)["translatableResource"]["translations"]
    return {item["key"]: item["value"] for item in found}


def test_every_kind_that_can_be_translated_arrives_and_stays(sandbox: Sandbox, full: str, tmp_path: Path) -> None:
    _, past = export(sandbox, full, tmp_path)
    archive = archive_of(sandbox, full, tmp_path)
    target = sandbox.shop()
    desk, _ = import_(sandbox, target, archive, tmp_path)
    created = rows(desk, Outcome.CREATED)
    assert all(row.verified for row in created.values())
    kinds = {key[0] for key in created}
    assert {"products", "product_options", "product_option_values", "pages", "collections", "articles", "blogs"} < kinds
    assert {"metaobjects", "product_metafields", "files", "shop_policies"} < kinds
    again, _ = import_(sandbox, target, archive, tmp_path)
    assert again.client.writes == 0
    _, copied = export(sandbox, target, tmp_path)
    assert checksums(copied) == checksums(past)


def test_links_and_files_in_translations_become_the_targets(sandbox: Sandbox, full: str, tmp_path: Path) -> None:
    target = sandbox.shop()
    desk, _ = import_(sandbox, target, archive_of(sandbox, full, tmp_path), tmp_path)
    body = rows(desk, Outcome.CREATED)["pages", "about-us", "de"].after["texts"]["body_html"]  # type: ignore[index]
    assert 'href="shopsync:https://store/pages/contact"' in body and 'href="/"' in body
    (page,) = (
        node
        for node in sandbox.graphql(target, "{ pages(first: 50) { nodes { id handle } } }")["pages"]["nodes"]
        if node["handle"] == "about-us"
    )
    found = sandbox.graphql(target, READ, id=page["id"], locale="de")["translatableResource"]["translations"]
    html = next(item["value"] for item in found if item["key"] == "body_html")
    assert target in html and full not in html


def test_digests_are_those_of_the_targets_texts(sandbox: Sandbox, tmp_path: Path) -> None:
    """The target has a title of its own, which is left alone: its translation is made for that title."""
    archive = archive_of(sandbox, small(sandbox, {"title": "Hemd"}), tmp_path)
    target = sandbox.shop("plain", products=2)
    sandbox.graphql(target, RENAME, p={"id": product(sandbox, target, "shirt-1"), "title": "Another title"})
    desk, _ = import_(sandbox, target, archive, tmp_path, policy="create_only")
    assert rows(desk, Outcome.CREATED)[SHIRT].verified
    assert said(sandbox, target) == {"title": "Hemd"}


def test_only_what_differs_is_written_and_what_only_the_target_says_stays(sandbox: Sandbox, tmp_path: Path) -> None:
    archive = archive_of(sandbox, small(sandbox, {"title": "Hemd", "handle": "hemd"}), tmp_path)
    target = small(sandbox, {"title": "Bluse", "handle": "hemd", "product_type": "Oberteil"})
    desk, _ = import_(sandbox, target, archive, tmp_path)
    assert rows(desk, Outcome.UPDATED)[SHIRT].changed == ("texts.title",)
    assert said(sandbox, target) == {"title": "Hemd", "handle": "hemd", "product_type": "Oberteil"}
    assert sandbox.stats(target)["mutations"]["translationsRegister"] == 2, "one of which is the test's own"


def test_a_text_that_changed_after_its_translation_is_translated_anew(sandbox: Sandbox, tmp_path: Path) -> None:
    archive = archive_of(sandbox, small(sandbox, {"title": "Hemd"}), tmp_path)
    target = small(sandbox, {"title": "Hemd"})
    gid = product(sandbox, target, "shirt-1")
    sandbox.graphql(target, RENAME, p={"id": gid, "title": "Another title"})
    import_(sandbox, target, archive, tmp_path)  # gives the title back, for which the translation was made
    sandbox.graphql(target, RENAME, p={"id": gid, "title": "Another title"})
    desk, _ = import_(sandbox, target, archive, tmp_path, policy="update", excluded={"resources": ["products"]})
    assert rows(desk, Outcome.UPDATED)[SHIRT].changed == ("outdated.title",)
    (title,) = sandbox.graphql(target, READ, id=gid, locale="de")["translatableResource"]["translations"]
    assert not title["outdated"]


@pytest.mark.parametrize("command", ["MERGE", "REPLACE"])
def test_a_row_that_changes_a_text_says_so_of_its_translation(sandbox: Sandbox, tmp_path: Path, command: str) -> None:
    """Of a text that was changed by hand nobody knows whether its translation still fits, unless its row says so."""
    shop = small(sandbox, {"title": "Hemd", "body_html": '<a href="/pages/none">mehr</a>'})

    def edit(resource: str, number: int, record: Record) -> list[Record]:
        if resource == "products" and record["key"] == ["shirt-1"]:
            return [{**record, "command": "MERGE", "fields": {"title": "Better title"}}]
        return [{**record, "command": command}] if resource == "translations" else [record]

    archive = edited(archive_of(sandbox, shop, tmp_path), edit)
    desk, _ = import_(sandbox, shop, archive, tmp_path)
    row = desk.ledger.get("translations", [SHIRT])[SHIRT]
    if command == "REPLACE":
        assert (row.outcome, row.changed, row.verified) == (Outcome.UPDATED, ("outdated.title",), True)
    else:
        assert row.outcome is Outcome.UNCHANGED
        assert OLD.format("title") in row.detail, "beside what is told of its link, which leads nowhere"
    again, _ = import_(sandbox, shop, archive, tmp_path)
    assert again.client.writes == 0, "of a mark that is right nothing is written"
    gid = product(sandbox, shop, "shirt-1")
    said = sandbox.graphql(shop, READ, id=gid, locale="de")["translatableResource"]["translations"]
    title = next(text for text in said if text["key"] == "title")
    assert title == {**title, "value": "Hemd", "outdated": command == "MERGE"}


def test_a_handle_that_is_taken_is_named_and_the_other_texts_are_stored(sandbox: Sandbox, tmp_path: Path) -> None:
    archive = archive_of(sandbox, small(sandbox, {"title": "Hemd", "handle": "hemd"}), tmp_path)
    target = sandbox.shop("plain", products=2)
    sandbox.graphql(target, ENABLE, locale="de")
    other = product(sandbox, target, "shirt-0")
    content = sandbox.graphql(target, READ, id=other, locale="de")["translatableResource"]["translatableContent"]
    digest = next(item["digest"] for item in content if item["key"] == "handle")
    taken = {"key": "handle", "locale": "de", "value": "hemd", "translatableContentDigest": digest}
    sandbox.graphql(target, REGISTER, id=other, given=[taken])
    desk, _ = import_(sandbox, target, archive, tmp_path)
    row = rows(desk, Outcome.CREATED)[SHIRT]
    assert row.reason is Reason.PART_CONFLICT
    assert row.detail == "It must be unique there: products / shirt-0 / de has its handle in the target store."
    assert said(sandbox, target) == {"title": "Hemd"}


def test_a_lost_answer_is_harmless(sandbox: Sandbox, tmp_path: Path) -> None:
    archive = archive_of(sandbox, small(sandbox, {"title": "Hemd"}), tmp_path)
    target = sandbox.shop()
    sandbox.faults({"kind": "lost_answer", "match": "RegisterTranslations", "shop": target, "times": 2})
    sandbox.faults({"kind": "lost_answer", "match": "EnableLocale", "shop": target, "times": 1})
    desk, _ = import_(sandbox, target, archive, tmp_path)
    assert not rows(desk, Outcome.FAILED)
    assert rows(desk, Outcome.CREATED)[SHIRT].verified
    assert said(sandbox, target) == {"title": "Hemd"}


def test_what_somebody_translated_after_the_plan_is_theirs(sandbox: Sandbox, tmp_path: Path) -> None:
    archive = archive_of(sandbox, small(sandbox, {"title": "Hemd", "product_type": "Oben"}), tmp_path)
    target = sandbox.shop("plain", products=2)
    sandbox.graphql(target, ENABLE, locale="de")
    desk = local_desk(sandbox.client(target), tmp_path / "theirs", settling=0.0)
    with desk.storage.write("source.zip") as file:
        file.write(archive)
    run = LocalRun(desk, {"archive": "source.zip", "policy": "update", "excluded": {}}, {})
    middle = [stage.name for stage in IMPORT].index("apply")
    run.work(IMPORT[:middle])
    register(sandbox, target, {"title": "Ihres"})
    run.work(IMPORT[middle:])
    row = rows(desk, Outcome.SKIPPED)[SHIRT]
    assert row.reason is Reason.CHANGED_MEANWHILE
    assert said(sandbox, target) == {"title": "Ihres", "product_type": "Oben"}


def test_a_language_that_is_left_out_is_named(sandbox: Sandbox, tmp_path: Path) -> None:
    source = small(sandbox, {"title": "Hemd"})
    archive = archive_of(sandbox, source, tmp_path, resources=["products", "translations"])
    desk, _ = import_(sandbox, sandbox.shop(), archive, tmp_path)
    row = rows(desk, Outcome.FAILED)[SHIRT]
    assert row.reason is Reason.OUTSIDE_REQUIRED and "shopsync:locales/de" in row.detail


def test_the_targets_primary_language_takes_no_translations(sandbox: Sandbox, tmp_path: Path) -> None:
    archive = archive_of(sandbox, small(sandbox, {"title": "Shirt!"}), tmp_path)
    target = sandbox.shop(language="de")
    desk, past = import_(sandbox, target, archive, tmp_path)
    for own in (desk.ledger.get("locales", [("de",)])[("de",)], rows(desk, Outcome.FAILED)[SHIRT]):
        assert (own.verdict, own.reason) == (Verdict.CANNOT, Reason.NOT_PERMITTED)
        assert "primary language of the target store" in own.detail
        assert "Give the target store the primary language of the source store" in own.detail
    assert past["compare"]["language"] == "de"
    assert past["check"]["manifest"]["language"] == "en"
    assert "shopLocaleEnable" not in sandbox.stats(target)["mutations"]


def test_of_translations_alone_the_reason_is_the_same(sandbox: Sandbox, tmp_path: Path) -> None:
    """The archive holds no languages; the target has the one, as its primary language."""
    source = small(sandbox, {"title": "Shirt!"})
    archive = archive_of(sandbox, source, tmp_path, resources=["products", "translations"])
    desk, _ = import_(sandbox, sandbox.shop(language="de"), archive, tmp_path)
    assert (rows(desk, Outcome.FAILED)[SHIRT].verdict, rows(desk, Outcome.FAILED)[SHIRT].detail) == (
        Verdict.CANNOT,
        IS_PRIMARY,
    )


def test_one_product_takes_its_translations_along(sandbox: Sandbox, full: str, tmp_path: Path) -> None:
    gid = sandbox.graphql(full, "{ products(first: 1) { nodes { id handle } } }")["products"]["nodes"][0]
    records = [["products", [gid["handle"]]]]
    archive = archive_of(sandbox, full, tmp_path, records=records, closure=True)
    desk, _ = import_(sandbox, sandbox.shop(), archive, tmp_path)
    created = rows(desk, Outcome.CREATED)
    assert ("products", gid["handle"], "de") in created and ("products", gid["handle"], "pt-BR") in created
    assert {key[1] for key in created if key[0] == "products"} > {gid["handle"]}, "so does what it brings along"
    assert any(key[0] == "product_metafields" for key in created)
    assert not rows(desk, Outcome.FAILED)


def test_a_mirror_removes_translations_and_languages(sandbox: Sandbox, tmp_path: Path) -> None:
    archive = archive_of(sandbox, small(sandbox, {"title": "Chemise"}, "fr"), tmp_path)
    target = small(sandbox, {"title": "Hemd"})
    import_(sandbox, target, archive, tmp_path, policy="mirror")
    locales = sandbox.graphql(target, "{ shopLocales { locale } }")["shopLocales"]
    assert [item["locale"] for item in locales] == ["en", "fr"]


def test_a_mirror_removes_a_translation_into_a_language_that_both_have(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = small(sandbox, {"title": "Hemd"}), small(sandbox, {"title": "Hemd"})
    other = product(sandbox, target, "shirt-0")
    content = sandbox.graphql(target, READ, id=other, locale="de")["translatableResource"]["translatableContent"]
    digest = next(item["digest"] for item in content if item["key"] == "title")
    given = {"key": "title", "locale": "de", "value": "Nur hier", "translatableContentDigest": digest}
    assert not sandbox.graphql(target, REGISTER, id=other, given=[given])["translationsRegister"]["userErrors"]
    desk, _ = import_(sandbox, target, archive_of(sandbox, source, tmp_path), tmp_path, policy="mirror")
    assert rows(desk, Outcome.DELETED)
    found = sandbox.graphql(target, READ, id=other, locale="de")["translatableResource"]["translations"]
    assert found == []


NOTED = """{ customers(first: 1) { nodes { id metafields(first: 9, namespace: "custom") { nodes { id key } } } }
  companies(first: 1) { nodes { id metafields(first: 9, namespace: "custom") { nodes { id key } } } } }"""
NOTE = """mutation N($items: [MetafieldsSetInput!]!) {
  metafieldsSet(metafields: $items) { metafields { id } userErrors { message } } }"""


def test_what_is_noted_of_people_is_translated_only_where_they_were_asked_for(sandbox: Sandbox, tmp_path: Path) -> None:
    """A translation names whose text it is."""
    source, target = sandbox.shop("boutique", products=1), sandbox.shop()
    for kind in ("customers", "companies"):
        owner = sandbox.graphql(source, NOTED)[kind]["nodes"][0]["id"]
        item = {"ownerId": owner, "namespace": "notes", "key": "words", "type": "single_line_text_field"}
        (value,) = sandbox.graphql(source, NOTE, items=[{**item, "value": "Words"}])["metafieldsSet"]["metafields"]
        (text,) = sandbox.graphql(source, READ, id=value["id"], locale="de")["translatableResource"][
            "translatableContent"
        ]
        given = {"key": "value", "locale": "de", "value": "Worte", "translatableContentDigest": text["digest"]}
        assert not sandbox.graphql(source, REGISTER, id=value["id"], given=[given])["translationsRegister"][
            "userErrors"
        ]
    of_people = [
        ("company_metafields", "id", "HN-100", "notes", "words", "de"),
        ("customer_metafields", "anna.holm@example.com", "notes", "words", "de"),
    ]

    def told(archive: bytes) -> list[tuple[str, ...]]:
        members = {name: text for name, text in opened(archive).items() if name.startswith("translations/")}
        keys = [tuple(json.loads(line)["key"]) for text in members.values() for line in text.splitlines()]
        return [key for key in keys if key[0] in ("company_metafields", "customer_metafields")]

    assert told(archive_of(sandbox, source, tmp_path)) == []
    people = [name for name, resource in RESOURCES.items() if resource.personal]
    archive = archive_of(sandbox, source, tmp_path, also=people)
    assert told(archive) == of_people
    desk, _ = import_(sandbox, target, archive, tmp_path)
    assert all(rows(desk, Outcome.CREATED)[key].verified for key in of_people)
    nobody, past = import_(sandbox, sandbox.shop(), archive, tmp_path, anonymise="secret")
    assert not [row for row in nobody.ledger.select(Where(resource="translations"), limit=500) if row.key in of_people]
    assert past["check"]["manifest"]["notCarried"]["translations"][LEFT_OUT]["count"] == 2
    assert "translations" not in past["check"]["manifest"]["whole"]
    assert "anna" not in json.dumps(past["check"]).lower()


def test_translations_with_all_that_they_need_bring_the_values_that_they_translate(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """The SEO title of a page is a metafield of it, and so are many texts of products."""
    source, target = sandbox.shop("boutique", products=4), sandbox.shop()
    archive = archive_of(sandbox, source, tmp_path, resources=["translations"], closure=True)
    desk, _ = import_(sandbox, target, archive, tmp_path)
    assert troubles(desk) == {}
    assert desk.ledger.tally()["product_metafields"]["verified"] > 10
    assert desk.ledger.tally()["page_metafields"]["verified"] > 1
    again, _ = import_(sandbox, target, archive, tmp_path)
    assert again.client.writes == 0
