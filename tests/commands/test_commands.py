"""What is typed on a terminal or called by a script: exit codes, one sentence, one JSON object."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from exports import services as exports
from runs import broker, engine, follow
from runs.models import Lane, Run
from runs.states import Status
from shops.models import Grant, Shop
from tests.runs.test_lane import installed
from tests.support import Sandbox, archive_of
from tests.transfer.test_archive import BAD

pytestmark = pytest.mark.django_db(transaction=True)


class Said:
    """The end of a command: its exit code, and what it said on both streams."""

    def __init__(self, capsys: pytest.CaptureFixture[str], *command: str, **options: Any) -> None:
        out, err = io.StringIO(), io.StringIO()
        capsys.readouterr()
        try:
            call_command(*command, stdout=out, stderr=err, **options)
            self.code: Any = 0
        except SystemExit as end:
            self.code = end.code
        self.out, self.err = out.getvalue(), err.getvalue()
        self.progress = capsys.readouterr().err

    @property
    def sentence(self) -> str:
        """The one line that a refused command says."""
        (line,) = self.err.splitlines()
        assert line.endswith(".")
        assert "Traceback" not in line
        return line


@pytest.fixture(scope="module")
def archive(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return archive_of(sandbox, sandbox.shop("plain"), tmp_path_factory.mktemp("archive"))


@pytest.fixture
def file(archive: bytes, tmp_path: Path) -> str:
    path = tmp_path / "store.zip"
    path.write_bytes(archive)
    return str(path)


def held_by(file: str | Path) -> int:
    """How many records an archive holds."""
    with zipfile.ZipFile(file) as archive:
        return sum(json.loads(archive.read("manifest.json"))["counts"].values())


@pytest.fixture
def source(app: Any, sandbox: Sandbox) -> str:
    return installed(sandbox, sandbox.shop("plain")).domain


@pytest.fixture
def target(app: Any, sandbox: Sandbox) -> str:
    return installed(sandbox, sandbox.shop()).domain


# -- connect_shop ------------------------------------------------------------------------------------------------


def test_connecting_by_token_proves_it_and_prints_none(app: Any, sandbox: Sandbox, capsys: Any) -> None:
    domain = sandbox.shop()
    token = sandbox.token(domain)
    said = Said(capsys, "connect_shop", domain.upper(), token=token)
    assert said.code == 0
    assert said.out.startswith(f"{domain} is connected; granted: ")
    assert token not in said.out + said.err + said.progress
    shop = Shop.objects.get()
    assert (shop.domain, shop.grant, shop.token) == (domain, Grant.FIXED, token)


def test_connecting_by_client_credentials(app: Any, sandbox: Sandbox, capsys: Any) -> None:
    assert Said(capsys, "connect_shop", sandbox.shop(), client_credentials=True).code == 0
    assert Shop.objects.get().grant == Grant.CLIENT_CREDENTIALS


@pytest.mark.parametrize("domain", ["evil.com", "a.myshopify.com.evil.com", "https://a.myshopify.com", "a b", "../x"])
def test_only_a_stores_permanent_domain_is_connected(app: Any, sandbox: Sandbox, capsys: Any, domain: str) -> None:
    for how in ({"token": "shpat_x"}, {"client_credentials": True}):
        said = Said(capsys, "connect_shop", domain, **how)
        assert said.code == 2
        assert ".myshopify.com." in said.sentence
    assert not Shop.objects.exists()


def test_a_wrong_token_a_wrong_secret_or_no_store_is_one_sentence(app: Any, sandbox: Sandbox, capsys: Any) -> None:
    domain = sandbox.shop()
    said = Said(capsys, "connect_shop", domain, token="shpat_wrong")
    assert (said.code, "shpat_wrong" in said.err) == (2, False)
    assert "access token" in said.sentence
    app.SHOPIFY_API_SECRETS = ["wrong"]
    said = Said(capsys, "connect_shop", domain, client_credentials=True)
    assert (said.code, "credentials" in said.sentence) == (2, True)
    app.SHOPIFY_API_ORIGIN = "http://127.0.0.1:9/{shop}"
    assert Said(capsys, "connect_shop", domain, client_credentials=True).sentence
    assert not Shop.objects.exists()


# -- export_store ------------------------------------------------------------------------------------------------


def test_exporting_into_a_file_and_into_a_directory(source: str, tmp_path: Path, capsys: Any) -> None:
    file, folder = tmp_path / "new" / "store.zip", tmp_path / "kept in git"
    said = Said(capsys, "export_store", source, out=str(file), inline=True)
    assert said.code == 0
    assert file.read_bytes()[:2] == b"PK"
    assert said.out == f"{held_by(file)} records of {source} are in {file}.\n"
    assert Said(capsys, "export_store", source, out=f"{folder}/", inline=True).code == 0
    assert json.loads((folder / "manifest.json").read_bytes())["sourceShop"] == source
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert Said(capsys, "export_store", source, out=f"{folder}/", inline=True).code == 0
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_a_pipe_gets_plain_lines(source: str, tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "LOOK_SECONDS", 0.0)
    said = Said(capsys, "export_store", source, out=str(tmp_path / "a.zip"), inline=True)
    lines = said.progress.splitlines()
    assert f"export {source}: Reading the store" in lines
    assert lines[-1] == f"export {source}: succeeded"
    assert not {"\r", "\033", "█"} & set(said.progress)


def test_a_terminal_gets_a_bar(source: str, tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr(follow.Meter, "__init__", lambda self, out, label: _meter(self, terminal, label))
    assert Said(capsys, "export_store", source, out=str(tmp_path / "a.zip"), inline=True).code == 0
    assert "█" in terminal.getvalue() or "░" in terminal.getvalue()
    assert terminal.getvalue().endswith("\r\033[K")


def _meter(meter: follow.Meter, out: Any, label: str) -> None:
    meter.out, meter.label, meter._said, meter._drawn = out, label, None, False


def test_json_is_one_object_and_nothing_else(source: str, tmp_path: Path, capsys: Any) -> None:
    said = Said(capsys, "export_store", source, out=str(tmp_path / "a.zip"), inline=True, json=True)
    assert (said.code, said.err, said.progress) == (0, "", "")
    answer = json.loads(said.out)
    assert set(answer) >= {"run", "shop", "status", "stats", "counts", "records", "size", "sha256", "not_carried"}
    assert (answer["status"], answer["records"]) == ("succeeded", held_by(tmp_path / "a.zip"))


def test_exporting_only_some_kinds(source: str, tmp_path: Path, capsys: Any) -> None:
    how: dict[str, Any] = {"out": str(tmp_path / "a.zip"), "inline": True, "json": True}
    answer = json.loads(Said(capsys, "export_store", source, only=["products"], **how).out)
    assert list(answer["counts"]) == ["products"]
    said = Said(capsys, "export_store", source, only=["unicorns"], **how)
    assert said.code == 2
    assert "unicorns" in said.sentence
    assert json.loads(said.out) == {"error": said.sentence}


def test_what_cannot_be_exported_is_one_sentence(source: str, tmp_path: Path, capsys: Any) -> None:
    said = Said(capsys, "export_store", "stranger.myshopify.com", out=str(tmp_path / "a.zip"), inline=True)
    assert (said.code, "connect_shop" in said.sentence) == (2, True)
    (tmp_path / "a file").write_bytes(b"")
    said = Said(capsys, "export_store", source, out=str(tmp_path / "a file" / "a.zip"), inline=True)
    assert (said.code, "cannot be written" in said.sentence) == (2, True)


@pytest.mark.parametrize("out", ["", "-", "/dev/full", "{tmp}/full", "{tmp}/a file/a.zip"])
def test_where_nothing_can_be_put_is_said_before_a_store_is_read(
    source: str, tmp_path: Path, capsys: Any, out: str
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").touch()
    (tmp_path / "a file").touch()
    said = Said(capsys, "export_store", source, out=out.format(tmp=tmp_path), inline=True)
    assert said.code == 2
    assert len(said.err.splitlines()) == 1
    assert not Run.objects.exists()
    assert sorted(one.name for one in tmp_path.iterdir() if one.name != "var") == ["a file", "full"]


def test_a_record_that_the_store_does_not_have_is_named(source: str, tmp_path: Path, capsys: Any) -> None:
    how: dict[str, Any] = {"out": str(tmp_path / "a.zip"), "inline": True}
    said = Said(capsys, "export_store", source, record=["products/shirt-0", "products/nowhere"], **how)
    assert said.code == 1
    assert "Not in it: Products (1): the store has no such record (nowhere)." in said.out.splitlines()
    assert Said(capsys, "export_store", source, record=["products/shirt-0"], **how).code == 0


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"types": ["nosuch"]}, "Not in it: Metaobjects (1): the store has no entries of such a type (nosuch)."),
        (
            {"namespaces": ["custom", "nosuch"]},
            "Not in it: Metafield definitions (1): the store has nothing in such a namespace (nosuch).",
        ),
    ],
)
def test_a_name_to_which_nothing_answers_is_said(
    source: str, tmp_path: Path, capsys: Any, how: dict[str, Any], said: str
) -> None:
    found = Said(capsys, "export_store", source, out=str(tmp_path / "a.zip"), inline=True, **how)
    assert (found.code, said in found.out.splitlines()) == (1, True), found.out


def test_what_is_no_file_is_not_read(target: str, capsys: Any) -> None:
    said = Said(capsys, "import_archive", target, "/dev/zero", inline=True, plan_only=True)
    assert (said.code, said.sentence) == (2, "/dev/zero is neither a file nor a directory.")


def test_interrupting_cancels_the_run(
    source: str, tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(**how: Any) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(follow, "work_slice", interrupt)
    said = Said(capsys, "export_store", source, out=str(tmp_path / "a.zip"), inline=True)
    assert (said.code, said.sentence) == (
        2,
        "Interrupted: the run is cancelled; nothing was written into the store.",
    )
    assert Run.objects.get().status == Status.CANCELLED


def test_interrupting_an_import_tells_what_it_left(
    target: str, file: str, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it plans nothing is written; once its plan is confirmed, something may be."""
    work = engine.work_slice

    def interrupt_at(*steps: str) -> None:
        def slice_(**how: Any) -> bool:
            if Run.objects.latest("created_at").step in steps:
                raise KeyboardInterrupt
            return work(**how)

        monkeypatch.setattr(follow, "work_slice", slice_)

    for step, left in (("", "nothing was written into the store."), ("decide", "what it wrote so far stays.")):
        interrupt_at(step)
        said = Said(capsys, "import_archive", target, file, yes=True, inline=True, json=True)
        assert (said.code, said.sentence) == (2, f"Interrupted: the run is cancelled; {left}")
        assert Run.objects.latest("created_at").status == Status.CANCELLED


