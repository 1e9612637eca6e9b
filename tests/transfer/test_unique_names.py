"""What no two may have whatever a definition says: translated handles, phone numbers of customers, names of markets."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.builder import Builder, troubles
from tests.meddle import import_while, planned
from tests.support import Sandbox, archive_of, import_
from tests.transfer.test_emptied import LANGUAGE, REGISTER, TEXTS, german
from transfer.outcomes import Outcome, Reason, Verdict
from transfer.work import Desk, Where


def settled(desk: Desk, again: Desk) -> int:
    """All arrived, and a second import wrote nothing. How many records made way."""
    assert troubles(desk) == {}
    rows = desk.ledger.select(Where(), limit=999)
    assert all(row.verified for row in rows if row.outcome in (Outcome.CREATED, Outcome.UPDATED))
    assert again.client.writes == 0
    return sum(row.stepped for row in rows)


def twice(sandbox: Sandbox, shop: str, archive: bytes, folder: Path, policy: str = "update") -> tuple[Desk, Desk]:
    first, _ = import_(sandbox, shop, archive, folder, policy=policy)
    second, _ = import_(sandbox, shop, archive, folder, policy=policy)
    return first, second


@pytest.fixture
def hurried(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """No pauses between attempts."""
    client = sandbox.client
    monkeypatch.setattr(sandbox, "client", lambda shop, **more: client(shop, sleep=lambda seconds: None, **more))


@pytest.mark.parametrize("lost", [1, 2])
def test_the_answer_to_any_step_is_lost(hurried: None, sandbox: Sandbox, tmp_path: Path, lost: int) -> None:
    """Of customers, whose number nothing stands in for: that it is gone is seen by looking."""
    source, target = customers(sandbox, {"a": ONE, "b": TWO}), customers(sandbox, {"a": TWO, "b": ONE})
    archive = archive_of(sandbox, source, tmp_path, resources=["customers"])
    own = {"kind": "lost_answer", "times": 4, "match": "SetCustomer", "after": lost - 1, "shop": target}
    sandbox.faults(own)
    desk, _ = import_(sandbox, target, archive, tmp_path)
    sandbox.faults()
    again, _ = import_(sandbox, target, archive, tmp_path)
    settled(desk, again)
    assert phones(sandbox, target) == phones(sandbox, source)


def test_the_answer_about_a_handle_is_lost(hurried: None, sandbox: Sandbox, tmp_path: Path) -> None:
    source, _ = shirts(sandbox, {"a": "eins", "b": "zwei"})
    target, made = shirts(sandbox, {"a": "zwei", "b": "eins"})
    archive = archive_of(sandbox, source.shop, tmp_path)
    own = {"kind": "lost_answer", "times": 4, "match": "RegisterTranslations", "after": 0, "shop": target.shop}
    sandbox.faults(own)
    desk, _ = import_(sandbox, target.shop, archive, tmp_path)
    sandbox.faults()
    again, _ = import_(sandbox, target.shop, archive, tmp_path)
    settled(desk, again)
    assert [german(target, made[name])["handle"] for name in "ab"] == ["eins", "zwei"]


# -- handles in another language ---------------------------------------------------------------------------------------


def shirts(sandbox: Sandbox, handles: Mapping[str, str]) -> tuple[Builder, dict[str, str]]:
    """A shop of products with handles in German."""
    shop = Builder(sandbox)
    shop.ask(LANGUAGE)
    made = {}
    for handle, translated in handles.items():
        made[handle] = product = shop.product(handle, {"Size": ["S"]})
        content = shop.ask(TEXTS, id=product)["translatableResource"]["translatableContent"]
        digests = {item["key"]: item["digest"] for item in content}
        given = [
            {"key": key, "locale": "de", "value": text, "translatableContentDigest": digests[key]}
            for key, text in (("handle", translated), ("title", translated.title()))
        ]
        assert not shop.ask(REGISTER, id=product, given=given)["translationsRegister"]["userErrors"]
    return shop, made


@pytest.mark.parametrize(
    ("there", "made_way"),
    [({"a": "zwei", "b": "eins"}, 1), ({"a": "zwei", "b": "drei"}, 0), ({"a": "zwei", "b": "drei", "c": "eins"}, 2)],
    ids=["a swap", "a chain", "one that only the target has"],
)
def test_translated_handles_change_places(
    there: dict[str, str], made_way: int, sandbox: Sandbox, tmp_path: Path
) -> None:
    source, _ = shirts(sandbox, {"a": "eins", "b": "zwei"})
    target, made = shirts(sandbox, there)
    policy = "mirror" if "c" in there else "update"
    desks = twice(sandbox, target.shop, archive_of(sandbox, source.shop, tmp_path), tmp_path, policy)
    stepped = settled(*desks) if policy == "update" else desks[1].client.writes
    assert stepped == (made_way if policy == "update" else 0)
    assert [german(target, made[name])["handle"] for name in "ab"] == ["eins", "zwei"]


def test_a_handle_that_another_keeps_is_told_and_the_other_texts_arrive(sandbox: Sandbox, tmp_path: Path) -> None:
    source, _ = shirts(sandbox, {"new": "hemd"})
    target, _ = shirts(sandbox, {"old": "hemd"})
    desk, again = twice(sandbox, target.shop, archive_of(sandbox, source.shop, tmp_path), tmp_path)
    row = desk.ledger.get("translations", [("products", "new", "de")])["products", "new", "de"]
    assert (row.outcome, row.verified, row.reason) == (Outcome.CREATED, True, Reason.PART_CONFLICT)
    assert "products / old / de has its handle in the target store." in row.detail
    product = target.ask('{ productByIdentifier(identifier: { handle: "new" }) { id } }')["productByIdentifier"]["id"]
    assert german(target, product) == {"title": "Hemd"}
    assert again.client.writes == 0


@pytest.mark.parametrize("other", ["news", "tips"])
def test_articles_share_a_translated_handle_where_they_share_no_blog(
    other: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Their addresses are told apart by the blog: /blogs/news/eins and /blogs/tips/eins."""
    source, target = Builder(sandbox), Builder(sandbox)
    for shop in (source, target):
        shop.ask(LANGUAGE)
        blogs = {name: blog(shop, name) for name in ("news", "tips")}
        first, second = article(shop, blogs["news"], "first"), article(shop, blogs[other], "second")
        if shop is source:
            assert handled(shop, first, "eins") == []
        else:
            assert handled(shop, second, "eins") == []
    desk, again = twice(sandbox, target.shop, archive_of(sandbox, source.shop, tmp_path), tmp_path)
    key = ("translations", "articles", "news", "first", "de")
    if other == "tips":
        assert settled(desk, again) == 0
        assert german(target, first)["handle"] == "eins"
    else:
        assert troubles(desk) == {key: Reason.TAKEN}
        assert handled(target, first, "eins") == ["INVALID_VALUE_FOR_HANDLE_TRANSLATION"], "the sandbox says so too"


