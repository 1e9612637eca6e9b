"""A stored file gets a second name at once, however large it is; what comes from outside is copied."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from transfer.storage import LocalStorage


@pytest.fixture
def storage(tmp_path: Path) -> LocalStorage:
    own = LocalStorage(tmp_path / "files")
    with own.write("export/store.zip") as file:
        file.write(b"an archive")
    return own


def test_a_stored_file_is_shared_and_each_name_goes_by_itself(storage: LocalStorage, tmp_path: Path) -> None:
    with storage.read("export/store.zip") as content:
        content.read(3)
        assert storage.keep(content, "import/source.zip") == "import/source.zip"
    names = [tmp_path / "files" / name for name in ("export/store.zip", "import/source.zip")]
    assert names[0].samefile(names[1])
    storage.delete_tree("export/")
    with storage.read("import/source.zip") as kept:
        assert kept.read() == b"an archive"


def test_what_was_uploaded_is_copied_from_its_beginning(storage: LocalStorage, tmp_path: Path) -> None:
    uploaded = io.BytesIO(b"uploaded")
    uploaded.read()
    storage.keep(uploaded, "a/source.zip")
    (tmp_path / "outside").write_bytes(b"outside")
    with (tmp_path / "outside").open("rb") as outside:
        storage.keep(outside, "b/source.zip")
    folder = tmp_path / "files"
    kept = [(folder / name).read_bytes() for name in ("a/source.zip", "b/source.zip")]
    assert kept == [b"uploaded", b"outside"]
    assert not (tmp_path / "outside").samefile(tmp_path / "files/b/source.zip")


def test_a_disk_without_links_gets_a_copy(
    storage: LocalStorage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(source: object, target: object) -> None:
        raise PermissionError("no links here")

    monkeypatch.setattr(os, "link", refuse)
    with storage.read("export/store.zip") as content:
        storage.keep(content, "import/source.zip")
    with storage.read("import/source.zip") as kept:
        assert kept.read() == b"an archive"
    assert not (tmp_path / "files/export/store.zip").samefile(tmp_path / "files/import/source.zip")