def test_without_a_worker_the_command_says_so(
    source: str, tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[float] = []

    def sleep(seconds: float) -> None:
        looks.append(seconds)
        if len(looks) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(follow, "PATIENCE_SECONDS", -1.0)
    monkeypatch.setattr(broker, "alive", lambda: True)
    defaults = follow.follow.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "sleep", sleep)
    said = Said(capsys, "export_store", source, out=str(tmp_path / "a.zip"))
    assert said.progress.count("--inline") == 1


@pytest.mark.parametrize("inline", [False, True])
def test_a_line_in_which_somebody_works_is_no_reason_to_look_for_a_worker(
    source: str, tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch, inline: bool
) -> None:
    """Behind another run, and behind a process that was killed and whose lease is not over."""
    looks: list[float] = []

    def sleep(seconds: float) -> None:
        looks.append(seconds)
        if len(looks) == 3:
            raise KeyboardInterrupt

    shop = Shop.objects.get(domain=source)
    exports.create(shop)
    Lane.objects.update_or_create(shop=shop, defaults={"lease_until": timezone.now() + timedelta(minutes=5)})
    monkeypatch.setattr(follow, "PATIENCE_SECONDS", -1.0)
    monkeypatch.setattr(broker, "alive", lambda: False)
    defaults = follow.follow.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "sleep", sleep)
    said = Said(capsys, "export_store", source, out=str(tmp_path / "a.zip"), inline=inline)
    assert said.sentence.startswith("Interrupted")
    assert "in line, 1 before it" in said.progress
    assert said.progress.count("holds this store's line") == inline
    assert "manage.py up" not in said.progress


