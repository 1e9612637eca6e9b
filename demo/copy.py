"""One copy, step by step, as the page does it."""

from __future__ import annotations

import json
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Mapping
from typing import Any

POLL_SECONDS = 0.4
WIDTH = 28
COLUMNS = ("source", "created", "updated", "unchanged", "skipped", "failed", "verified")


class Trouble(Exception):
    """One sentence on what went wrong."""


class Store:
    """The app, as one store's admin sees it: every request carries a fresh ID token."""

    def __init__(self, app: str, sandbox: str, name: str) -> None:
        self._app, self._sandbox, self.name = app, sandbox, name

    def ask(
        self, path: str, *, form: list[tuple[str, str]] | None = None, body: bytes | None = None, kind: str = ""
    ) -> tuple[str, bytes]:
        """(final address, content). A form or a body is POSTed."""
        headers = {"Authorization": f"Bearer {self._id_token()}", "Accept": "application/json"}
        data = urllib.parse.urlencode(form).encode() if form is not None else body
        if form is not None:
            kind = "application/x-www-form-urlencoded"
        if kind:
            headers["Content-Type"] = kind
        request = urllib.request.Request(self._app + path, data=data, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return urllib.parse.urlsplit(response.geturl()).path, response.read()
        except urllib.error.HTTPError as problem:
            raise Trouble(f"{path}: HTTP {problem.code} {_sentence(problem.read())}") from None
        except OSError as problem:
            raise Trouble(f"{path}: {problem}") from None

    def json(self, path: str, **how: Any) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self.ask(path, **how)[1])
        return answer

    def _id_token(self) -> str:
        with urllib.request.urlopen(f"{self._sandbox}/store/{self.name}/id-token", timeout=60) as response:
            token: str = json.load(response)["id_token"]
            return token

    def download(self, path: str) -> bytes:
        with urllib.request.urlopen(self._app + path, timeout=60) as response:
            content: bytes = response.read()
            return content


def _sentence(body: bytes) -> str:
    try:
        return str(json.loads(body)["error"])
    except (ValueError, KeyError, TypeError):
        return ""


class Copy:
    def __init__(self, app: str, sandbox: str, source: str, target: str) -> None:
        self._sandbox = sandbox
        self._source, self._target = Store(app, sandbox, source), Store(app, sandbox, target)

    def run(self) -> bool:
        """Whether everything was verified, and a second import wrote nothing."""
        began = time.monotonic()
        archive, exported = self._export()
        print(f"\nExport of {self._source.name}: {exported['result']['records']} records, {len(archive)} bytes")
        first = self._import(archive)
        print(f"\nImport into {self._target.name}: {first['status']}")
        _report(first["result"])
        seconds = time.monotonic() - began
        _spent("export", exported["stats"])
        _spent("import", first["stats"], records=first["result"]["totals"]["source"])
        print(f"Exported, imported and verified in {seconds:.0f} seconds.")
        second = self._import(archive)
        print(f"\nThe same import again: {second['status']}, {second['stats']['writes']:.0f} writes")
        _report(second["result"])
        return bool(
            first["status"] == second["status"] == "succeeded"
            and first["result"]["totals"]["verified"] == first["result"]["totals"]["source"]
            and second["stats"]["writes"] == 0
        )

    def _export(self) -> tuple[bytes, dict[str, Any]]:
        self._source.ask("/")  # opening the app installs it: the ID token is exchanged for an access token
        self._target.ask("/")
        page = self._source.ask("/exports/new")[1].decode()
        boxes = [part.split(">")[0] for part in page.split('name="resources" value="')[1:]]
        names = [box.split('"')[0] for box in boxes if box.endswith(" checked")]
        path, _ = self._source.ask("/exports/new", form=[("resources", name) for name in names])
        status = self._follow(self._source, path, "export")
        if status["status"] != "succeeded":
            raise Trouble(f"The export was {status['status']}: {status['message']}")
        run = status["id"]
        link = self._source.json(f"/exports/{run}/download-link", form=[])
        return self._source.download(link["url"]), status

    def _import(self, archive: bytes) -> dict[str, Any]:
        address = self._target.json("/imports/uploads", form=[])["address"]
        body, kind = _multipart("archive", "boutique.zip", archive)
        path = self._target.json(address, body=body, kind=kind)["url"]
        status = self._follow(self._target, path, "import")
        if status["status"] != "waiting":
            raise Trouble(f"The import was {status['status']}: {status['message']}")
        counts = status["plan"]["counts"].values()
        words = ("create", "update", "unchanged", "conflict", "cannot")
        print("plan: " + ", ".join(f"{sum(own[word] for own in counts)} {word}" for word in words))
        self._target.ask(f"/imports/{status['id']}/confirm", form=[("policy", "update")])
        return self._follow(self._target, path, "import")

    def _follow(self, store: Store, path: str, label: str) -> dict[str, Any]:
        """Polls the JSON status, as the page does, until the run is at rest."""
        meter = Meter(label)
        while True:
            status = store.json(f"{path}status.json")
            meter.show(status)
            if status["poll_ms"] is None or status["status"] == "waiting":
                meter.end()
                return status
            time.sleep(POLL_SECONDS)


class Meter:
    """A bar on a terminal, a line for each step in a pipe."""

    def __init__(self, label: str) -> None:
        self._label, self._step, self._bar = label, "", sys.stdout.isatty()

    def show(self, status: Mapping[str, Any]) -> None:
        step = status["step_label"] or status["status"]
        done, total = status["done"], status["total"]
        if self._bar:
            part = min(1.0, done / total) if total else 0.0
            bar = "█" * round(WIDTH * part) + "░" * (WIDTH - round(WIDTH * part))
            left = f"  {status['seconds_left']} s left" if status["seconds_left"] else ""
            print(f"\r\033[K{self._label}: {step:<28} {bar} {done}{left}", end="", flush=True)
        elif step != self._step:
            print(f"{self._label}: {step}", flush=True)
        self._step = step

    def end(self) -> None:
        if self._bar:
            print("\r\033[K", end="")


def _report(result: Mapping[str, Any]) -> None:
    lines = result["resources"]
    width = max(len(name) for name in lines)
    print(f"{'':<{width}}" + "".join(f"{word:>11}" for word in COLUMNS))
    for name, line in [*lines.items(), ("all", result["totals"])]:
        print(f"{name:<{width}}" + "".join(f"{line[word]:>11}" for word in COLUMNS))
    print(result["answer"]["sentence"])
    for group in result["answer"]["reasons"]:
        print(f"  {group['count']:,} {group['what']}")


def _spent(label: str, stats: Mapping[str, float], records: int = 0) -> None:
    each = f", {stats['points'] / records:.1f} a record" if records else ""
    print(
        f"{label}: {stats['points']:.0f} points spent{each}, {stats['lost']:.0f} lost, "
        f"{stats['throttled']:.0f} THROTTLED, {stats['requests']:.0f} requests"
    )


def _multipart(field: str, filename: str, content: bytes) -> tuple[bytes, str]:
    mark = uuid.uuid4().hex
    head = f'--{mark}\r\nContent-Disposition: form-data; name="{field}"; filename="{filename}"\r\n'
    body = head.encode() + b"Content-Type: application/zip\r\n\r\n" + content + f"\r\n--{mark}--\r\n".encode()
    return body, f"multipart/form-data; boundary={mark}"
