"""A history that is long enough to be cleaned up."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pipeline.gc.gc_world import GcWorld, make_gc_world


@pytest.fixture
def gc_world(tmp_path: Path) -> GcWorld:
    """Five runs: three pushed a version, the fourth was refused, the fifth was served by the cache."""
    world = make_gc_world(tmp_path)
    world.run("20260101-000000-000000", version=100)
    world.run("20260102-000000-000000", version=200)
    world.run("20260103-000000-000000", version=300)
    world.run("20260104-000000-000000")
    world.run("20260105-000000-000000", cached="20260103-000000-000000")
    return world
