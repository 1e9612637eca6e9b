"""Linking two stores by a code: whoever guesses, waits, repeats or comes from elsewhere gets nowhere."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from exports.services import create
from runs.services import cancel
from shops import link_views, links
from shops.models import Link, LinkCode, LinkStatus, Shop
from shops.services import learn_names
from tests.runs.test_lane import installed
from tests.support import Sandbox
from tests.web.test_pages import bearer
from transfer.registry import order

pytestmark = pytest.mark.django_db(transaction=True)

CODE = re.compile(r"<code class=\"code\">([A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4})</code>")


class Store:
    """A person in the admin of one store."""

    def __init__(self, sandbox: Sandbox, client: Client, seed: str = "empty", user: str = "7") -> None:
        self.shop: Shop = installed(sandbox, sandbox.shop(seed))
        self._client, self.user = client, user

    @property
    def domain(self) -> str:
        return self.shop.domain

    def _headers(self) -> dict[str, str]:
        return {**bearer(self.domain, sub=self.user), "Accept": "text/html"}

    def get(self, path: str) -> Any:
        return self._client.get(path, headers=self._headers())

    def json(self, path: str) -> dict[str, Any]:
        answer: dict[str, Any] = self._client.get(path, headers=bearer(self.domain)).json()
        return answer

    def post(self, path: str, **form: Any) -> Any:
        return self._client.post(path, form, headers=self._headers())

    def code(self, *resources: str) -> str:
        answer = self.post("/links/code", resources=resources or ("products", "metaobjects"))
        found = CODE.search(answer.content.decode())
        assert found is not None
        return found[1]


def linked(source: Store, target: Store, *resources: str) -> Link:
    assert target.post("/links/enter", code=source.code(*resources)).status_code == 302
    link = Link.objects.get(source=source.shop, target=target.shop, status=LinkStatus.ASKED)
    assert source.post(f"/links/{link.pk}/confirm").status_code == 302
    return Link.objects.get(pk=link.pk)


@pytest.fixture
def a(app: Any, sandbox: Sandbox, client: Client) -> Store:
    return Store(sandbox, client, "plain", user="11")


@pytest.fixture
def b(app: Any, sandbox: Sandbox, client: Client) -> Store:
    return Store(sandbox, client, user="22")


def test_a_shows_a_code_b_enters_it_and_a_confirms_b_by_name(a: Store, b: Store) -> None:
    code = a.code("products")
    row = LinkCode.objects.get()
    assert code.replace("-", "")[4:] not in f"{row.digest} {row.selector}"
    assert code not in a.get("/links").content.decode()  # shown once
    assert b.post("/links/enter", code=f" {code.lower().replace('-', ' ')} ").status_code == 302
    link = Link.objects.get()
    assert link.status == LinkStatus.ASKED
    assert b.domain in a.get("/links").content.decode()
    assert b.post(f"/links/{link.pk}/confirm").status_code == 409  # not B's to confirm
    assert a.post(f"/links/{link.pk}/confirm").status_code == 302
    link.refresh_from_db()
    assert (link.status, link.source, link.target) == (LinkStatus.ACTIVE, a.shop, b.shop)
    assert (link.offered_by, link.asked_by, link.confirmed_by, link.resources) == ("11", "22", "11", ["products"])
    assert f"Copy from {a.domain}" in b.get("/links").content.decode()
    assert f"Copy from {b.domain}" not in a.get("/links").content.decode()  # it goes one way


def test_nobody_spends_of_a_budget_whose_line_is_worked(a: Store, b: Store, sandbox: Sandbox) -> None:
    run = create(a.shop)
    assert learn_names() == 1
    assert Shop.objects.get(named_at=None).pk == a.shop.pk
    cancel(run)
    assert learn_names() == 1


def test_the_source_is_told_what_the_target_calls_itself(a: Store, b: Store, sandbox: Sandbox) -> None:
    assert learn_names() == 2
    assert learn_names() == 0
    name = sandbox.graphql(b.domain, "{ shop { name } }")["shop"]["name"]
    b.post("/links/enter", code=a.code())
    page = a.get("/links").content.decode()
    assert f"It calls itself <bdi>{name}</bdi>" in page
    Shop.objects.filter(pk=b.shop.pk).update(name="<script>alert(1)</script>")
    assert "<script>alert" not in a.get("/links").content.decode()


def test_a_code_is_good_once_and_for_ten_minutes(a: Store, b: Store, sandbox: Sandbox, client: Client) -> None:
    third = Store(sandbox, client)
    code = a.code()
    assert b.post("/links/enter", code=code).status_code == 302
    for store in (third, b):
        answer = store.post("/links/enter", code=code)
        assert answer.status_code == 422
        assert links.WRONG in answer.content.decode()
    late = a.code()
    LinkCode.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert third.post("/links/enter", code=late).status_code == 422
    first, second = a.code(), a.code()
    assert third.post("/links/enter", code=first).status_code == 422  # a new code makes the one before void
    assert third.post("/links/enter", code=second).status_code == 302
    assert Link.objects.count() == 2


def test_ones_own_code_links_nothing(a: Store) -> None:
    code = a.code()
    answer = a.post("/links/enter", code=code)
    assert answer.status_code == 422
    assert "very store" in answer.content.decode()
    assert not Link.objects.exists()
    assert LinkCode.objects.exists()


@pytest.mark.parametrize(
    "code", ["", "x", "----", "K7Q2", "ÄÖÜß-ÄÖÜß-ÄÖÜß", "0" * 100_000, "a.myshopify.com", "' OR 1=1"]
)
def test_what_is_no_code_gets_one_sentence(a: Store, b: Store, code: str) -> None:
    a.code()
    answer = b.post("/links/enter", code=code)
    assert answer.status_code == 422
    assert links.WRONG in answer.content.decode()


def test_a_shop_may_not_guess_for_long(a: Store, b: Store) -> None:
    for _ in range(links.ENTRIES):
        assert b.post("/links/enter", code="AAAA-AAAA-AAAA").status_code == 422
    code = a.code()
    assert b.post("/links/enter", code=code).status_code == 429  # the right one, too
    from shops.models import CodeEntry

    CodeEntry.objects.update(at=timezone.now() - links.WINDOW)
    assert b.post("/links/enter", code=code).status_code == 302


def test_a_code_does_not_survive_many_guessers(a: Store, b: Store, sandbox: Sandbox, client: Client) -> None:
    code = a.code()
    for _ in range(links.TRIES):
        guesser = Store(sandbox, client)
        assert guesser.post("/links/enter", code=code[:5] + "AAAA-AAAA").status_code == 422
    assert b.post("/links/enter", code=code).status_code == 422
    assert not Link.objects.exists()


def test_what_is_offered_must_exist(a: Store) -> None:
    for resources in ((), ("everything",)):
        assert a.post("/links/code", resources=resources).status_code == 422
    assert not LinkCode.objects.exists()


def test_strangers_find_no_link(a: Store, b: Store, sandbox: Sandbox, client: Client) -> None:
    link, stranger = linked(a, b), Store(sandbox, client)
    for path in (f"/links/{link.pk}/confirm", f"/links/{link.pk}/end", f"/links/{link.pk}/copy"):
        assert stranger.post(path).status_code == 404
    assert a.post(f"/links/{link.pk}/copy").status_code == 404  # the source does not copy from itself
    page = stranger.get("/links").content.decode()
    assert a.domain not in page
    assert b.domain not in page
    link.refresh_from_db()
    assert link.status == LinkStatus.ACTIVE


def test_a_refuses_and_either_side_ends(a: Store, b: Store) -> None:
    b.post("/links/enter", code=a.code())
    asked = Link.objects.get()
    assert a.post(f"/links/{asked.pk}/end").status_code == 302
    asked.refresh_from_db()
    assert asked.status == LinkStatus.REFUSED
    assert a.post(f"/links/{asked.pk}/confirm").status_code == 409
    for side in (a, b):
        link = linked(a, b)
        assert side.post(f"/links/{link.pk}/end").status_code == 302
        link.refresh_from_db()
        assert (link.status, link.ended_by, link.ended_by_shop) == (LinkStatus.ENDED, side.user, side.shop)
        assert b.post(f"/links/{link.pk}/copy").status_code == 422


def test_a_question_that_nobody_answers_lapses(a: Store, b: Store) -> None:
    b.post("/links/enter", code=a.code())
    link = Link.objects.get()
    Link.objects.update(asked_at=timezone.now() - links.ASKED_LIFE)
    assert a.post(f"/links/{link.pk}/confirm").status_code == 409
    assert links.forget_unanswered() == 1
    assert linked(a, b).status == LinkStatus.ACTIVE


def test_two_stores_are_linked_once_in_each_direction(a: Store, b: Store) -> None:
    linked(a, b)
    code = a.code()
    answer = b.post("/links/enter", code=code)
    assert answer.status_code == 422
    assert f"may copy all that from {a.domain} already" in answer.content.decode()
    assert LinkCode.objects.get().attempts == 0  # the code was right
    linked(b, a)
    assert Link.objects.filter(status=LinkStatus.ACTIVE).count() == 2


def widening(a: Store, b: Store) -> Link:
    """A link that carries products, over which B has asked for pages and entries as well."""
    link = linked(a, b, "products", "metaobjects")
    assert b.post("/links/enter", code=a.code("pages", "metaobjects", "files")).status_code == 302
    link.refresh_from_db()
    assert (link.status, set(link.resources)) == (LinkStatus.ACTIVE, {"products", "metaobjects"})
    assert link.more == ["files", "pages"]
    return link


def test_a_code_with_more_ticked_widens_a_link_once_its_source_confirms_that(a: Store, b: Store) -> None:
    link = widening(a, b)
    assert "You have asked for Files and Pages as well." in b.get("/links").content.decode()
    page = a.get("/links").content.decode()
    assert f"<bdi>{b.domain}</bdi> asks to copy more." in page
    assert "its staff may read this as well: Files, Pages." in page
    assert made(a, str(link.code)) == ("", links.USED)
    assert b.post(f"/links/{link.pk}/confirm", more=["files", "pages"]).status_code == 409  # not B's to confirm
    for kinds in ((), ("files",), ("files", "pages", "customers")):  # not what the page showed
        assert a.post(f"/links/{link.pk}/confirm", more=kinds).status_code == 409
    assert a.post(f"/links/{link.pk}/confirm", more=["files", "pages"]).status_code == 302
    link.refresh_from_db()
    assert link.resources == [name for name in order() if name in {"files", "metaobjects", "products", "pages"}]
    assert (link.more, link.confirmed_by, Link.objects.count()) == ([], "11", 1)
    assert made(a, str(link.code)) == ("", links.USED)
    assert a.post(f"/links/{link.pk}/confirm", more=["files", "pages"]).status_code == 409


def test_a_link_stays_as_it_is_where_either_side_does_not_want_more(a: Store, b: Store) -> None:
    for side in (a, b):
        link = widening(a, b)
        assert b.post("/links/enter", code=a.code("blogs")).status_code == 422  # one question at a time
        assert side.post(f"/links/{link.pk}/keep").status_code == 302
        assert ("agreed to what you asked for besides" in b.get("/links").content.decode()) == (side is a)
        link.refresh_from_db()
        assert (link.status, set(link.resources), link.more) == (LinkStatus.ACTIVE, {"products", "metaobjects"}, [])
        assert a.post(f"/links/{link.pk}/confirm", more=["files", "pages"]).status_code == 409
        assert a.post(f"/links/{link.pk}/end").status_code == 302


def test_what_more_was_asked_for_lapses_and_ends_with_the_link(
    a: Store, b: Store, sandbox: Sandbox, client: Client
) -> None:
    link = widening(a, b)
    assert Store(sandbox, client).post(f"/links/{link.pk}/keep").status_code == 404
    Link.objects.update(more_asked_at=timezone.now() - links.ASKED_LIFE)
    assert a.post(f"/links/{link.pk}/confirm", more=["files", "pages"]).status_code == 409
    assert links.forget_unanswered() == 1
    link.refresh_from_db()
    assert (link.status, link.more) == (LinkStatus.ACTIVE, [])
    assert b.post("/links/enter", code=a.code("pages")).status_code == 302
    assert a.post(f"/links/{link.pk}/end").status_code == 302
    assert a.post(f"/links/{link.pk}/confirm", more=["pages"]).status_code == 409


def test_a_link_that_was_asked_for_is_confirmed_before_more_is(a: Store, b: Store) -> None:
    b.post("/links/enter", code=a.code("products"))
    answer = b.post("/links/enter", code=a.code("products", "pages"))
    assert answer.status_code == 422
    assert f"This store has asked {a.domain} already." in answer.content.decode()
    assert Link.objects.get().resources == ["products"]


def test_both_stores_are_told_what_a_link_leaves_out(a: Store, b: Store) -> None:
    linked(a, b, "products")
    page = b.get("/links").content.decode()
    assert "This link does not carry Files, " in page
    assert "make a new code in" in page
    assert "products without Files arrive without their images" in a.get("/links").content.decode()


def test_no_page_asks_for_a_stores_domain(a: Store) -> None:
    for page in ("/", "/links", "/copies/", "/exports/new", "/imports/new"):
        for field in re.findall(r"<input[^>]*>", a.get(page).content.decode()):
            assert not re.search(r'domain|myshopify|name="shop"', field)


def made(store: Store, code: str = "") -> tuple[str, str]:
    """(names the code that may be entered, says why the other, or this one, may not) on the page that shows it."""
    page = store.get("/links").content.decode()
    own = dict(re.findall(r'data-(living|used|over|taken)="([^"]*)"', page))
    return own["living"], html.unescape(own["taken"] if code in own["used"].split() else own["over"])


def test_the_page_that_shows_a_code_learns_that_it_was_used_or_is_over(a: Store, b: Store) -> None:
    page = a.post("/links/code", resources=["products"]).content.decode()
    first = str(LinkCode.objects.get().pk)
    assert f'data-living="{first}"' in page
    assert f'data-once="{first}"' in page
    assert made(a)[0] == first
    code = a.code("products")
    second = str(LinkCode.objects.get().pk)
    assert made(a, first) == (second, links.NEWER)  # the one before is void, and another tab may show it
    assert b.post("/links/enter", code=code).status_code == 302
    assert made(a, second) == ("", links.USED)
    assert made(a, first) == ("", links.OVER)
    for gone in ({"expires_at": timezone.now()}, {"attempts": links.TRIES}):
        a.code("products")
        third = str(LinkCode.objects.get().pk)
        LinkCode.objects.update(**gone)
        assert made(a, third) == ("", links.OVER)  # whatever other code was used a moment ago
        assert made(a, second) == ("", links.USED)
    Link.objects.update(asked_at=timezone.now() - timedelta(minutes=11))
    assert made(a, second) == ("", links.OVER)


def test_more_links_than_a_page_shows_are_on_the_next_and_what_waits_comes_first(
    a: Store, b: Store, sandbox: Sandbox, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_views, "SHOWN", 2)
    others = [Store(sandbox, client) for _ in range(3)]
    b.post("/links/enter", code=a.code())
    for other in others:
        linked(a, other)
    first, second = (a.get(f"/links?outward={number}").content.decode() for number in (1, 2))
    assert b.domain in first
    assert "1 to 2 of 4 links" in first
    assert "3 to 4 of 4 links" in second
    pages = re.findall(r"/links/([0-9a-f-]{36})/end", first + second)
    assert len(set(pages)) == 4
    assert "of 4 links" not in others[0].get("/links").content.decode()


def test_the_other_store_is_told_that_a_link_was_refused_ended_or_not_answered(a: Store, b: Store) -> None:
    def told(store: Store) -> str:
        found = re.search(r'<div id="ended">(.*?)</div>', store.get("/links").content.decode(), re.DOTALL)
        return re.sub(r"<[^>]+>", "", found[1]) if found is not None else ""

    b.post("/links/enter", code=a.code())
    assert "Withdraw" in b.get("/links").content.decode()
    a.post(f"/links/{Link.objects.get().pk}/end")
    assert (told(a), told(b)) == ("", f"{a.domain} refused the link that you asked for.")
    link = linked(a, b)
    assert told(b) == ""
    a.post(f"/links/{link.pk}/end")
    assert (told(a), told(b)) == ("", f"{a.domain} ended the link: nothing can be copied from it any more.")
    link = linked(a, b)
    b.post(f"/links/{link.pk}/end")
    assert (told(a), told(b)) == (f"{b.domain} ended the link over which it copied from this store.", "")
    b.post("/links/enter", code=a.code())
    Link.objects.filter(status=LinkStatus.ASKED).update(asked_at=timezone.now() - links.ASKED_LIFE)
    links.forget_unanswered()
    assert (told(a), told(b)) == (
        "",
        f"Nobody in {a.domain} confirmed the link within a day. Make a new code there to ask again.",
    )
    Link.objects.update(ended_at=timezone.now() - links.TOLD_FOR)
    assert told(a) == told(b) == ""
