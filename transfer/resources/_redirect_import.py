"""Many redirects at once: as a CSV file that Shopify fetches from where it was uploaded and works through on its own.

It costs some hundred points however many rows there are, where each single creation costs ten. It overwrites what is
there already: so that is asked for before. What it does not say is what became of which row: so the newest redirects
are listed afterwards, and what is not among them is asked for.
https://shopify.dev/docs/api/admin-graphql/latest/mutations/urlRedirectImportCreate
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence

from shopify_client import Upload, UploadFailed

from ..keys import Key
from ..resource import Ask, Talk
from ._common import quoted

TERMS = 50  # paths in one search
MOST_PAGES = 40  # of the newest redirects, 250 each
# Shopify makes a path of whatever it is given. Only what it cannot take for anything else goes through an import.
PLAIN = re.compile(r"/[A-Za-z0-9._~/-]*\Z")

_STAGE = """
mutation StageRedirects($input: [StagedUploadInput!]!) {
  stagedUploadsCreate(input: $input) {
    stagedTargets { url resourceUrl parameters { name value } } userErrors { field message }
  }
}
"""
_CREATE = """
mutation CreateRedirectImport($url: URL!) {
  urlRedirectImportCreate(url: $url) { urlRedirectImport { id count } userErrors { field message code } }
}
"""
_SUBMIT = """
mutation SubmitRedirectImport($id: ID!) {
  urlRedirectImportSubmit(id: $id) { job { id } userErrors { field message code } }
}
"""
_STATUS = "query RedirectImport($id: ID!) { urlRedirectImport(id: $id) { finished createdCount failedCount count } }"
_NEWEST = """
query NewestRedirects($after: String) {
  urlRedirects(first: 250, after: $after, sortKey: ID, reverse: true) {
    nodes { id path } pageInfo { hasNextPage endCursor }
  }
}
"""


def present(paths: Sequence[str]) -> Talk[dict[Key, tuple[str, str]]]:
    """Those of these paths that are redirected already: key -> (GID, target).

    A search finds them, but for what was made a moment ago, which is among the newest.
    """
    groups = [paths[start : start + TERMS] for start in range(0, len(paths), TERMS)]
    terms = [" OR ".join(f"path:{quoted(path)}" for path in group) for group in groups]
    nodes = "nodes { id path target }"
    head = ", ".join(f"$v{number}: String!" for number in range(len(terms)))
    searches = " ".join(f"t{n}: urlRedirects(first: 250, query: $v{n}) {{ {nodes} }}" for n in range(len(terms)))
    data = yield Ask(
        f"query RedirectsThere({head}) {{ {searches} newest: urlRedirects(first: 250, sortKey: ID, reverse: true) "
        f"{{ {nodes} }} }}",
        {f"v{number}": term for number, term in enumerate(terms)},
    )
    wanted = set(paths)
    found = (node for answer in data.values() for node in answer["nodes"])
    return {(node["path"],): (node["id"], node["target"]) for node in found if node["path"] in wanted}


def submit(rows: Sequence[tuple[str, str]]) -> Talk[str | None]:
    """Hands (path, target) over to an import; its GID. None where Shopify takes no import now, and nothing was done."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([("Redirect from", "Redirect to"), *rows])
    data = text.getvalue().encode()
    wanted = {
        "resource": "URL_REDIRECT_IMPORT",
        "filename": "redirects.csv",
        "mimeType": "text/csv",
        "fileSize": str(len(data)),
        "httpMethod": "POST",
    }
    staged = (yield Ask(_STAGE, {"input": [wanted]}, repeatable=True))["stagedUploadsCreate"]
    if staged["userErrors"]:
        return None
    (target,) = staged["stagedTargets"]
    parameters = {item["name"]: item["value"] for item in target["parameters"]}
    upload = Upload("", target["url"], wanted["filename"], wanted["mimeType"], len(data), parameters, data)
    try:
        yield Ask("", upload=upload)
    except UploadFailed:
        return None
    made = (yield Ask(_CREATE, {"url": target["resourceUrl"]}, repeatable=True))["urlRedirectImportCreate"]
    if made["userErrors"] or made["urlRedirectImport"]["count"] not in (None, len(rows)):
        return None
    gid = str(made["urlRedirectImport"]["id"])
    sent = (yield Ask(_SUBMIT, {"id": gid}))["urlRedirectImportSubmit"]
    return None if sent["userErrors"] else gid


def finished(gid: str, looks: int) -> Talk[bool]:
    """Whether an import is through. One that Shopify does not know any more is."""
    for _ in range(looks):
        status = (yield Ask(_STATUS, {"id": gid}))["urlRedirectImport"]
        if status is None or status["finished"]:
            return True
    return False


def newest(paths: Sequence[str]) -> Talk[dict[Key, str]]:
    """Those of these redirects that are among the newest: key -> GID."""
    wanted = set(paths)
    found: dict[Key, str] = {}
    after = None
    for _ in range(MOST_PAGES):
        page = (yield Ask(_NEWEST, {"after": after}))["urlRedirects"]
        own: Mapping[Key, str] = {(node["path"],): node["id"] for node in page["nodes"] if node["path"] in wanted}
        found |= own
        after = page["pageInfo"]["endCursor"]
        # They were made one after the other: a page without any of them is older than all of them.
        if len(found) == len(wanted) or not page["pageInfo"]["hasNextPage"] or (found and not own):
            break
    return found
