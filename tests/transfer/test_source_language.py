"""A mirror leaves the language that is the source store's primary one, which no archive lists, and all said in it."""

from __future__ import annotations

from pathlib import Path

from tests.builder import troubles
from tests.support import Sandbox, archive_of, import_
from tests.transfer.test_translations import ENABLE, READ, SHIRT, product, register, small
from transfer.compare import SPOKEN
from transfer.outcomes import Outcome, Policy
from transfer.work import Desk, Where


def _told(desk: Desk, resource: str) -> dict[tuple[str, ...], tuple[Outcome, str]]:
    return {row.key: (row.outcome, row.detail) for row in desk.ledger.select(Where(resource=resource), limit=99)}


def test_the_primary_language_of_the_source_stays_in_a_mirror(sandbox: Sandbox, tmp_path: Path) -> None:
    archive = archive_of(sandbox, sandbox.shop("plain", 2, "de"), tmp_path)
    target = small(sandbox, {"title": "Hemd"})
    sandbox.graphql(target, ENABLE, locale="fr")
    register(sandbox, target, {"title": "Chemise"}, "fr")
    desk, _ = import_(sandbox, target, archive, tmp_path, policy=Policy.MIRROR)
    left = Outcome.LEFT, SPOKEN.format("de")
    assert _told(desk, "locales") == {("de",): left, ("fr",): (Outcome.DELETED, "")}
    assert _told(desk, "translations")[SHIRT] == left
    locales = sandbox.graphql(target, "{ shopLocales { locale } }")["shopLocales"]
    assert [item["locale"] for item in locales] == ["en", "de"]
    (said,) = sandbox.graphql(target, READ, id=product(sandbox, target, "shirt-1"), locale="de")[
        "translatableResource"
    ]["translations"]
    assert said["value"] == "Hemd"
    assert troubles(desk) == {}
