"""The closed words of plan, ledger and report. Pages, JSON and commands show these and nothing freer."""

from __future__ import annotations

from enum import StrEnum


class Verdict(StrEnum):
    """What the plan would do with one record."""

    CREATE = "create"
    UPDATE = "update"
    UNCHANGED = "unchanged"
    FULLER = "fuller"  # equal, and the target has values where the archive has none: kept, or cleared by a mirror
    DELETE = "delete"  # a row of a spreadsheet asks for it, whatever the policy
    EXTRA = "extra"  # only the target has it: left alone, or deleted under the mirror policy
    CONFLICT = "conflict"  # a person has to decide (ambiguous key, another type)
    CANNOT = "cannot"  # it can not be written at all, and the reason says why


TO_WRITE = frozenset({Verdict.CREATE, Verdict.UPDATE})
REMOVALS = frozenset({Verdict.EXTRA, Verdict.DELETE})


class Outcome(StrEnum):
    """What became of one record. Empty means: nothing yet."""

    PENDING = ""
    CREATED = "created"
    UPDATED = "updated"
    DELETED = "deleted"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"  # left alone on purpose: by choice, by policy, or because somebody changed it meanwhile
    FAILED = "failed"
    LEFT = "left"  # only the target has it, and nobody asked for its deletion


class State(StrEnum):
    """How far the writing of one record has come."""

    PLANNED = "planned"
    SENT = "sent"  # the intent is committed; after a crash nobody knows whether it happened
    WRITTEN = "written"  # answered; links may still be open, or Shopify still at work on it
    DONE = "done"  # nothing more will be written for it


class Reason(StrEnum):
    """Why a record was not (wholly) written."""

    NONE = ""
    EXCLUDED = "excluded"  # the merchant left it out
    POLICY = "policy"  # the policy does not write such records
    CHANGED_MEANWHILE = "changed_meanwhile"  # the target moved after the plan was made
    AMBIGUOUS = "ambiguous"  # several records share this natural key
    TYPE_CONFLICT = "type_conflict"  # a type or a rule of the target cannot take it, so that nothing of it was written
    PART_CONFLICT = "part_conflict"  # all but a part of it, which the target cannot take, is as in the archive
    TAKEN = "taken"  # it must be unique in the target, and another record has its value
    REQUIRED_CIRCLE = "required_circle"  # required references in a circle, under a definition that exists already
    MISSING_REQUIRED = "missing_required"  # a required reference points at something the target does not have
    MISSING_OWNER = "missing_owner"  # the record that this value belongs to is not in the target
    OUTSIDE_REQUIRED = "outside_required"  # what it cannot be without is of a kind that nobody asked for
    UNRESOLVED_REFERENCE = "unresolved_reference"  # written, but without a reference that has no target
    OUTSIDE_REFERENCE = "outside_reference"  # the same, because nobody asked for things of its target's kind
    UNREAD_REFERENCE = "unread_reference"  # the same, because the app may not read the target in the source store
    NAMES_SOURCE = "names_source"  # as asked for, and a text in it names the source store, which stays as it is
    NOTHING_LANDS = "nothing_lands"  # not written: the target has nothing of what it names
    TOO_LARGE = "too_large"  # over a limit of Shopify
    NOT_PERMITTED = "not_permitted"  # another app's data, or a scope that is missing
    REFUSED = "refused"  # Shopify's own userError, quoted
    LEFT_BEHIND = "left_behind"  # what it hangs on, or must name, was left out of the import by choice
    DEPENDS_ON_FAILED = "depends_on_failed"  # what it needs was not written
    LOST = "lost"  # Shopify never answered, and it was not found afterwards
    BROKEN_OFF = "broken_off"  # the run ended early, and left it half done, or nobody knows how far it came
    DIFFERS = "differs"  # written, but the read-back is not what was asked for
    EXISTS = "exists"  # to be created only (NEW), and the target has it
    NOT_THERE = "not_there"  # to be updated only (UPDATE), and the target does not have it
    INVALID = "invalid"  # a part of a record that does not make a whole one
    FULLER = "fuller"  # as asked for, and the target keeps values where the archive has none
    GONE = "gone"  # it vanished from the target between plan and write, or write and read-back


class Policy(StrEnum):
    """What an import may do to records that the target already has."""

    CREATE_ONLY = "create_only"
    UPDATE = "update"
    MIRROR = "mirror"
