"""A translation is not written anew for a text that, once its references are judged, does not change."""

from __future__ import annotations

from pathlib import Path

from tests.builder import Builder, copy
from tests.meddle import row
from tests.support import Sandbox
from tests.transfer.test_translations import REGISTER
from transfer.outcomes import Reason, Verdict

ENABLE = 'mutation { shopLocaleEnable(locale: "de") { userErrors { message } } }'
TEXTS = "query T($id: ID!) { translatableResource(resourceId: $id) { translatableContent { key digest } } }"
GONE = "<a href='/products/lamp?variant=4711'>Lamp</a>"


def test_a_link_that_is_lost_each_time_renews_no_translation(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    source.ask(ENABLE)
    for shop in (source, target):
        shop.product("lamp", {"Size": ["S"]})
    shirt = source.product("shirt", {"Size": ["S"]}, descriptionHtml=GONE)
    content = source.ask(TEXTS, id=shirt)["translatableResource"]["translatableContent"]
    digest = next(item["digest"] for item in content if item["key"] == "body_html")
    own = {"key": "body_html", "locale": "de", "value": "<p>Lampe</p>", "translatableContentDigest": digest}
    assert not source.ask(REGISTER, id=shirt, given=[own])["translationsRegister"]["userErrors"]
    first, _ = copy(source, target, tmp_path)
    assert row(first, "products", "shirt").reason is Reason.UNRESOLVED_REFERENCE
    second, _ = copy(source, target, tmp_path)
    assert second.client.writes == 0
    told = row(second, "translations", "products", "shirt", "de")
    assert (told.verdict, told.verified, told.changed) == (Verdict.UNCHANGED, True, ())
