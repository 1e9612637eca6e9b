"""Why a record was not written, or not wholly, in words: what happened, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence

from .naming import field, listed
from .outcomes import Reason

MOST = 5  # fields that a sentence names

REASONS: dict[str, tuple[str, str]] = {
    Reason.EXCLUDED: ("were left out, as you chose", ""),
    Reason.POLICY: ("were left as they are, as you chose", ""),
    Reason.CHANGED_MEANWHILE: (
        "were changed in this store by somebody while the import ran, which was kept",
        "Import the archive again to see a new plan.",
    ),
    Reason.AMBIGUOUS: (
        "share their name with another record",
        "Give each a name of its own in the source store, then export again.",
    ),
    Reason.TYPE_CONFLICT: (
        "differ here in what cannot be changed, such as a type, or break a rule of their definition here",
        "Each says which: change that in one of the two stores, or delete the one here, then import again.",
    ),
    Reason.PART_CONFLICT: (
        "are here but for a part that conflicts, or has no room: a field's type, a broken rule, a product's options, "
        "a taken name",
        "Each says which: change that in one of the two stores, then import again.",
    ),
    Reason.TAKEN: (
        "have values that must be unique here, and that other records have",
        "Each says which record has it: change its value there, then import again.",
    ),
    Reason.REQUIRED_CIRCLE: (
        "require each other under a definition that exists already",
        "Make one of the fields optional here, then import again.",
    ),
    Reason.MISSING_REQUIRED: (
        "require something that this store does not have",
        "Export that with them, or create it here, then import again.",
    ),
    Reason.MISSING_OWNER: (
        "belong to a record that this store does not have",
        "Export that record with them, or create it here, then import again.",
    ),
    Reason.OUTSIDE_REQUIRED: (
        "need something of a kind that did not come with them",
        "Each says which kind: export it with them, or create here what they need, then import again.",
    ),
    Reason.UNRESOLVED_REFERENCE: (
        "arrived without a reference whose target this store does not have",
        "Create in this store what they point at, then import this archive again: only the references will be written. "
        "What the source store itself no longer had stays left out.",
    ),
    Reason.OUTSIDE_REFERENCE: (
        "arrived without a reference, because nothing of its target's kind came with them",
        "Each says which kind: export it with them, or create here what they point at, then import again.",
    ),
    Reason.UNREAD_REFERENCE: (
        "arrived without a reference, because the app may not read its target in the source store",
        "Allow the app there what each of them names, then copy again: only the references will be written.",
    ),
    Reason.NAMES_SOURCE: (
        "name the source store in a text, which stays as it is",
        "Only links and references are rewritten. Each says what it names: change by hand what should lead here.",
    ),
    Reason.NOTHING_LANDS: (
        "name only what this store does not have, so nothing of them was written",
        "Create in this store what they name, then import this archive again.",
    ),
    Reason.TOO_LARGE: ("exceed a limit of Shopify", "Shorten them in the source store, then export again."),
    Reason.NOT_PERMITTED: (
        "are not for this app to write",
        "Each says what it needs: a permission, the app that owns it, or a person who sets it by hand.",
    ),
    Reason.REFUSED: ("were refused by Shopify", "Its answer stands at each of them."),
    Reason.LEFT_BEHIND: (
        "need what was left out of this import, as you chose",
        "Import the archive again without leaving that out, or with a policy that changes what is here.",
    ),
    Reason.DEPENDS_ON_FAILED: (
        "need a record that could not be written",
        "Mend that record first; these follow with the next import.",
    ),
    Reason.LOST: ("were sent, and Shopify never answered", "Import the archive again: what arrived is recognised."),
    Reason.BROKEN_OFF: (
        "were left half done, or may be, when the import ended early",
        "Import the archive again: that writes what is missing.",
    ),
    Reason.DIFFERS: ("were written, and read back differently", "Compare them in Shopify with the archive."),
    Reason.EXISTS: (
        "exist in this store, and their rows say NEW",
        "Write MERGE or UPDATE into the Command column, then import again.",
    ),
    Reason.NOT_THERE: (
        "do not exist in this store, and their rows say UPDATE",
        "Write MERGE into the Command column to create them, then import again.",
    ),
    Reason.INVALID: (
        "cannot become a record as written",
        "What is missing or wrong stands at each of them; mend it, then import again.",
    ),
    Reason.FULLER: (
        "were kept with more than the archive has: single values, or parts such as variants",
        "To take that away, import again and choose to delete what the archive does not have.",
    ),
    Reason.GONE: ("vanished from this store while the import ran", "Import the archive again to create them anew."),
}


def reason(word: str) -> tuple[str, str]:
    unknown = f": {word.replace('_', ' ')}" if word else ""
    return REASONS.get(word, (f"were not written{unknown}", ""))


_SINGULAR = {
    "were": "was", "are": "is", "exist": "exists", "share": "shares", "require": "requires", "belong": "belongs",
    "exceed": "exceeds", "differ": "differs", "need": "needs", "name": "names",
    "arrive": "arrives", "do": "does", "have": "has",
}  # fmt: skip
_OF_ONE = (
    ("their name", "its name"), ("nothing of them", "nothing of it"), ("as they are", "as it is"),
    ("or break a rule of their definition", "or breaks a rule of its definition"), ("with them", "with it"),
    ("each other", "another one that requires it,"), ("their rows say", "its row says"),
)  # fmt: skip


def of_one(what: str) -> str:
    """The same of a single record: "were refused" becomes "was refused"."""
    verb, _, rest = what.partition(" ")
    for many, single in _OF_ONE:
        rest = rest.replace(many, single)
    return f"{_SINGULAR.get(verb, verb)} {rest}"


def before(what: str) -> str:
    """The same in a plan, where nothing has happened yet."""
    verb, _, rest = what.partition(" ")
    verb = {"arrived": "arrive", "were": "are"}.get(verb, verb)
    return f"{verb} {rest.replace('them was written', 'them will be written')}"


def emptiness(resource: str, paths: Sequence[str]) -> str:
    """What of a record the target has and the archive does not, though it tells of it: one sentence."""
    names = list(dict.fromkeys(field(path, resource) for path in paths))
    said = listed(names) if len(names) <= MOST else f"{', '.join(names[:MOST])} and {len(names) - MOST} more"
    return f"This store has more of it than the source: {said}."
