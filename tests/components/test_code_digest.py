from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import pytest

from components import code_digest as module


@pytest.fixture
def digest_of_copy(tmp_path: Path):
    """The module in a copy of `components`, and a function that digests that copy anew."""
    top = tmp_path / "components"
    shutil.copytree(Path(module.__file__).parent, top, ignore=shutil.ignore_patterns("__pycache__"))

    def digest() -> str:
        spec = importlib.util.spec_from_file_location("copied_code_digest", top / "code_digest.py")
        assert spec is not None and spec.loader is not None
        copied = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(copied)
        return copied.code_digest()

    return top, digest


def test_digest_is_sixteen_hexadecimal_digits_and_the_same_wherever_the_code_lies(digest_of_copy) -> None:
    _, digest = digest_of_copy
    module.code_digest.cache_clear()
    assert digest() == module.code_digest()
    assert len(bytes.fromhex(digest())) == 8


def test_digest_changes_with_a_module_s_body_its_name_and_a_new_module(digest_of_copy) -> None:
    top, digest = digest_of_copy
    seen = {digest()}
    keys = top / "keys.py"
    keys.write_text(keys.read_text() + "\n# changed\n")
    seen.add(digest())
    keys.rename(top / "names.py")
    seen.add(digest())
    (top / "trainer" / "added.py").write_text("")
    seen.add(digest())
    assert len(seen) == 4


def test_digest_does_not_see_what_is_no_source(digest_of_copy) -> None:
    top, digest = digest_of_copy
    before = digest()
    (top / "__pycache__").mkdir(exist_ok=True)
    (top / "__pycache__" / "keys.cpython-310.pyc").write_bytes(b"x")
    (top / "notes.txt").write_text("x")
    assert digest() == before


def test_digest_changes_with_a_version_of_the_stack(digest_of_copy, monkeypatch: pytest.MonkeyPatch) -> None:
    _, digest = digest_of_copy
    before = digest()
    monkeypatch.setattr("importlib.metadata.version", lambda name: "0.0")
    assert digest() != before