def test_work_that_is_done_inline_rings_for_nobody(
    app: Any, source: str, target: str, capsys: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Without a broker nothing is said of it: nobody else is needed."""
    app.REDIS_URL = "redis://127.0.0.1:9/0"
    assert Said(capsys, "copy_store", source, target, yes=True, inline=True).code == 0
    assert [line for line in caplog.messages if "broker" in line] == []


def test_without_a_broker_the_command_ends(
    app: Any, source: str, tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A script would wait for ever: nobody hears of the run."""
    app.REDIS_URL = "redis://127.0.0.1:9/0"
    monkeypatch.setattr(follow, "PATIENCE_SECONDS", -1.0)
    said = Said(capsys, "export_store", source, out=str(tmp_path / "a.zip"), json=True)
    assert (said.code, "--inline" in said.sentence) == (2, True)
    assert json.loads(said.out) == {"error": said.sentence}
    assert Run.objects.get().status == Status.CANCELLED


# -- import_archive ----------------------------------------------------------------------------------------------


def test_importing_a_file_writes_and_reports(target: str, file: str, tmp_path: Path, capsys: Any) -> None:
    report = tmp_path / "report.csv"
    said = Said(capsys, "import_archive", target, file, yes=True, inline=True, report=str(report))
    assert said.code == 0
    *_, totals, sentence = said.out.splitlines()
    held = held_by(file)
    source, created, updated, unchanged, skipped, failed, verified = map(int, totals.split()[1:])
    assert (source, created + unchanged, updated, skipped, failed, verified) == (held, held, 0, 0, 0, held)
    assert created > 10
    assert sentence == f"All {held} records arrived."
    assert report.read_bytes().count(b"\n") == held + 1
    again = Said(capsys, "import_archive", target, file, yes=True, inline=True, json=True)
    answer = json.loads(again.out)
    assert (again.code, answer["stats"]["writes"], answer["result"]["totals"]["unchanged"]) == (0, 0, held)
    lines = tmp_path / "report.jsonl"
    assert Said(capsys, "import_archive", target, file, yes=True, inline=True, report=str(lines)).code == 0
    assert {json.loads(line)["outcome"] for line in lines.read_text().splitlines()} == {"unchanged"}


def test_a_directory_is_an_archive_too(source: str, target: str, tmp_path: Path, capsys: Any) -> None:
    folder = tmp_path / "kept in git"
    Said(capsys, "export_store", source, out=f"{folder}/", inline=True)
    assert Said(capsys, "import_archive", target, str(folder), yes=True, inline=True).code == 0


def test_a_directory_brings_the_files_too(sandbox: Sandbox, target: str, tmp_path: Path, capsys: Any) -> None:
    """A store with files, and images of collections and articles: their addresses stand beside the records."""
    source = installed(sandbox, sandbox.shop("boutique", products=4)).domain
    folder = tmp_path / "kept in git"
    assert Said(capsys, "export_store", source, out=f"{folder}/", inline=True).code == 0
    assert b"gid://" not in b"".join(path.read_bytes() for path in folder.glob("side/*/*.jsonl"))
    said = Said(capsys, "import_archive", target, str(folder), yes=True, inline=True, json=True)
    totals = json.loads(said.out)["result"]["totals"]
    assert (said.code, totals["failed"], totals["unverified"]) == (0, 0, 0)
    assert totals["verified"] > 0


def test_plan_only_writes_nothing(sandbox: Sandbox, target: str, file: str, capsys: Any) -> None:
    before = sandbox.ask(f"/sandbox/shops/{target}/dump")
    said = Said(capsys, "import_archive", target, file, plan_only=True, inline=True)
    assert said.code == 0
    assert "create" in said.out
    assert "API points" in said.out
    assert sandbox.ask(f"/sandbox/shops/{target}/dump") == before
    assert Run.objects.get().status == Status.CANCELLED
    answer = json.loads(Said(capsys, "import_archive", target, file, plan_only=True, inline=True, json=True).out)
    assert answer["status"] == Run.objects.get(pk=answer["run"]).status == Status.CANCELLED
    assert sum(own["create"] for own in answer["plan"]["counts"].values()) == 15
    assert answer["result"] is None


def test_plan_only_says_what_could_not_be_written(
    sandbox: Sandbox, target: str, file: str, tmp_path: Path, capsys: Any
) -> None:
    other = 'definition: {ownerType: PRODUCT, namespace: "custom", key: "color", name: "Color", type: "number_integer"}'
    sandbox.graphql(target, f"mutation Other {{ metafieldDefinitionCreate({other}) {{ userErrors {{ message }} }} }}")
    report = tmp_path / "plan.jsonl"
    said = Said(capsys, "import_archive", target, file, plan_only=True, inline=True, report=str(report))
    lines = [json.loads(line) for line in report.read_text(encoding="utf-8").splitlines()]
    conflicts = [line for line in lines if line["verdict"] == "conflict"]
    assert (said.code, bool(conflicts)) == (1, True)
    assert not any(line["outcome"] for line in conflicts)


def test_without_a_terminal_or_yes_nothing_is_written(sandbox: Sandbox, target: str, file: str, capsys: Any) -> None:
    before = sandbox.ask(f"/sandbox/shops/{target}/dump")
    said = Said(capsys, "import_archive", target, file, inline=True)
    assert (said.code, "--yes" in said.sentence) == (2, True)
    assert sandbox.ask(f"/sandbox/shops/{target}/dump") == before


def test_records_that_fail_make_the_exit_code_1(sandbox: Sandbox, target: str, file: str, capsys: Any) -> None:
    """The target has an entry's definition of another type already."""
    sandbox.graphql(
        target,
        "mutation D($d: MetafieldDefinitionInput!) { metafieldDefinitionCreate(definition: $d) "
        "{ createdDefinition { id } userErrors { message } } }",
        d=_conflicting(file),
    )
    said = Said(capsys, "import_archive", target, file, yes=True, inline=True, json=True)
    answer = json.loads(said.out)
    assert (said.code, answer["status"]) == (1, "incomplete")
    assert answer["result"]["totals"]["failed"] > 0


def _conflicting(file: str) -> dict[str, Any]:
    """A definition of the archive, of a type that its own cannot become."""
    with zipfile.ZipFile(file) as opened:
        line = json.loads(opened.read("metafield_definitions/00001.jsonl").split(b"\n")[0])
    owner, namespace, key = line["key"]
    other = "json" if line["fields"]["type"] != "json" else "boolean"
    return {"ownerType": owner, "namespace": namespace, "key": key, "name": "Another", "type": other}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_archive_is_refused_with_code_2_and_nothing_is_written(
    sandbox: Sandbox, target: str, archive: bytes, tmp_path: Path, capsys: Any, name: str
) -> None:
    spoil, sentence = BAD[name]
    path = tmp_path / "bad.zip"
    path.write_bytes(spoil(archive))
    before = sandbox.ask(f"/sandbox/shops/{target}/dump")
    said = Said(capsys, "import_archive", target, str(path), yes=True, inline=True)
    assert said.code == 2
    assert sentence in said.sentence
    assert str(tmp_path) not in said.sentence
    assert sandbox.ask(f"/sandbox/shops/{target}/dump") == before


def test_a_bad_directory_is_refused(target: str, source: str, tmp_path: Path, capsys: Any) -> None:
    assert "cannot be read" in Said(capsys, "import_archive", target, str(tmp_path / "no"), inline=True).sentence
    (tmp_path / "empty").mkdir()
    said = Said(capsys, "import_archive", target, str(tmp_path / "empty"), inline=True)
    assert (said.code, "manifest.json" in said.sentence) == (2, True)
    folder = tmp_path / "edited"
    Said(capsys, "export_store", source, out=f"{folder}/", inline=True)
    path = folder / "products" / "00001.jsonl"
    path.write_bytes(path.read_bytes() + b"{\n")
    said = Said(capsys, "import_archive", target, str(folder), inline=True, yes=True)
    assert (said.code, "products/00001.jsonl, line" in said.sentence) == (2, True)


def test_a_report_that_cannot_be_written_is_said_before_anything_is(
    sandbox: Sandbox, target: str, file: str, tmp_path: Path, capsys: Any
) -> None:
    said = Said(capsys, "import_archive", target, file, yes=True, inline=True, report=str(tmp_path / "no" / "r.csv"))
    assert (said.code, "report" in said.sentence) == (2, True)
    assert not Run.objects.exists()


# -- copy_store --------------------------------------------------------------------------------------------------


def test_copying_a_store(source: str, target: str, capsys: Any) -> None:
    said = Said(capsys, "copy_store", source, target, yes=True, inline=True, json=True)
    answer = json.loads(said.out)
    assert (said.code, answer["status"], answer["source_shop"]) == (0, "succeeded", source)
    said = Said(capsys, "copy_store", source, target, yes=True, inline=True)
    assert (said.code, said.out.splitlines()[-2].split()[4]) == (0, str(answer["result"]["totals"]["source"]))


def test_a_store_is_not_copied_into_itself(source: str, capsys: Any) -> None:
    said = Said(capsys, "copy_store", source, source, yes=True, inline=True)
    assert (said.code, "into itself" in said.sentence) == (2, True)
