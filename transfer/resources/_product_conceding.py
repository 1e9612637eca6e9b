"""What of a product in an archive the target's can become, where its options or its nature are others for good."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..resource import Conceded, Fields
from . import _linked_options as linked
from . import _options as options
from . import _same_variants as same
from . import product_variants as variants

NATURE = ("giftCard", "giftCardTemplateSuffix")


def concede(before: Fields, after: Fields) -> Conceded | None:
    """Everything but what conflicts: what a product says of itself is written whatever its options are."""
    conceded = _conceded(before, after)
    if conceded is None:
        return None
    known = same.sentence(same.found(before, after, conceded.after))
    return replace(conceded, sentences=(*conceded.sentences, known)) if known else conceded


def counterparts(before: Fields, after: Fields) -> Mapping[variants.Chosen, variants.Chosen]:
    """The target's variant -> the archive's that it is, of those that cannot be made."""
    conceded = _conceded(before, after)
    return same.found(before, after, conceded.after).pairs if conceded is not None else {}


def _conceded(before: Fields, after: Fields) -> Conceded | None:
    sentences: list[str] = []
    wanted = dict(after)
    if bool(before.get("giftCard")) != bool(after.get("giftCard")):
        wanted |= {name: before.get(name) for name in NATURE}
        sentences.append("One is a gift card and the other is not, which Shopify cannot change.")
    present, named = options.names(before), options.names(after)
    if sorted(present) != sorted(named):
        wanted |= {"options": before["options"], "variants": before["variants"]}
        sentences.append(
            f"The product has the options {', '.join(present)} in the target store and {', '.join(named)} in the "
            "archive, so its options and variants stay as they are; make them the same in one of the stores."
        )
    else:
        wanted |= _linked(before, wanted, sentences)
    return Conceded(wanted, tuple(sentences)) if sentences else None


def _linked(before: Fields, wanted: Fields, sentences: list[str]) -> Fields:
    """The options as they can be linked, and the variants that these allow. Adds to `sentences`."""
    present = {option["name"]: option for option in before["options"]}
    found = {option["name"]: option for option in wanted["options"]}
    fixed: set[str] = set()
    for name, option in list(found.items()):
        conceded = linked.conceded(present[name], option)
        if conceded is not None:
            found[name], sentence = conceded
            sentences.append(sentence)
            fixed |= {name} if found[name] is present[name] else set()
    for name in found.keys() - fixed:
        strange = linked.strange(found[name], wanted["variants"])
        if strange:
            sentences.append(strange)
            fixed.add(name)
    kept = [item for item in wanted["variants"] if _allowed(item["options"], found, fixed)]
    left = len(wanted["variants"]) - len(kept)
    if left:
        sentences.append(f"{'A variant' if left == 1 else f'{left} variants'} with other values of it cannot be made.")
    return {"options": list(found.values()), "variants": kept}


def _allowed(pairs: Sequence[Sequence[str]], found: dict[str, Fields], fixed: set[str]) -> bool:
    """Whether a variant has chosen only what its options have, where no value can be added to them."""
    return all(value in found[name]["values"] for name, value in pairs if name in fixed)
