"""A setting that is wrong is told in one sentence, by whatever program meets it, and before anything is begun."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from shopsync.environment import Environment
from tests.support import ROOT

SECRET = "hunter2"
# name, value -> what the sentence tells to write
WRONG: dict[tuple[str, str], str] = {
    ("DATABASE_URL", f"postgres://u:{SECRET}@host:abc/db"): "postgres://user:password@host:5432/name",
    ("DATABASE_URL", f"mysql://u:{SECRET}@host/db"): "postgres://user:password@host:5432/name",
    ("DATABASE_URL", f"postgres://u:{SECRET}@[host/db"): "postgres://user:password@host:5432/name",
    ("DATABASE_URL", "postgres://host"): "postgres://user:password@host:5432/name",
    ("DATABASE_URL", "shopsync"): "sqlite:////path/of/a/file",
    ("REDIS_URL", "localhost:6379"): "redis://host:6379/0",
    ("REDIS_URL", f"redis://:{SECRET}@host:abc"): "redis://host:6379/0",
    ("REDIS_URL", "redis://host/first"): "redis://host:6379/0",
    ("REDIS_URL", "http://host:6379"): "redis://host:6379/0",
    ("SLICE_SECONDS", "twenty"): "a number above 0",
    ("LEASE_SECONDS", "-1"): "a number above 0",
    ("LEASE_SECONDS", "29"): "twice the REQUEST_TIMEOUT (15) at least",
    ("REQUEST_TIMEOUT", "nan"): "a number above 0",
    ("OUTAGE_LIMIT_SECONDS", "inf"): "a number above 0",
    ("EXPIRE_AFTER_HOURS", "0"): "a number above 0",
    ("EXPIRE_AFTER_HOURS", "1e9"): "above 0, 8760 at most",
    ("SETTLING_SECONDS", "-0.5"): "a number from 0 on",
    ("BUDGET_SHARE", "2"): "above 0, 1 at most",
    ("IN_FLIGHT", "1.5"): "a whole number, 1 or more",
    ("IN_FLIGHT", "0"): "a whole number, 1 or more",
    ("POISON_LIMIT", "-1"): "a whole number, 0 or more",
    ("MAX_UPLOAD_BYTES", "2 GB"): "a whole number, 1 or more",
    ("UPLOADS_AT_ONCE", "0"): "a whole number, 1 or more",
    ("DEBUG", "maybe"): "true or false",
    ("BEHIND_PROXY", "2"): "true or false",
    ("APP_URL", "my.example.com"): "https://",
    ("APP_URL", "https://[my"): "https://",
    ("CSRF_TRUSTED_ORIGINS", "my.example.com"): "https://",
    ("SHOPIFY_API_ORIGIN", "http://127.0.0.1:4010"): "{shop}",
    ("SHOPIFY_ADMIN_ORIGIN", "admin"): "https://",
    ("SHOPIFY_APP_BRIDGE_URL", "file:///tmp/x.js"): "https://",
    ("SHOPIFY_FILE_HOSTS", "cdn one"): "names of hosts",
    ("TOKEN_KEYS", SECRET): "32 bytes",
    ("BELL_RATE", "fast"): "20/s",
    ("LOG_FORMAT", "xml"): "line or json",
    ("LOG_LEVEL", "LOUD"): "WARNING",
    ("VAR_DIR", "/dev/null/var"): "cannot be made",
    ("FILES_DIR", "/dev/null/files"): "cannot be made",
    ("STATIC_ROOT", "/dev/null/static"): "cannot be made",
    ("ENV_FILE", "/nowhere/.env"): "there is no file",
    ("ENV_FILE", "/"): "cannot be read",
}
RIGHT = {
    "DATABASE_URL": f"postgres://u:{SECRET}@host/db",
    "REDIS_URL": f"rediss://:{SECRET}@host:6379/1",
    "SLICE_SECONDS": "1e1",
    "SETTLING_SECONDS": "0",
    "BUDGET_SHARE": "1",
    "POISON_LIMIT": "0",
    "DEBUG": "No",
    "APP_URL": "https://my.example.com/",
    "CSRF_TRUSTED_ORIGINS": "https://a.example,https://*.b.example",
    "SHOPIFY_FILE_HOSTS": "cdn.shopify.com,http://127.0.0.1:4010",
    "TOKEN_KEYS": "xEfAk7C4XnZaWzpL2oQ5uTgkjXrG0b1hV3mN6sYd8Hw=",
    "BELL_RATE": "600/m",
    "LOG_LEVEL": "debug",
    "IN_FLIGHT": "",
}


def _run(folder: Path, words: list[str], **given: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "ENV_FILE": os.devnull, "VAR_DIR": str(folder), **given}
    command = [sys.executable, *words]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=180)


def _told(folder: Path, **given: str) -> list[str]:
    done = _run(folder, ["-c", "import shopsync.settings"], **given)
    assert (done.returncode, done.stdout) == (2, ""), done
    return done.stderr.splitlines()


@pytest.mark.parametrize(("name", "value"), WRONG, ids=" ".join)
def test_what_is_wrong_is_one_sentence_that_says_what_to_write(tmp_path: Path, name: str, value: str) -> None:
    (line,) = _told(tmp_path, **{name: value})
    assert line.startswith(f"{name}: ") and line.endswith(".") and WRONG[name, value] in line
    assert SECRET not in line


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    lines = _told(tmp_path, IN_FLIGHT="many", DEBUG="maybe", REDIS_URL="host")
    assert [line.partition(":")[0] for line in lines] == ["DEBUG", "IN_FLIGHT", "REDIS_URL"]


def test_what_is_right_is_taken(tmp_path: Path) -> None:
    code = "import shopsync.settings as s; print(s.POISON_LIMIT, s.SETTLING_SECONDS, s.APP_URL, s.DEBUG, s.IN_FLIGHT)"
    done = _run(tmp_path, ["-c", code], **RIGHT)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == ["0", "0.0", "https://my.example.com", "False", "16"]


def test_a_file_of_settings_is_looked_at_like_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own.env").write_text("IN_FLIGHT=many\n")
    (line,) = _told(tmp_path, ENV_FILE=str(tmp_path / "own.env"))
    assert line == "IN_FLIGHT: write a whole number, 1 or more."
    (tmp_path / "own.env").write_bytes(b"IN_FLIGHT=\xff\n")
    monkeypatch.delenv("ENV_FILE", raising=False)
    own = Environment(tmp_path / "own.env")
    assert own.problems == [f".env: {tmp_path / 'own.env'} cannot be read: it is no text in UTF-8."]
    assert Environment(tmp_path / "none.env").problems == []


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "the https address under which Shopify reaches this program is missing"),
        ("http://my.example.com", "Shopify opens only https addresses, and http://my.example.com begins with http."),
        ("https://my.example.com/app", "leave out the path of https://my.example.com/app."),
        ("https://my.example.com?a=1", "leave that out of https://my.example.com?a=1."),
        ("https://127.0.0.1", "nobody but this network reaches https://127.0.0.1;"),
        ("https://[::1]:8000", "nobody but this network reaches"),
        ("https://localhost", "nobody but this network reaches"),
    ],
)
def test_an_address_that_shopify_does_not_open_is_told_with_what_is_wrong(tmp_path: Path, url: str, said: str) -> None:
    own = {"SHOPIFY_API_KEY": "key", "SHOPIFY_API_SECRET": SECRET, "APP_URL": url}
    done = _run(tmp_path, PROGRAMS["check_partner_app"], **own)
    assert done.returncode == 2
    assert said in done.stderr


PROGRAMS = {
    "up": ["manage.py", "up", "--port", "0"],
    "check_partner_app": ["manage.py", "check_partner_app"],
    "export_store": ["manage.py", "export_store", "a.myshopify.com", "--out", "a.zip", "--json"],
    "migrate": ["manage.py", "migrate"],
    "gunicorn": ["-m", "gunicorn", "shopsync.wsgi", "--bind", "127.0.0.1:0"],
    "celery": ["-m", "celery", "-A", "shopsync", "worker", "-P", "solo"],
}


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_program_says_so_and_ends(tmp_path: Path, program: str) -> None:
    done = _run(tmp_path, PROGRAMS[program], DATABASE_URL="shopsync", SLICE_SECONDS="twenty")
    lines = done.stderr.splitlines()
    assert (done.returncode, [line.partition(":")[0] for line in lines]) == (2, ["DATABASE_URL", "SLICE_SECONDS"]), done
    assert done.stdout == "" or json.loads(done.stdout) == {"error": " ".join(lines)}


def test_a_database_that_is_away_is_one_sentence_of_up(tmp_path: Path) -> None:
    done = _run(tmp_path, PROGRAMS["up"], DATABASE_URL=f"postgres://u:{SECRET}@127.0.0.1:9/db")
    (line,) = done.stderr.splitlines()
    assert (done.returncode, line.startswith("The database cannot be asked"), SECRET in line) == (2, True, False)


def test_a_folder_that_is_named_from_here_is_found_from_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The broker's socket lies in VAR_DIR, and the broker changes into a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VAR_DIR", "var/own")
    assert Environment(tmp_path / "none.env").folder("VAR_DIR", tmp_path) == tmp_path / "var" / "own"
