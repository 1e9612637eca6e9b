"""What a definition's change shows of the target's own entries, or hides, is told before and after it is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builder import NAME, Builder
from tests.meddle import row
from tests.support import Sandbox, archive_of, import_
from tests.transfer.test_emptied import LANGUAGE, REGISTER, TEXTS
from transfer.outcomes import Outcome

KIND = ("metaobject_definitions", "kind")
ASK = """{ metaobjects(type: "kind", first: 9) { nodes { handle capabilities { publishable { status } } } } }"""


def _statuses(shop: Builder) -> dict[str, str | None]:
    nodes = shop.ask(ASK)["metaobjects"]["nodes"]
    return {node["handle"]: (node["capabilities"]["publishable"] or {}).get("status") for node in nodes}


def _stores(sandbox: Sandbox, *, drafts: bool) -> tuple[Builder, Builder]:
    """Both have "one"; only the target has "secret" and "shown". Drafts are known to one of the two stores."""
    source, target = Builder(sandbox), Builder(sandbox)
    source.define("kind", NAME, publishable=drafts)
    target.define("kind", NAME, publishable=not drafts)
    source.entry("kind", "one", active=drafts, name="1")
    target.entry("kind", "one", name="1")
    target.entry("kind", "secret", name="2")
    target.entry("kind", "shown", active=not drafts, name="3")
    return source, target


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        ("update", "2 entries of the target store that are drafts are shown to everybody then."),
        ("mirror", "1 entry of the target store that is a draft is shown to everybody then."),
        ("create_only", ""),
    ],
)
def test_drafts_that_are_none_any_more_are_told(sandbox: Sandbox, tmp_path: Path, policy: str, said: str) -> None:
    source, target = _stores(sandbox, drafts=False)
    archive = archive_of(sandbox, source.shop, tmp_path)
    desk, _ = import_(sandbox, target.shop, archive, tmp_path, policy=policy)
    own = row(desk, *KIND)
    assert own.detail == said
    shown = own.outcome is Outcome.UPDATED
    assert all(status is None for status in _statuses(target).values()) is shown is bool(said)
    again, _ = import_(sandbox, target.shop, archive, tmp_path, policy=policy)
    assert again.client.writes == 0


def test_entries_that_get_a_state_of_which_nobody_says_anything_are_told(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = _stores(sandbox, drafts=True)
    desk, _ = import_(sandbox, target.shop, archive_of(sandbox, source.shop, tmp_path), tmp_path)
    own = row(desk, *KIND)
    assert own.outcome is Outcome.UPDATED
    assert own.detail == "2 entries of the target store get a state then: where that is draft, nobody sees them."
    assert _statuses(target)["one"] == "ACTIVE"


def test_what_goes_with_a_feature_that_is_switched_off_is_not_said_to_stay(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    source.define("kind", NAME)
    definition = target.define("kind", NAME)
    target.ask(
        """mutation U($id: ID!, $definition: MetaobjectDefinitionUpdateInput!) {
          metaobjectDefinitionUpdate(id: $id, definition: $definition) { userErrors { message } } }""",
        id=definition,
        definition={
            "capabilities": {
                "onlineStore": {"enabled": True, "data": {"urlHandle": "kinds"}},
                "renderable": {"enabled": True, "data": {"metaTitleKey": "name"}},
            }
        },
    )
    desk, _ = import_(sandbox, target.shop, archive_of(sandbox, source.shop, tmp_path), tmp_path)
    own = row(desk, *KIND)
    assert (own.outcome, own.verified) == (Outcome.UPDATED, True)
    assert own.detail == (
        "It is switched off with this import, so that no entry of this type shows any longer a page of its own and "
        "what search engines are told of it."
    )


def test_what_a_type_shows_no_longer_is_told_of_all_its_entries(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    source.define("kind", NAME)
    own = target.define("kind", NAME)
    target.ask(SWITCH, id=own, on={"translatable": {"enabled": True}})
    target.entry("kind", "theirs", name="1")
    desk, _ = import_(sandbox, target.shop, archive_of(sandbox, source.shop, tmp_path), tmp_path)
    told = row(desk, *KIND)
    assert told.verified
    assert told.detail == (
        "It is switched off with this import, so that no entry of this type shows any longer what it is called in "
        "other languages."
    )
    back, _ = import_(sandbox, source.shop, archive_of(sandbox, target.shop, tmp_path), tmp_path)
    assert row(back, *KIND).detail == ""


SWITCH = """mutation S($id: ID!, $on: MetaobjectCapabilityUpdateInput!) {
  metaobjectDefinitionUpdate(id: $id, definition: {capabilities: $on}) { userErrors { message } } }"""


@pytest.mark.parametrize("policy", ["mirror", "update"])
def test_what_a_type_shows_in_no_other_language_any_longer_is_not_called_deleted(
    sandbox: Sandbox, tmp_path: Path, policy: str
) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    source.define("kind", NAME)
    source.entry("kind", "one", name="1")
    own = target.define("kind", NAME)
    target.ask(SWITCH, id=own, on={"translatable": {"enabled": True}})
    for shop in (source, target):
        shop.ask(LANGUAGE)
    stays, goes = (target.entry("kind", handle, name="1") for handle in ("one", "theirs"))
    for entry in (stays, goes):
        (content,) = target.ask(TEXTS, id=entry)["translatableResource"]["translatableContent"]
        given = {"key": "name", "locale": "de", "value": "Eins", "translatableContentDigest": content["digest"]}
        assert not target.ask(REGISTER, id=entry, given=[given])["translationsRegister"]["userErrors"]
    archive = archive_of(sandbox, source.shop, tmp_path)
    desk, _ = import_(sandbox, target.shop, archive, tmp_path, policy=policy)
    hidden = row(desk, "translations", "metaobjects", "kind", "one", "de")
    assert hidden.outcome is Outcome.LEFT
    assert hidden.detail.startswith("It is hidden, and not deleted:") is (policy == "mirror")
    gone = row(desk, "translations", "metaobjects", "kind", "theirs", "de")
    assert gone.outcome is (Outcome.DELETED if policy == "mirror" else Outcome.LEFT)
    target.ask(SWITCH, id=own, on={"translatable": {"enabled": True}})
    assert target.ask(TEXTS, id=stays)["translatableResource"]["translations"]  # as the sandbox has it
