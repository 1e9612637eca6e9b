"""Translations: what the texts of a record say in the store's other languages.

One record holds all texts of one thing in one language; what is translated at all is known from the other resources
(`_translated`). Shopify takes a translation only together with the digest of the text that it translates, which it
makes of the target's present text: so these are written last, with digests read a moment before. A call stores what is
good and refuses the rest key by key, and is harmless to repeat.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .. import links, values
from ..diff import Change
from ..diff import changes as differing
from ..keys import Key
from ..outcomes import Reason
from ..references import Target
from ..resource import (
    OWNER,
    Ask,
    Fields,
    Ids,
    Job,
    Page,
    Place,
    Reading,
    Resource,
    Result,
    Scopes,
    Selection,
    Stream,
    Talk,
)
from ._common import paged
from ._translated import OPTIONS_PAGE, PARTS, Owners, Text, options_of, text_of
from .locales import CODE, IS_PRIMARY, read_locales
from .metafields import REFERRED

MOST = 100  # translations in one call, as a real store was seen to take
IDS = 250  # resources in one request
DEEPEST = 24_900  # Shopify pages no deeper than 25,000, and these cannot be parted by id

_CONTENT = "resourceId translatableContent { key type %s }"
_SAID = "l%d: translations(locale: $l%d) { key value outdated }"
_REGISTER = """
mutation RegisterTranslations($id: ID!, $translations: [TranslationInput!]!) {
  translationsRegister(resourceId: $id, translations: $translations) {
    translations { key locale } userErrors { field message code }
  }
}
"""
_REMOVE = """
mutation RemoveTranslations($id: ID!, $keys: [String!]!, $locales: [String!]!) {
  translationsRemove(resourceId: $id, translationKeys: $keys, locales: $locales) {
    translations { key } userErrors { field message code }
  }
}
"""
# Types of content in which there is something to walk, and what Shopify's names for them are here.
HTML = frozenset({"html", "inline_rich_text"})
WALKED = HTML | {
    *("url", "list.url", "link", "list.link", "rich_text_field", "json", "json_string"),
    *("file_reference", "list.file_reference"),
}
TEXT = "single_line_text_field"
ELSEWHERE = (
    "translations of themes, menus, e-mails, shipping, payment and filters, and those made for a single market, "
    "are not carried"
)
PLACEHOLDER = "store-localization/generic-dynamic-content-translation"  # a handle without any letter becomes this
NO_HANDLE = "in place of a translated handle Shopify holds a placeholder, which is not carried"
TOO_DEEP = "Shopify lists no more than 25,000 translatable things of one kind"
_FEW = 5  # problems named of one record


class Translations(Resource):
    name = "translations"
    label = "Translations"
    key_is = "kind of record, that record's key, code of the language"
    leaves = {
        "translations of themes, menus, e-mails, shipping, payment and filters": "these are not carried themselves, "
        "or have no name that means the same in another store",
        "translations for a single market": "they belong to markets, which are not carried",
        "the mark that a translation is older than its text": "Shopify takes translations of the present text only",
    }
    parted = True
    scopes = Scopes(
        read=("read_translations", "read_locales"), write=("write_translations", "read_translations", "read_locales")
    )
    gid_types = ()
    upsert = True
    batch = 10
    read_batch = 50
    points = 13.0

    def __init__(self, kinds: Sequence[Resource]) -> None:
        """`kinds`: all other resources."""
        self._owners = Owners(kinds)
        self.refers_to = tuple(dict.fromkeys(("locales", *REFERRED, *self._owners.names)))

    @property
    def holders(self) -> tuple[str, ...]:
        return self._owners.names

    # -- reading

    def streams(self, selection: Selection, types: Sequence[str]) -> list[Stream]:
        own = [Stream(f"{self.name}/{kind}", self._listed(kind), moves=False) for kind in self._owners.types]
        options = Stream(f"{self.name}/options", self._options(), moves=False)
        return [*own, options, Stream(f"{self.name}/elsewhere", _elsewhere, moves=False)]

    def _listed(self, kind: str) -> Callable[[str | None, str | None], Talk[Page]]:
        """Pages of what is translatable of one kind; nothing at all where a store speaks one language."""
        nodes: list[Mapping[str, Any]] = []

        def read(after: str | None, changed_since: str | None) -> Talk[Page]:
            locales = yield from _others()
            if not locales:
                return Page((), None)
            nodes.clear()
            inner = paged(
                _listing(len(locales)),
                "translatableResources",
                lambda node: nodes.append(node),
                variables={"kind": kind, **_variables(locales)},
                filters=False,
            )
            page = yield from inner(after, None)
            found = yield from self._page([(Text(node["resourceId"], ""), node) for node in nodes], locales)
            if page.after is None or json.loads(page.after)[0] < DEEPEST:
                return replace(found, after=page.after)
            deep = (f"{kind} behind the first {DEEPEST}", TOO_DEEP)
            return replace(found, skipped=(*found.skipped, deep))

        return read

    def _options(self) -> Callable[[str | None, str | None], Talk[Page]]:
        products: list[Mapping[str, Any]] = []
        inner = paged(OPTIONS_PAGE, "products", lambda node: products.append(node))

        def read(after: str | None, changed_since: str | None) -> Talk[Page]:
            locales = yield from _others()
            if not locales:
                return Page((), None)
            products.clear()
            page = yield from inner(after, None)
            readings = yield from self._texts(_inside(products), locales)
            return Page(readings, page.after)

        return read

    def _texts(self, texts: Sequence[Text], locales: Sequence[str]) -> Talk[tuple[Reading, ...]]:
        """All that these say in these languages."""
        found: list[Reading] = []
        for start in range(0, len(texts), IDS):
            some = texts[start : start + IDS]
            content = yield from _content([text.gid for text in some], locales)
            page = yield from self._page([(text, content[text.gid]) for text in some if text.gid in content], locales)
            found += page.readings
        return tuple(found)

    def _page(self, held: Sequence[tuple[Text, Mapping[str, Any]]], locales: Sequence[str]) -> Talk[Page]:
        """What is translated of these, under the names of those to whom it belongs."""
        said = [
            (Text(text.gid, locale, text.product), node["translatableContent"], node[f"l{number}"])
            for text, node in held
            for number, locale in enumerate(locales)
            if node[f"l{number}"]
        ]
        names = (yield from self._owners.named(text for text, _, _ in said)) if said else {}
        readings: list[Reading] = []
        notes: list[tuple[str, str]] = []
        for text, content, translated in said:
            if text.gid in names:
                key = (*names[text.gid], text.locale)
                fields = _fields(content, translated)
                readings += [Reading(self.name, key, str(text), fields)] if fields else []
                placeholder = any(item["value"] == PLACEHOLDER for item in translated)
                notes += [(" / ".join(key), NO_HANDLE)] if placeholder else []
        return Page(tuple(readings), None, tuple(notes))

    def owned(self, gids: Sequence[str]) -> Talk[Page]:
        locales = yield from _others()
        if not locales:
            return Page((), None)
        texts = [Text(gid, "") for gid in gids]
        products = [gid for gid in gids if gid.startswith("gid://shopify/Product/")]
        if products:
            found = yield from self._owners.options(products)
            texts += _inside(found)
        return Page((yield from self._texts(texts, locales)), None)

    def node(self, gid: str) -> str:
        """An option goes with its product."""
        text = text_of(gid)
        return text.product or text.gid

    def read_back(self, gids: Sequence[str]) -> Talk[list[Reading]]:
        texts = [text_of(gid) for gid in gids]
        locales = sorted({text.locale for text in texts if text.locale})
        bare = list(dict.fromkeys(Text(text.gid, "", text.product) for text in texts))
        return [reading for reading in (yield from self._texts(bare, locales)) if reading.gid in gids]

    def locate(self, targets: Sequence[Target]) -> Talk[dict[Target, str]]:
        """Nothing refers to a translation, and making one again is harmless, so none is ever looked for."""
        return {}
        yield  # makes this a conversation, if a silent one

    # -- meaning

    def rewrite(self, fields: Fields, translate: Callable[[str], str | None]) -> Fields:
        types = fields.get("types", {})
        texts = {key: _rewritten(types.get(key, TEXT), text, translate) for key, text in fields["texts"].items()}
        return {**fields, "texts": {key: text for key, text in texts.items() if text is not None}}

    def places(self, key: Key, fields: Fields, governor: Fields | None) -> Iterator[Place]:
        yield Place(OWNER, self._owners.target(key[:-1]), hard=True)
        yield Place(OWNER, Target("locales", key[-1:]), hard=True)
        types = fields.get("types", {})
        for name, text in fields["texts"].items():
            type_ = types.get(name, TEXT)
            if type_ in HTML:
                yield from links.places(f"texts.{name}", links.in_html, text)
            else:
                yield from values.places(f"texts.{name}", type_, text, hard=len(fields["texts"]) == 1)

    def normalise(self, fields: Fields) -> Fields:
        types = fields.get("types", {})
        texts = {key: values.normalise(types.get(key, TEXT), text) for key, text in fields["texts"].items()}
        return {**fields, "texts": texts}

    def changes(self, before: Fields, after: Fields) -> list[Change]:
        """A text that was changed after it was translated is translated anew, where the archive knows better."""
        found = differing(
            {"texts": self.normalise(before)["texts"]}, {"texts": self.normalise(after)["texts"]}, self.keyed_lists
        )
        moved = {change.path for change in found}
        stale = set(before.get("outdated", ())) - set(after.get("outdated", ()))
        own = sorted(key for key in stale & after["texts"].keys() if f"texts.{key}" not in moved)
        return [*found, *(Change(f"outdated.{key}", True, False) for key in own)]

    def validate(self, key: Key, fields: Fields) -> str | None:
        return _key_problem(key, self._owners.names) or _problem(fields)

    def refuse(self, job: Job) -> Result | None:
        if job.after["texts"]:
            return None
        detail = "Nothing of it is left: none of its references has a target in this store."
        return Result(job.key, reason=Reason.MISSING_REQUIRED, detail=detail)

    # -- writing

    def begun(self, job: Job) -> Fields:
        present = (job.before or {"texts": {}})["texts"]
        own = {key: text for key, text in job.after["texts"].items() if f"texts.{key}" not in job.without}
        left = {key: present[key] for key in job.after["texts"].keys() - own.keys() if key in present}
        return {**job.after, "texts": own | left}

    def write(self, jobs: Sequence[Job], ids: Ids) -> Talk[list[Result]]:
        gids = yield from self._owners.gids((job.key[:-1] for job in jobs), ids)
        locales = sorted({job.key[-1] for job in jobs})
        content = (yield from _content(sorted(set(gids.values())), locales)) if gids else {}
        results: list[Result] = []
        writings: list[_Writing] = []
        for job in jobs:
            gid = gids.get(job.key[:-1])
            if (refusal := self.refuse(job)) is not None:
                results.append(refusal)
            elif gid is None or gid not in content:
                results.append(Result(job.key, reason=Reason.MISSING_OWNER, detail=NO_OWNER))
            else:
                product = ids.gid(self._owners.target(job.key[:-1])) if job.key[0] in PARTS else None
                writing = _Writing(job, Text(gid, job.key[-1], product or ""))
                writing.prepare(content[gid], locales.index(job.key[-1]), ids)
                writings.append(writing)
        for gid in dict.fromkeys(writing.text.gid for writing in writings):
            entries = [e for writing in writings if writing.text.gid == gid for e in writing.entries]
            for start in range(0, len(entries), MOST):
                yield from _register(gid, entries[start : start + MOST])
        return [*results, *(writing.result() for writing in writings)]

    def remove(self, gids: Mapping[Key, str]) -> Talk[list[Result]]:
        results = []
        for key, gid in gids.items():
            text = text_of(gid)
            node = (yield from _content([text.gid], [text.locale])).get(text.gid)
            keys = [said["key"] for said in node["l0"]] if node else []
            if keys:
                wanted = {"id": text.gid, "keys": keys, "locales": [text.locale]}
                payload = (yield Ask(_REMOVE, wanted, repeatable=True))["translationsRemove"]
                if payload["userErrors"]:
                    detail = str(payload["userErrors"][0]["message"])
                    results.append(Result(key, reason=Reason.REFUSED, detail=detail))
                    continue
            results.append(Result(key, gid))
        return results


NO_OWNER = (
    "The target store has nothing to translate here: the record is missing, or its kind is not translatable "
    "(for entries, switch on translations in their definition)."
)
NO_TEXT = "the record in the target store has no such text, or an empty one"
MEANWHILE = "somebody translated it after the plan was made"


@dataclass(slots=True)
class _Entry:
    """One text in one language on its way. `problem`: what Shopify said, or what we know before asking."""

    key: str
    input: dict[str, str]
    problem: str = ""
    code: str = ""


class _Writing:
    """One record on its way."""

    def __init__(self, job: Job, text: Text) -> None:
        self.job, self.text = job, text
        self.entries: list[_Entry] = []
        self._kept: dict[str, str] = {}  # what is not even sent, and why
        self._primary = False

    def prepare(self, node: Mapping[str, Any], number: int, ids: Ids) -> None:
        """`number`: which of the languages that were asked for is this one's."""
        content = {item["key"]: item for item in node["translatableContent"]}
        said = {item["key"]: item["value"] for item in node[f"l{number}"]}
        self._primary = any(item["locale"] == self.text.locale for item in content.values())
        types = self.job.after.get("types", {})
        for key in self._wanted():
            text = _rewritten(types.get(key, TEXT), self.job.after["texts"][key], ids.translate)
            if key not in content or not content[key]["digest"]:
                self._kept[key] = NO_TEXT
            elif self.job.creates and said.get(key) not in (None, text):
                self._kept[key] = MEANWHILE
            elif text is not None:
                self.entries.append(_Entry(key, _input(key, self.text.locale, text, content[key]["digest"])))
        if self._primary:
            self.entries = []

    def _wanted(self) -> list[str]:
        """The texts to write now: what differs, and not what waits for a link."""
        every = [key for key in self.job.after["texts"] if f"texts.{key}" not in self.job.without]
        if self.job.creates:
            return every
        return [key for key in every if {f"texts.{key}", f"outdated.{key}"} & set(self.job.changed)]

    def result(self) -> Result:
        if self._primary:
            return Result(self.job.key, reason=Reason.NOT_PERMITTED, detail=IS_PRIMARY)
        bad = {**self._kept, **{entry.key: entry.problem for entry in self.entries if entry.problem}}
        if not bad:
            return Result(self.job.key, str(self.text))
        codes = {entry.code for entry in self.entries if entry.problem}
        moved = codes <= {STALE} and set(self._kept.values()) <= {MEANWHILE}
        good = len(self.entries) - sum(bool(entry.problem) for entry in self.entries)
        named = [f"{key}: {why.rstrip('.')}." for key, why in sorted(bad.items())[:_FEW]]
        rest = [f"And {len(bad) - _FEW} more."] if len(bad) > _FEW else []
        stored = [f"The other texts were stored ({good})."] if good else []
        reason = Reason.CHANGED_MEANWHILE if moved else Reason.REFUSED
        return Result(self.job.key, reason=reason, detail=" ".join([*named, *rest, *stored]))


