"""Whatever a newcomer types wrongly: exit code 2, and one sentence that says what to do (with --json, an object)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import ManagementUtility
from django.db import connection

from exports.out import names_folder, wanted

pytestmark = pytest.mark.django_db(transaction=True)

STORE = "a.myshopify.com"
MEANT: dict[str, str] = {
    "https://evil.example": "name.myshopify.com",
    "https://blue-shop.myshopify.com/admin": "blue-shop.myshopify.com",
    "https://admin.shopify.com/store/blue-shop/products": "blue-shop.myshopify.com",
    "blue-shop": "blue-shop.myshopify.com",
    "": "name.myshopify.com",
    "blue shop.myshopify.com": "name.myshopify.com",
    "\x1b[31m": "name.myshopify.com",
}
# What is typed -> what the sentence must hold. {dir} is an empty directory, {text} a file that is no archive.
TYPED: dict[tuple[str, ...], str] = {
    ("export_store",): "DOMAIN, --out",
    ("export_store", STORE): "--out",
    ("export_store", STORE, "--out", "{dir}/a.zip"): "connect_shop a.myshopify.com",
    ("export_store", STORE, "--out", "{dir}/a.zip", "--only", "unicorns"): "unicorns",
    ("export_store", STORE, "--out", "{dir}/a.zip", "--with", "unicorns"): "unicorns",
    ("export_store", STORE, "--out", "{dir}/a.zip", "--record", "x"): "products/blue-shirt",
    ("export_store", STORE, "--out", "{dir}/a.zip", "--unicorn"): "--unicorn",
    ("connect_shop", STORE): "--token",
    ("connect_shop", STORE, "--token", ""): "--token",
    ("connect_shop", STORE, "--token", "pass\u00e9"): "--token",
    ("connect_shop", STORE, "--token", "a", "--client-credentials"): "not allowed with",
    ("import_archive", STORE): "FILE_OR_DIR",
    ("import_rest", STORE): "RUN",
    ("import_rest", STORE, "42"): "connect_shop a.myshopify.com",
    ("import_archive", STORE, "{dir}/no.zip"): "connect_shop a.myshopify.com",
    ("import_archive", STORE, "{dir}/no.zip", "--policy", "destroy"): "create_only",
    ("import_archive", STORE, "{dir}/no.zip", "--errors", "{dir}"): "errors.xlsx",
    ("import_archive", STORE, "{dir}/no.zip", "--errors", ""): "errors.xlsx",
    ("import_archive", STORE, "{dir}/no.zip", "--errors", "{text}/a.xlsx"): "The errors cannot be written to",
    ("export_store", STORE, "--out", "{text}"): "is there already, and is no archive",
    ("convert_archive", "{dir}/no.zip", "{text}"): "is there already, and is no archive",
    ("import_archive", STORE, "{dir}", "--errors", "{dir}/a.xlsx"): "is for spreadsheets",
    ("import_archive", STORE, "{text}", "--report", "{text}"): "that is the archive",
    ("convert_archive", "{text}", "{dir}/a.xlsx", "--errors", "{text}/a.xlsx"): "The errors cannot be written to",
    ("convert_archive", "{dir}/no.zip", "{dir}/a.xlsx"): "no.zip cannot be read or written",
    ("convert_archive", "{dir}", "{dir}/a.xlsx"): "holds no manifest.json",
    ("convert_archive", "{text}", "{dir}/a.xlsx"): "not a ZIP file",
    ("convert_archive", "{text}"): "OUT",
    ("compare", STORE): "B",
    ("compare", STORE, "b.myshopify.com"): "connect_shop a.myshopify.com",
    ("compare", STORE, "b.myshopify.com", "--only", "unicorns"): "unicorns",
    ("compare", "{dir}/no.zip", STORE): "There is no file",
    ("compare", "{text}", "{text}"): "not a ZIP file",
    ("compare", "{dir}", "{text}"): "holds no manifest.json",
    ("copy_store", STORE): "B",
    ("copy_store", STORE, "b.myshopify.com"): "connect_shop a.myshopify.com",
    ("copy_store", STORE, "b.myshopify.com", "--only", "unicorns"): "unicorns",
    ("write_app_toml", "--url", "evil"): "https://name",
    ("write_app_toml", "--out", "{text}/x", "--url", "https://a.example", "--client-id", "a"): "cannot be written",
    ("write_app_toml", "--out", "{dir}/x.toml"): "Set APP_URL and SHOPIFY_API_KEY",
    ("write_app_toml", "--out", "{dir}/x.toml", "--client-id", "a"): "Set APP_URL and SHOPIFY_API_KEY",
}
SPEAK_JSON = {"export_store", "import_archive", "import_rest", "convert_archive", "compare", "copy_store"}


def typed(monkeypatch: pytest.MonkeyPatch, capsys: Any, *words: str) -> tuple[Any, str, str]:
    """The exit code, and both streams, of a line on a terminal."""
    line = ["manage.py", *words]
    monkeypatch.setattr("sys.argv", line)
    capsys.readouterr()
    code: Any = 0
    try:
        ManagementUtility(line).execute()
    except SystemExit as end:
        code = end.code
    said = capsys.readouterr()
    return code, said.out, said.err


@pytest.mark.parametrize("words", TYPED, ids=" ".join)
def test_what_is_typed_wrongly_is_one_sentence(
    app: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any, words: tuple[str, ...]
) -> None:
    (tmp_path / "dir").mkdir()
    (tmp_path / "text").write_text("hello")
    line = [word.format(dir=tmp_path / "dir", text=tmp_path / "text") for word in words]
    for more in ([], ["--json"] if words[0] in SPEAK_JSON else []):
        code, out, err = typed(monkeypatch, capsys, *line, *more)
        (sentence,) = err.splitlines()
        assert (code, TYPED[words] in sentence, sentence[-1]) == (2, True, "."), err
        assert "Traceback" not in err
        assert json.loads(out) == {"error": sentence} if more else out == ""


@pytest.mark.parametrize("name", MEANT)
def test_a_store_that_is_named_otherwise_is_told_how_it_is(
    app: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any, name: str
) -> None:
    for line in (("export_store", name, "--out", str(tmp_path / "a")), ("connect_shop", name, "--token", "x")):
        code, _, err = typed(monkeypatch, capsys, *line)
        (sentence,) = err.splitlines()
        assert (code, MEANT[name] in sentence, "\x1b" in sentence) == (2, True, False)


def test_an_empty_database_is_told_to_migrate(app: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE shops_shop RENAME TO elsewhere")
    try:
        code, out, err = typed(monkeypatch, capsys, "export_store", STORE, "--out", "a", "--json")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE elsewhere RENAME TO shops_shop")
    assert (code, "manage.py migrate" in err, len(err.splitlines())) == (2, True, 1)
    assert json.loads(out)["error"] == err.strip()


def test_nothing_is_written_into_a_directory_of_other_things(
    source: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Any,
) -> None:
    """Members of an older archive are removed from a directory; nobody else's files ever are."""
    mine = tmp_path / "work" / "tests" / "mine.jsonl"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    line = ("export_store", source, "--inline", "--out", f"{tmp_path / 'work'}/")
    code, _, err = typed(monkeypatch, capsys, *line)
    assert (code, "choose a directory that is empty" in err) == (2, True)
    assert [path for path in (tmp_path / "work").rglob("*") if path.is_file()] == [mine]
    (tmp_path / "work" / "manifest.json").write_text("{}")
    assert typed(monkeypatch, capsys, *line)[0] == 0
    assert mine.read_text() == "mine"


@pytest.mark.parametrize("name", ["backup.2026/", "backup"])
def test_a_directory_is_one_whatever_its_name_looks_like(app: Any, tmp_path: Path, name: str) -> None:
    assert names_folder(str(wanted(f"{tmp_path}/{name}")))
