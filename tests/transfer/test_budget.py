"""What the mirror of the budget believes was spent is what Shopify took, to the fraction."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import Sandbox, archive_of, import_


@pytest.mark.parametrize("seed", ["plain", "nasty"])
def test_the_mirror_counts_the_points_that_were_taken(sandbox: Sandbox, tmp_path: Path, seed: str) -> None:
    """Shopify shows whole points, and takes fractions of one for what productSet is given."""
    archive = archive_of(sandbox, sandbox.shop(seed, products=20), tmp_path)
    target = sandbox.shop()
    desk, _ = import_(sandbox, target, archive, tmp_path)
    stats = sandbox.stats(target)
    assert desk.client.pacer.spending.points == pytest.approx(stats["points"], abs=0.5)
    assert stats["throttled"] == 0