STALE = "INVALID_TRANSLATABLE_CONTENT"
MANY = "TOO_MANY_KEYS_FOR_RESOURCE"


def _input(key: str, locale: str, text: str, digest: str) -> dict[str, str]:
    return {"key": key, "locale": locale, "value": text, "translatableContentDigest": digest}


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


def _elsewhere(after: str | None, changed_since: str | None) -> Talk[Page]:
    """Says once, where there are other languages, what of them is not carried."""
    locales = yield from _others()
    return Page((), None, ((", ".join(locales), ELSEWHERE),) if locales and changed_since is None else ())


def _others() -> Talk[list[str]]:
    """The languages that things are translated into."""
    return sorted(node["locale"] for node in (yield from read_locales()) if not node["primary"])


def _inside(products: Sequence[Mapping[str, Any]]) -> list[Text]:
    return [Text(gid, "", product["id"]) for product in products for gid in options_of(product)]


def _said(count: int) -> str:
    return " ".join(_SAID % (number, number) for number in range(count))


def _declared(count: int) -> str:
    return "".join(f", $l{number}: String!" for number in range(count))


def _variables(locales: Sequence[str]) -> dict[str, str]:
    return {f"l{number}": locale for number, locale in enumerate(locales)}


def _listing(count: int) -> str:
    return (
        f"query Translations($kind: TranslatableResourceType!, $after: String{_declared(count)}) {{ "
        "translatableResources(first: 100, after: $after, resourceType: $kind) { "
        f"nodes {{ {_CONTENT % ''} {_said(count)} }} pageInfo {{ hasNextPage endCursor }} }} }}"
    )


