"""``python -m transfer.catalogue > docs/resources.md``: what is carried, what is not, and why. Is that all of it?"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

from .registry import RESOURCES, order
from .resource import Resource, Scopes

# Kinds of things in a store that no archive holds.
BEYOND = {
    "Orders with their values, returns, checkouts, gift cards": "what was sold belongs to the store that sold it",
    "Staff accounts and what names them": "people are invited to a store, and not copied into it",
    "Other apps, their data, and the functions behind their discounts": "only the app itself may read and write it",
    "Themes": "Shopify lets only few apps write them; a theme is carried as a file, by its own export",
    "Catalogs and price lists, of companies and of markets": "not carried by this version",
    "Payment, shipping, tax and checkout settings": "the API does not give them, and they differ from store to store",
    "Analytics and search history": "they tell what happened, and cannot be written",
}

HEAD = """# What is carried

Made from the registry by `python -m transfer.catalogue`; a test holds it to that.

References are rewritten wherever they stand: in values, lists, rich text, links, HTML and conditions (see
[the archive format](archive-format.md)).
"""


def catalogue() -> str:
    """The page, in Markdown."""
    resources = [RESOURCES[name] for name in order()]
    return "\n".join(
        [
            HEAD,
            "| kind | natural key | scopes to read | scopes to write | refers to |",
            "|---|---|---|---|---|",
            *map(_line, resources),
            "",
            *_optional(resources),
            "## Scopes of their own",
            "",
            "What the store does not grant of these is named, and the rest goes through.",
            "",
            "| kind | owner types | scope to read | scope to write |",
            "|---|---|---|---|",
            *(line for resource in resources for line in _parts(resource)),
            "",
            "## What of them is not carried",
            "",
            "| kind | what | why |",
            "|---|---|---|",
            *(line for resource in resources for line in _left(resource)),
            "",
            "An export counts what it met of this, names examples, and says so in its manifest and on its page.",
            "",
            "## What no import takes away",
            "",
            "Where the source has none of it and the target has, it stays under every policy, and the report says so;",
            "a row that would empty it is refused.",
            "",
            "| kind | what | why |",
            "|---|---|---|",
            *(line for resource in resources for line in _lasting(resource)),
            "",
            "## What no archive holds",
            "",
            "| what | why |",
            "|---|---|",
            *(f"| {what} | {why} |" for what, why in BEYOND.items()),
            "",
        ]
    )


def _optional(resources: Iterable[Resource]) -> list[str]:
    """What an export carries only where somebody ticks it, or names it with ``--with``."""
    kinds = [resource for resource in resources if resource.optional]
    if not kinds:
        return []
    lines = [f"| {resource.label} (`{resource.name}`) | {resource.optional} |" for resource in kinds]
    return ["## What is carried only where somebody asks for it", "", "| kind | why |", "|---|---|", *lines, ""]


def _line(resource: Resource) -> str:
    read, write = (" ".join(f"`{scope}`" for scope in own) for own in (resource.scopes.read, resource.scopes.write))
    return f"| {resource.label} (`{resource.name}`) | {resource.key_is} | {read} | {write} | {_refers(resource)} |"


def _parts(resource: Resource) -> Iterator[str]:
    by_scopes: dict[Scopes, list[str]] = {}
    for part, own in resource.parts.items():
        by_scopes.setdefault(own, []).append(part)
    for own, parts in by_scopes.items():
        read, write = (" ".join(f"`{scope}`" for scope in scopes) or "none" for scopes in (own.read, own.write))
        yield f"| {resource.label} | {', '.join(parts)} | {read} | {write} |"


def _refers(resource: Resource) -> str:
    return ", ".join(name.replace("_", " ") for name in resource.refers_to) or "nothing"


def _left(resource: Resource) -> Iterator[str]:
    for what, why in resource.leaves.items():
        yield f"| {resource.label} | {what} | {why} |"


def _lasting(resource: Resource) -> Iterator[str]:
    """Places with the same reason together."""
    by_reason: dict[str, list[str]] = {}
    for path, why in resource.lasting.items():
        by_reason.setdefault(why, []).append(path)
    for why, paths in by_reason.items():
        yield f"| {resource.label} | {', '.join(f'`{path}`' for path in paths)} | {why} |"


if __name__ == "__main__":
    sys.stdout.write(catalogue())