def blog(shop: Builder, handle: str) -> str:
    document = "mutation B($blog: BlogCreateInput!) { blogCreate(blog: $blog) { blog { id } userErrors { message } } }"
    return str(shop.ask(document, blog={"title": handle, "handle": handle})["blogCreate"]["blog"]["id"])


def article(shop: Builder, home: str, handle: str) -> str:
    document = """mutation A($article: ArticleCreateInput!) {
      articleCreate(article: $article) { article { id } userErrors { message } } }"""
    given = {"blogId": home, "title": handle, "handle": handle, "author": {"name": "Ada"}}
    return str(shop.ask(document, article=given)["articleCreate"]["article"]["id"])


def handled(shop: Builder, gid: str, handle: str) -> list[str]:
    """Translates its handle; the codes of what the shop says against it."""
    content = shop.ask(TEXTS, id=gid)["translatableResource"]["translatableContent"]
    digest = next(item["digest"] for item in content if item["key"] == "handle")
    given = [{"key": "handle", "locale": "de", "value": handle, "translatableContentDigest": digest}]
    document = REGISTER.replace("message", "message code")
    return [error["code"] for error in shop.ask(document, id=gid, given=given)["translationsRegister"]["userErrors"]]


def test_a_handle_that_is_taken_meanwhile_is_refused_and_the_other_texts_are_stored(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    source, _ = shirts(sandbox, {"new": "hemd"})
    target, made = shirts(sandbox, {"old": "alt"})
    content = target.ask(TEXTS, id=made["old"])["translatableResource"]["translatableContent"]
    digest = next(item["digest"] for item in content if item["key"] == "handle")
    given = [{"key": "handle", "locale": "de", "value": "hemd", "translatableContentDigest": digest}]

    def deed(desk: Desk) -> None:
        target.ask(REGISTER, id=made["old"], given=given)

    desk = import_while(source, target, tmp_path, planned, deed)
    row = desk.ledger.get("translations", [("products", "new", "de")])["products", "new", "de"]
    assert (row.outcome, row.reason) == (Outcome.FAILED, Reason.REFUSED)
    assert row.detail.startswith("handle: ") and row.detail.endswith("The other texts were stored (1).")


# -- phone numbers -----------------------------------------------------------------------------------------------------

ONE, TWO, THREE = "+491701111111", "+491702222222", "+491703333333"
SET = """mutation S($input: CustomerSetInput!) {
  customerSet(input: $input) { customer { id } userErrors { field message } } }"""
SMS = """mutation M($input: CustomerSmsMarketingConsentUpdateInput!) {
  customerSmsMarketingConsentUpdate(input: $input) { userErrors { message } } }"""
PHONES = """{ customers(first: 9) { nodes {
  firstName defaultPhoneNumber { phoneNumber smsMarketingConsent { state } } } } }"""


def customers(sandbox: Sandbox, phones: Mapping[str, str]) -> str:
    """A shop of customers with these numbers; those in capitals have no e-mail address. All hear by text message."""
    shop = sandbox.shop()
    for name, phone in phones.items():
        own = {} if name.isupper() else {"email": f"{name}@example.com"}
        given = {"firstName": name, **own, **({"phone": phone} if phone else {})}
        made = sandbox.graphql(shop, SET, input=given)["customerSet"]
        assert not made["userErrors"], made["userErrors"]
        if phone:
            consent = {"marketingState": "SUBSCRIBED", "marketingOptInLevel": "SINGLE_OPT_IN"}
            own_consent = {"customerId": made["customer"]["id"], "smsMarketingConsent": consent}
            assert not sandbox.graphql(shop, SMS, input=own_consent)["customerSmsMarketingConsentUpdate"]["userErrors"]
    return shop


def phones(sandbox: Sandbox, shop: str) -> dict[str, tuple[str, str]]:
    nodes = sandbox.graphql(shop, PHONES)["customers"]["nodes"]
    found = {node["firstName"]: node["defaultPhoneNumber"] for node in nodes}
    return {name: (own["phoneNumber"], own["smsMarketingConsent"]["state"]) for name, own in found.items() if own}


@pytest.mark.parametrize(
    ("there", "made_way"),
    [
        ({"a": TWO, "b": ONE}, 1),
        ({"a": "", "b": ONE}, 0),
        ({"a": THREE, "b": TWO}, 0),
        ({"a": TWO, "b": THREE}, 0),
    ],
    ids=["a swap", "a move", "from one who gets another to one who goes by it", "a chain"],
)
def test_phone_numbers_move(there: dict[str, str], made_way: int, sandbox: Sandbox, tmp_path: Path) -> None:
    wanted = {"a": ONE, "b": TWO, "C": THREE}
    source, target = customers(sandbox, wanted), customers(sandbox, there)
    archive = archive_of(sandbox, source, tmp_path, resources=["customers"])
    assert settled(*twice(sandbox, target, archive, tmp_path)) == made_way
    assert phones(sandbox, target) == {name: (phone, "SUBSCRIBED") for name, phone in wanted.items()}


def test_who_has_a_number_that_somebody_keeps_arrives_without(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = customers(sandbox, {"a": ONE, "C": TWO}), customers(sandbox, {"x": ONE, "y": TWO})
    archive = archive_of(sandbox, source, tmp_path, resources=["customers"])
    desk, again = twice(sandbox, target, archive, tmp_path)
    found = {row.key[0]: row for row in desk.ledger.select(Where(resource="customers"), limit=9)}
    own = found["a@example.com"]
    assert (own.outcome, own.verified, own.reason) == (Outcome.CREATED, True, Reason.PART_CONFLICT)
    assert own.detail == "It must be unique there: another has its phone number in the target store."
    assert (found[TWO].verdict, found[TWO].reason) == (Verdict.CANNOT, Reason.TAKEN)
    assert again.client.writes == 0


# -- markets -----------------------------------------------------------------------------------------------------------

MARKET = """mutation C($input: MarketCreateInput!) {
  marketCreate(input: $input) { market { id } userErrors { field message } } }"""
MARKETS = "{ markets(first: 9) { nodes { handle name } } }"


def markets(sandbox: Sandbox, names: Mapping[str, str]) -> str:
    shop = sandbox.shop()
    for handle, name in names.items():
        made = sandbox.graphql(shop, MARKET, input={"name": name, "handle": handle, "status": "DRAFT"})
        assert not made["marketCreate"]["userErrors"]
    return shop


def named(sandbox: Sandbox, shop: str) -> dict[str, str]:
    return {node["handle"]: node["name"] for node in sandbox.graphql(shop, MARKETS)["markets"]["nodes"]}


def test_names_of_markets_change_places(sandbox: Sandbox, tmp_path: Path) -> None:
    names = {"one": "Nord", "two": "Süd"}
    source, target = markets(sandbox, names), markets(sandbox, {"one": "Süd", "two": "Nord"})
    archive = archive_of(sandbox, source, tmp_path, resources=["markets"])
    assert settled(*twice(sandbox, target, archive, tmp_path)) == 1
    assert named(sandbox, target).items() >= names.items()


@pytest.mark.parametrize("policy", ["update", "mirror"])
def test_a_market_whose_name_another_has_is_told_in_the_plan(policy: str, sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = markets(sandbox, {"cl": "Chile"}), markets(sandbox, {"chile": "Chile"})
    archive = archive_of(sandbox, source, tmp_path, resources=["markets"])
    desk, again = twice(sandbox, target, archive, tmp_path, policy)
    row = desk.ledger.get("markets", [("cl",)])["cl",]
    assert (row.verdict, row.reason) == (Verdict.CANNOT, Reason.TAKEN)
    assert row.detail == "It must be unique there: chile has its name in the target store."
    assert (desk.client.writes, again.client.writes) == (0, 0)
