from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from components.lasting_imports import lasting_imports


@pytest.fixture(autouse=True)
def unfrozen() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_what_lasts_is_left_out_of_collection_which_goes_on_afterwards() -> None:
    before = gc.get_freeze_count()
    with lasting_imports():
        assert not gc.isenabled()
    assert gc.isenabled() and gc.get_freeze_count() > before


def test_an_import_that_fails_leaves_collection_as_it_was() -> None:
    before = gc.get_freeze_count()
    with pytest.raises(ImportError), lasting_imports():
        raise ImportError("no such module")
    assert gc.isenabled() and gc.get_freeze_count() == before


def test_one_within_another_ends_with_the_outer_one() -> None:
    with lasting_imports():
        with lasting_imports():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()
