"""Files: images, documents, videos, 3D models, and videos that live elsewhere.

A file is named by its kind and file name, a video or a model by its size as well, because several may share their name.
It is the same as another of that name where alt text, type and measures agree, and images look alike (Shopify has a
hash of their looks, and none of their bytes). Its bytes are no part of a record: beside it stands the address where the
source store has them. Shopify fetches images and documents from there itself; videos and models are carried through a
staged upload.

Shopify works on a file after it has taken it, and shows no image's name before it is through. Names are unique in a
store, as far as images and documents go: a name that is taken is refused and looked for, never doubled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ..diff import Change
from ..keys import Key
from ..outcomes import Reason
from ..references import Target
from ..resource import Ask, Fields, Ids, Job, Place, Reading, Resource, Result, Scopes, Selection, Stream, Talk
from ..shapes import Maybe, Number, Object, OneOf, Text
from ..thumbhash import alike
from ._common import paged, read_nodes, refused, touches
from ._file_reading import FIELDS, KINDS, NAME, SIZED, key_of, reading, skipped, term
from ._file_writing import CARRIED, CONTENT, FETCHED, MEASURES, input_of, replaces, update
from ._shapes import ADDRESS, OF_THE_FILE, TEXT

MAX_ALT = 512  # https://shopify.dev/docs/api/admin-graphql/latest/enums/FilesErrorCode, ALT_VALUE_LIMIT_EXCEEDED
MAX_URL = 2048
_MEASURE = Number("a whole number", least=0, most=1e15, whole=True)

_READ = f"""
query Files($after: String, $query: String) {{
  files(first: 250, after: $after, query: $query, sortKey: ID) {{
    nodes {{ {FIELDS} }} pageInfo {{ hasNextPage endCursor }}
  }}
}}
"""
_BACK = f"query FilesById($ids: [ID!]!) {{ nodes(ids: $ids) {{ {FIELDS} }} }}"
_STATUS = """
query FileStatus($ids: [ID!]!) {
  nodes(ids: $ids) { ... on File { id fileStatus fileErrors { code message } } }
}
"""
_CREATE = """
mutation CreateFiles($files: [FileCreateInput!]!) {
  fileCreate(files: $files) { files { id } userErrors { field message code } }
}
"""
_DELETE = """
mutation DeleteFiles($ids: [ID!]!) {
  fileDelete(fileIds: $ids) { deletedFileIds userErrors { field message code } }
}
"""


ELSEWHERE = (
    "The target store has another content under this name. Written, the archive's takes its place wherever the store "
    "shows it; left alone, what this import brings shows the target's."
)
OLDER = "Archives of earlier versions have keys without it; export the store again."


class Files(Resource):
    name = "files"
    label = "Files"
    key_is = "kind, file name; of videos and models the size in bytes too"
    key_like = "image/front.png"
    shape = Object(
        "a file",
        {
            "alt": TEXT,
            "mimeType": TEXT,
            "width": Maybe(_MEASURE),
            "height": Maybe(_MEASURE),
            "size": Maybe(_MEASURE),
            "thumbhash": TEXT,
            "source": ADDRESS,
        },
    )
    key_shape = (OneOf(*CONTENT), Text("a file name, or an address", least=1))
    leaves = {
        "files that Shopify could not process": "there is nothing to copy",
        "the preview pictures of videos and models": "Shopify makes them anew, and does not say which are a person's",
        "videos or models of one name and one size, but one of them": "nobody can say which is which",
    }
    lasting = {
        "width": OF_THE_FILE,
        "height": OF_THE_FILE,
        "size": OF_THE_FILE,
        "mimeType": OF_THE_FILE,
        "thumbhash": OF_THE_FILE,
        "source": "it says where the bytes come from",
    }
    scopes = Scopes(read=("read_files",), write=("write_files",))
    gid_types = tuple(KINDS)
    translated = "MEDIA_IMAGE"
    identify = {
        "MediaImage": "image { url }",
        "GenericFile": "url",
        "Video": "filename originalSource { fileSize }",
        "Model3d": "filename originalSource { filesize }",
        "ExternalVideo": "originUrl",
    }
    batch = 25
    read_batch = 100
    points = 2.0
    sourced = True
    settles = True
    of_bytes = MEASURES

    # -- reading

    def streams(self, selection: Selection, types: Sequence[str]) -> list[Stream]:
        return [Stream("files", paged(_READ, "files", reading, skipped=skipped))]

    def read_back(self, gids: Sequence[str]) -> Talk[list[Reading]]:
        return (yield from read_nodes(_BACK, gids, reading))

    def locate(self, targets: Sequence[Target]) -> Talk[dict[Target, str]]:
        """Files have no identifier but their GID: what a search finds, and the newest, which a search may not know."""
        targets = [target for target in targets if len(target.key) == self.length_of(target.key)]
        head = "".join(f", $v{number}: String" for number in range(len(targets)))
        body = " ".join(
            f"t{number}: files(first: 10, query: $v{number}) {{ nodes {{ {NAME} }} }}" for number in range(len(targets))
        )
        data = yield Ask(
            f"query Locate($first: Int!{head}) {{ "
            f"newest: files(first: $first, sortKey: ID, reverse: true) {{ nodes {{ {NAME} }} }} {body} }}",
            {"first": 250, **{f"v{number}": term(target.key) for number, target in enumerate(targets)}},
        )
        named = {key: node["id"] for found in data.values() for node in found["nodes"] if (key := key_of(node))}
        found = {target: named.get(target.key) or named.get((*target.key[:2], "")) for target in targets}
        return {target: gid for target, gid in found.items() if gid is not None}

    def identified(self, gid_type: str, node: Mapping[str, Any]) -> Target | None:
        key = key_of({**node, "__typename": gid_type})
        return Target(self.name, key) if key is not None else None

    # -- meaning

    def rewrite(self, fields: Fields, translate: Callable[[str], str | None]) -> Fields:
        return fields

    def places(self, key: Key, fields: Fields, governor: Fields | None) -> Iterator[Place]:
        return iter(())

    def length_of(self, key: Key) -> int:
        return 3 if key[0] in SIZED else 2

    def key_problem(self, key: Key) -> str | None:
        if key and len(key) != self.length_of(key):
            old = f" {OLDER}" if len(key) == 2 and key[0] in SIZED else ""
            return f"the key of a file must be: {self.key_is}.{old}"
        if len(key) == 3 and not (key[2] == "" or (key[2].isascii() and key[2].isdecimal())):
            return "the last part of its key must be a size in bytes."
        return super().key_problem(key[:2])

    def contradiction(self, key: Key, fields: Fields) -> str | None:
        if len(key) == 3 and key[2] != str(fields.get("size") or ""):
            return "the size in its key must be the one in its fields."
        return None

    def twins(self, one: Fields, other: Fields) -> bool:
        """Whether two of one name have the same content, as far as Shopify says; their alt texts may differ."""
        return all(change.path == "alt" for change in self.changes(one, other))

    def normalise(self, fields: Fields) -> Fields:
        return {name: value for name, value in fields.items() if name != "source"}

    def changes(self, before: Fields, after: Fields) -> list[Change]:
        """A picture that Shopify stored anew is the same one; two that do not look alike are not."""
        found = super().changes(before, after)
        same = alike(before.get("thumbhash"), after.get("thumbhash"))
        return [change for change in found if change.path != "thumbhash" or not same]

    def replaceable(self, key: Key) -> bool:
        return key[0] in FETCHED

    def fetches(self, changed: Sequence[str]) -> bool:
        return any(touches(changed, name) for name in MEASURES)

    def warning(self, changed: Sequence[str], after: Fields) -> str:
        return ELSEWHERE if any(touches(changed, name) for name in MEASURES) else ""

    def refuse(self, job: Job) -> Result | None:
        alt = job.after.get("alt") or ""
        if len(alt) > MAX_ALT:
            detail = f"The alt text has {len(alt)} characters, and Shopify takes at most {MAX_ALT}."
            return Result(job.key, reason=Reason.TOO_LARGE, detail=detail)
        if job.gid is not None and not replaces(job):
            return None
        if job.gid is not None and job.key[0] not in FETCHED:
            detail = "Its content is another one in the target store, and Shopify cannot replace it."
            return Result(job.key, reason=Reason.TYPE_CONFLICT, detail=detail)
        if not job.after.get("source"):
            detail = "Nothing says where its bytes are; write their address into source, or export the store again."
            return Result(job.key, reason=Reason.MISSING_REQUIRED, detail=detail)
        if len(job.after["source"]) > MAX_URL:
            return Result(job.key, reason=Reason.TOO_LARGE, detail="The address of its bytes is too long.")
        if job.key[0] in CARRIED and not job.after.get("size"):
            detail = "The archive does not say how large it is, which Shopify wants to know before it takes it."
            return Result(job.key, reason=Reason.MISSING_REQUIRED, detail=detail)
        return None

    # -- writing

    def alone(self, job: Job) -> bool:
        return job.key[0] in CARRIED

    def write(self, jobs: Sequence[Job], ids: Ids) -> Talk[list[Result]]:
        results = yield from update([job for job in jobs if job.gid is not None])
        new = [job for job in jobs if job.gid is None]
        unguarded = [Target(self.name, job.key) for job in new if job.key[0] not in FETCHED]
        there = (yield from self.locate(unguarded)) if unguarded else {}
        ready: list[tuple[Job, dict[str, Any]]] = []
        for job in new:
            twin = there.get(Target(self.name, job.key))
            prepared = Result(job.key, twin, pending=True) if twin else (yield from input_of(job))
            if isinstance(prepared, Result):
                results.append(prepared)
            else:
                ready.append((job, prepared))
        if ready:
            results += yield from self._create(ready)
        return results

    def _create(self, ready: Sequence[tuple[Job, dict[str, Any]]]) -> Talk[list[Result]]:
        """All at once; where one is refused, one after the other, so that only the bad one fails."""
        data = yield Ask(_CREATE, {"files": [file for _, file in ready]})
        payload = data["fileCreate"]
        if not payload["userErrors"]:
            pairs = zip(ready, payload["files"], strict=True)
            return [Result(job.key, file["id"], pending=True) for (job, _), file in pairs]
        if len(ready) == 1:
            return [(yield from self._taken(ready[0][0].key, payload["userErrors"]))]
        results: list[Result] = []
        for one in ready:
            results += yield from self._create([one])
        return results

    def _taken(self, key: Key, errors: Sequence[Mapping[str, Any]]) -> Talk[Result]:
        """A name that is taken since the plan was made is, as a rule, our own of a lost answer: it is adopted, and the
        read-back judges whether it is what was wanted. While Shopify is at work on it, it does not say its name."""
        if errors[0].get("code") not in ("FILENAME_ALREADY_EXISTS", "DUPLICATE_FILENAME_ERROR"):
            return refused(key, errors)
        own = Target(self.name, key)
        others = [Target(self.name, (kind, key[1])) for kind in sorted(FETCHED) if kind != key[0]]
        found = yield from self.locate([own, *others])
        if own not in found and found:
            return refused(key, errors)
        return Result(key, found.get(own), pending=True)

    def settled(self, gids: Mapping[Key, str]) -> Talk[list[Result]]:
        nameless = {Target(self.name, key): key for key, gid in gids.items() if not gid}
        found = (yield from self.locate(list(nameless))) if nameless else {}
        gids = {**{key: gid for key, gid in gids.items() if gid}, **{nameless[t]: gid for t, gid in found.items()}}
        if not gids:
            return []
        data = yield Ask(_STATUS, {"ids": list(gids.values())})
        nodes = {node["id"]: node for node in data["nodes"] if node}
        results = []
        for key, gid in gids.items():
            node = nodes.get(gid)
            if node is None:
                detail = "It vanished while Shopify was at work on it."
                results.append(Result(key, reason=Reason.GONE, detail=detail))
            elif node["fileStatus"] == "FAILED":
                results.append((yield from self._failed(key, node)))
            elif node["fileStatus"] == "READY":
                results.append(Result(key, gid))
        return results

    def _failed(self, key: Key, node: Mapping[str, Any]) -> Talk[Result]:
        """What Shopify could not make a file of is taken away again: the next import would not know it by name."""
        yield Ask(_DELETE, {"ids": [node["id"]]}, repeatable=True)
        errors = node["fileErrors"] or [{"message": "Shopify could not process it, and does not say why."}]
        return (yield from self._taken(key, [{**error, "field": None} for error in errors]))

    def remove(self, gids: Mapping[Key, str]) -> Talk[list[Result]]:
        results = []
        for key, gid in gids.items():
            data = yield Ask(_DELETE, {"ids": [gid]}, repeatable=True)
            errors = [e for e in data["fileDelete"]["userErrors"] if e["code"] != "FILE_DOES_NOT_EXIST"]
            results.append(refused(key, errors) if errors else Result(key, gid))
        return results


RESOURCE = Files()
