"""The README's script without Django does what it says, as it stands there."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

from tests.support import ROOT, Sandbox


def test_the_script_without_django_exports_a_store(sandbox: Sandbox, tmp_path: Path) -> None:
    """Only the store, its token and where stores are found are put in."""
    found = re.search(r"## Without Django\n+```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert found is not None
    script = found[1]
    assert len([line for line in script.splitlines() if line.strip()]) <= 10
    shop = sandbox.shop("plain")
    origins = f"__import__('shopify_client').Origins({sandbox.origin!r})"
    for here, there in (
        ('"my-store.myshopify.com"', repr(shop)),
        ('token="shpat_..."', f"token={sandbox.token(shop)!r}, origins={origins}"),
    ):
        assert here in script
        script = script.replace(here, there)
    forbid = "import sys\nsys.modules['django'] = sys.modules['celery'] = None\n"
    command = [sys.executable, "-W", "error", "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{forbid}{script}"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stderr
    with zipfile.ZipFile(tmp_path / "work" / ran.stdout.split(" ")[0]) as archive:
        assert archive.read("products/00001.jsonl").count(b"\n") == 3
