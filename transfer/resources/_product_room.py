"""How much a product holds: which of an archive's variants and values find room in it, and how a mirror makes some."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from ..resource import Conceded, Fields, Job, Result, Talk
from . import _options as options
from . import _product_by_hand as by_hand
from . import _product_taking as taking
from . import product_variants as variants

# Seen in Shopify's refusals of productSet, productOptionsCreate and productOptionUpdate (OPTION_VALUES_OVER_LIMIT),
# whose published descriptions name no number.
MAX_VALUES = 100

Values = Mapping[str, set[str]]  # option's name -> its values


class Split(NamedTuple):
    """Variants that fit into a product, in their order, and those that do not."""

    fitting: list[Fields]
    left: list[Fields]


def split(new: Iterable[Fields], room: int, present: Values) -> Split:
    """`room`: for how many variants; `present`: the values that options have already, which grow with what fits."""
    values = {name: set(own) for name, own in present.items()}
    found = Split([], [])
    for item in new:
        more = [(name, value) for name, value in item["options"] if value not in values.setdefault(name, set())]
        if len(found.fitting) < room and all(len(values[name]) < MAX_VALUES for name, _ in more):
            found.fitting.append(item)
            for name, value in more:
                values[name].add(value)
        else:
            found.left.append(item)
    return found


def too_large(fields: Fields) -> str:
    """Why Shopify can have no such product; empty where it can."""
    count = len(fields["variants"])
    if count > by_hand.MAX_VARIANTS:
        return f"The product has {count} variants, and Shopify allows {by_hand.MAX_VARIANTS}."
    for option in fields["options"]:
        if len(option["values"]) > MAX_VALUES:
            many = len(option["values"])
            return f"The option {option['name']} has {many} values, and Shopify allows {MAX_VALUES}."
    return ""


# -- in the plan -----------------------------------------------------------------------------------------------------


def crowded(before: Fields, after: Fields) -> Conceded | None:
    """What of an archive's product fits beside what only the target has in it and keeps; None where all of it does."""
    present, wanted = (dict(variants.by_options(fields["variants"])) for fields in (before, after))
    staying = present.keys() - taking.gone(before, after).keys()
    values = _staying(before, after)
    whole = {name: {*own, *_values(after).get(name, ())} for name, own in values.items()}
    total = len(staying | wanted.keys())
    if total <= by_hand.MAX_VARIANTS and all(len(own) <= MAX_VALUES for own in whole.values()):
        return None
    new = [item for chosen, item in wanted.items() if chosen not in present]
    found = split(new, by_hand.MAX_VARIANTS - len(staying), values)
    out = {variants.chosen(item["options"]) for item in found.left}
    kept = [item for item in after["variants"] if variants.chosen(item["options"]) not in out]
    fitting = [_fitting(option, values.get(option["name"], set()), kept, found.left) for option in after["options"]]
    if len(kept) == len(after["variants"]) and fitting == list(after["options"]):
        return None
    sentences = [*_reasons(total, whole, before, after), _left(len(out))]
    return Conceded({**after, "options": fitting, "variants": kept}, (" ".join(sentences),))


def _values(fields: Fields) -> dict[str, set[str]]:
    return {option["name"]: set(option["values"]) for option in fields["options"]}


def _staying(before: Fields, after: Fields) -> dict[str, set[str]]:
    """The values that options have and keep."""
    wanted = _values(after)
    keeps = not after.get("exact")
    return {name: own if keeps else own & wanted.get(name, own) for name, own in _values(before).items()}


def _fitting(option: Fields, present: set[str], kept: Sequence[Fields], left: Sequence[Fields]) -> Fields:
    """An option with the values that are there or that variants bring; of those that none has, with as many as fit."""
    used, lacking = (
        {value for item in items for name, value in item["options"] if name == option["name"]} for items in (kept, left)
    )
    held = present | used
    spare = [value for value in option["values"] if value not in held | lacking][: max(MAX_VALUES - len(held), 0)]
    stays = [value in held or value in spare for value in option["values"]]
    lists = {name: option[name] for name in ("values", "linkedValues") if option.get(name)}
    return {
        **option,
        **{name: [one for one, own in zip(given, stays, strict=False) if own] for name, given in lists.items()},
    }


def _reasons(total: int, values: Values, before: Fields, after: Fields) -> list[str]:
    extra = {name: own - _values(after).get(name, own) for name, own in _staying(before, after).items()}
    theirs = len(dict(variants.by_options(before["variants"])).keys() - dict(variants.by_options(after["variants"])))
    said = []
    if total > by_hand.MAX_VARIANTS:
        own = "" if after.get("exact") or not theirs else WITH
        said.append(f"Shopify allows a product {by_hand.MAX_VARIANTS} variants, and this one would have {total}{own}.")
    for name, own_values in values.items():
        if len(own_values) > MAX_VALUES:
            own = WITH if extra.get(name) else ""
            said.append(f"Shopify allows an option {MAX_VALUES} values, and {name} would have {len(own_values)}{own}.")
    return said


WITH = " with those that only the target store has"


def _left(variants_: int) -> str:
    if not variants_:
        return "Values that no variant of the archive has are left out."
    return f"{'A new variant is' if variants_ == 1 else f'{variants_} new variants are'} left out."


# -- while writing ---------------------------------------------------------------------------------------------------


def lacks(job: Job, new: Sequence[Fields]) -> bool:
    """Whether the new variants find no room beside those that go, or their values beside those."""
    assert job.before is not None
    before, after = _values(job.before), _values(job.after)
    if len(job.before["variants"]) + len(new) > by_hand.MAX_VARIANTS:
        return True
    return any(len(own | after.get(name, set())) > MAX_VALUES for name, own in before.items())


def make(job: Job, new: Sequence[Fields]) -> Talk[Split | Result]:
    """Takes away what is to go before anything comes, but for one variant: a product has to have one.

    Returns which of the new ones have room beside that one.
    """
    assert job.gid is not None
    known = yield from options.variants_of(job)
    staying = dict(variants.by_options(job.after["variants"])).keys() & known.keys()
    spared = None if staying else next(iter(known), None)
    refusal = yield from taking.delete_variants(job, {one: gid for one, gid in known.items() if one != spared})
    if refusal is not None:
        return refusal
    return (yield from free(job, new))


def free(job: Job, new: Sequence[Fields]) -> Talk[Split | Result]:
    """Takes away the values that are to go and that no variant has any more; which of the new variants fit by now."""
    assert job.gid is not None
    known = yield from options.variants_of(job)
    present = yield from options.current(job)
    if isinstance(present, Result):
        return present
    used = {pair for chosen in known for pair in chosen}
    refusal = yield from taking.delete_values(job, present, used)
    if refusal is not None:
        return refusal
    values = {
        name: {
            value["name"]
            for value in own["optionValues"]
            if (name, value["name"]) in used or value["name"] not in taking.dropped(job, name)
        }
        for name, own in present.items()
    }
    return split(new, by_hand.MAX_VARIANTS - len(known), values)