def _content(gids: Sequence[str], locales: Sequence[str]) -> Talk[dict[str, Mapping[str, Any]]]:
    """Resource -> what there is to translate, with the digests of the present texts, and what is translated."""
    document = (
        f"query TranslationsById($ids: [ID!]!{_declared(len(locales))}) {{ "
        f"translatableResourcesByIds(first: {IDS}, resourceIds: $ids) {{ "
        f"nodes {{ {_CONTENT % 'digest locale'} {_said(len(locales))} }} }} }}"
    )
    data = yield Ask(document, {"ids": list(gids), **_variables(locales)})
    return {node["resourceId"]: node for node in data["translatableResourcesByIds"]["nodes"]}


def _fields(content: Sequence[Mapping[str, Any]], said: Sequence[Mapping[str, Any]]) -> Fields:
    """What a record says: its texts, which of them hold references or links, and which are older than their source."""
    types = {item["key"]: _type(item["type"]) for item in content}
    texts = {item["key"]: item["value"] for item in said if _says(item["value"])}
    if not texts:
        return {}
    walked = {key: types[key] for key in texts if types.get(key) in WALKED}
    outdated = sorted(item["key"] for item in said if item["outdated"] and item["key"] in texts)
    return {
        "texts": dict(sorted(texts.items())),
        **({"types": walked} if walked else {}),
        **({"outdated": outdated} if outdated else {}),
    }


