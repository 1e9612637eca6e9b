"""Writing translations: text by text with the digest of what it translates. A call stores what is good and refuses the
rest key by key, and is harmless to repeat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ..outcomes import Reason
from ..resource import Ask, Ids, Job, Result, Talk
from ._menu_items import ITEMS
from ._translated import Text
from ._translation_talk import Translatable, forget
from ._translation_texts import rewritten, type_of
from .locales import IS_PRIMARY

MOST = 100  # translations in one call, as a real store was seen to take
_REGISTER = """
mutation RegisterTranslations($id: ID!, $translations: [TranslationInput!]!) {
  translationsRegister(resourceId: $id, translations: $translations) {
    translations { key locale } userErrors { field message code }
  }
}
"""
_FEW = 5  # problems named of one record
STALE = "INVALID_TRANSLATABLE_CONTENT"
MANY = "TOO_MANY_KEYS_FOR_RESOURCE"
NO_TEXT = "the record in the target store has no such text, or an empty one"
MEANWHILE = "somebody translated it after the plan was made"
# Items of one title beside each other have no name, so that no plan knows what they are called.
OF_SEVERAL = (
    "when it was written, this item was called something there: as one of several of its title, or by somebody since"
)


@dataclass(slots=True)
class _Entry:
    """One text in one tongue on its way. `problem`: what Shopify said, or what we know before asking."""

    key: str
    input: dict[str, str]
    problem: str = ""
    code: str = ""


@dataclass(slots=True)
class Writing:
    """One record on its way."""

    job: Job
    text: Text
    entries: list[_Entry] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)  # what is not even sent, and why
    primary: bool = False
    gone: list[str] = field(default_factory=list)  # what is to be said no more
    problem: str = ""  # what Shopify has against that

    def prepare(self, present: Translatable, ids: Ids) -> None:
        content = {item["key"]: item for item in present.content}
        said = {item["key"]: item["value"] for item in present.said[self.text.tongue]}
        whole = not self.text.tongue.market  # only a market says anything else in the primary language
        self.primary = whole and any(item["locale"] == self.text.tongue.locale for item in content.values())
        for key in self._wanted() if not self.primary else ():
            if not self.job.after["texts"][key]:
                self.gone += [key] if key in said else []
                continue
            text = rewritten(type_of(self.job.after, key), self.job.after["texts"][key], ids.translate)
            if key not in content or not content[key]["digest"]:
                self.kept[key] = NO_TEXT
            elif self.job.creates and said.get(key) not in (None, text):
                self.kept[key] = OF_SEVERAL if self.job.key[0] == ITEMS else MEANWHILE
            elif text is not None:
                self.entries.append(_Entry(key, self._input(key, text, content[key]["digest"])))

    def _input(self, key: str, text: str, digest: str) -> dict[str, str]:
        market = {"marketId": self.text.tongue.market} if self.text.tongue.market else {}
        return {
            "key": key,
            "locale": self.text.tongue.locale,
            "value": text,
            "translatableContentDigest": digest,
            **market,
        }

    def _wanted(self) -> list[str]:
        """The texts to write now: what differs, and not what waits for a link."""
        every = [key for key in self.job.after["texts"] if f"texts.{key}" not in self.job.without]
        if self.job.creates:
            return every
        return [key for key in every if {f"texts.{key}", f"outdated.{key}"} & set(self.job.changed)]

    def result(self) -> Result:
        if self.primary:
            return Result(self.job.key, reason=Reason.NOT_PERMITTED, detail=IS_PRIMARY)
        if self.problem:
            return Result(self.job.key, reason=Reason.REFUSED, detail=self.problem)
        bad = {**self.kept, **{entry.key: entry.problem for entry in self.entries if entry.problem}}
        if not bad:
            return Result(self.job.key, str(self.text))
        codes = {entry.code for entry in self.entries if entry.problem}
        moved = codes <= {STALE} and set(self.kept.values()) <= {MEANWHILE, OF_SEVERAL}
        good = len(self.entries) - sum(bool(entry.problem) for entry in self.entries)
        named = [f"{key}: {why.rstrip('.')}." for key, why in sorted(bad.items())[:_FEW]]
        rest = [f"And {len(bad) - _FEW} more."] if len(bad) > _FEW else []
        stored = [f"The other texts were stored ({good})."] if good else []
        reason = Reason.CHANGED_MEANWHILE if moved else Reason.REFUSED
        return Result(self.job.key, reason=reason, detail=" ".join([*named, *rest, *stored]))


def send(writings: Sequence[Writing]) -> Talk[None]:
    """All of these, thing by thing."""
    for gid in dict.fromkeys(writing.text.gid for writing in writings):
        entries = [entry for writing in writings if writing.text.gid == gid for entry in writing.entries]
        for start in range(0, len(entries), MOST):
            yield from _register(gid, entries[start : start + MOST])
    for writing in writings:
        if writing.gone:
            writing.problem = yield from forget(writing.text.gid, writing.text.tongue, writing.gone)


def _register(gid: str, entries: Sequence[_Entry]) -> Talk[None]:
    """Sends these, and notes at each what Shopify has against it; too many at once are sent in halves."""
    variables = {"id": gid, "translations": [entry.input for entry in entries]}
    payload = (yield Ask(_REGISTER, variables, repeatable=True))["translationsRegister"]
    errors = payload["userErrors"]
    if len(entries) > 1 and any(error["code"] == MANY for error in errors):
        middle = len(entries) // 2
        yield from _register(gid, entries[:middle])
        yield from _register(gid, entries[middle:])
        return
    for error in errors:
        place = next((int(part) for part in error["field"] or () if part.isdecimal()), None)
        meant = entries if place is None or place >= len(entries) else [entries[place]]
        for entry in meant:
            entry.problem, entry.code = error["message"], error["code"] or ""
