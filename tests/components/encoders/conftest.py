"""Pictures that the tests draw, and a cache of their own."""

from __future__ import annotations

import io
import os
from collections.abc import Callable

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np
import pytest
from PIL import Image


@pytest.fixture(scope="session", autouse=True)
def user_cache(tmp_path_factory):
    """A cache of the test's own, so that no test reads or writes the user's."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("cache")
        patch.setenv("XDG_CACHE_HOME", str(folder))
        yield folder


@pytest.fixture(scope="session")
def draw() -> Callable[..., bytes]:
    def picture(seed: int = 0, width: int = 48, height: int = 40, fmt: str = "PNG") -> bytes:
        blocks = np.random.default_rng(seed).integers(0, 255, (4, 4, 3), dtype=np.uint8)
        stream = io.BytesIO()
        Image.fromarray(blocks).resize((width, height), Image.Resampling.BICUBIC).save(stream, fmt)
        return stream.getvalue()

    return picture