def _says(text: str | None) -> bool:
    return bool((text or "").strip()) and text != PLACEHOLDER


def _type(name: str) -> str:
    """Shopify's LIST_LINK is the metafield type list.link."""
    return name.lower().replace("list_", "list.", 1) if name.startswith("LIST_") else name.lower()


def _rewritten(type_: str, text: str, translate: Callable[[str], str | None]) -> str | None:
    return links.in_html(text, translate) if type_ in HTML else values.rewrite(type_, text, translate)


def _key_problem(key: Key, names: Sequence[str]) -> str | None:
    if len(key) < 3 or not all(key):
        return "the key of a translation is the kind of record, that record's own key, and the language."
    if key[0] not in names and key[0] not in PARTS:
        return f"there are no translations of {key[0][:40]!r}."
    if key[0] in PARTS and len(key) != PARTS[key[0]] + 2:
        return "the key of an option's translation is the product, the option, its value if one is meant, the language."
    return None if CODE.match(key[-1]) else "the last part of its key must be the code of a language, such as fr."


def _problem(fields: Fields) -> str | None:
    texts, types, outdated = fields.get("texts"), fields.get("types", {}), fields.get("outdated", [])
    if not isinstance(texts, dict) or not texts:
        return "texts must name at least one text."
    if not all(isinstance(text, str) and text.strip() for text in texts.values()):
        return "texts must be texts that are not blank; leave out what is not translated."
    if not isinstance(types, dict) or not all(isinstance(type_, str) and type_ in WALKED for type_ in types.values()):
        return f"types must be of {', '.join(sorted(WALKED))}."
    if not isinstance(outdated, list) or not all(isinstance(key, str) for key in outdated):
        return "outdated must be a list of names of texts."
    walked = (values.validate(types[key], text) for key, text in texts.items() if types.get(key, "html") not in HTML)
    return next((problem for problem in walked if problem is not None), None)
