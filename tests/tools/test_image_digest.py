"""When an image is built again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.image_digest import image_digest


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "pipeline").mkdir()
    (tmp_path / "pipeline" / "cli.py").write_text("one", encoding="utf-8")
    (tmp_path / "lock").write_text("a==1", encoding="utf-8")
    (tmp_path / "notes").write_text("not let in", encoding="utf-8")
    (tmp_path / "Dockerfile").write_text("FROM base", encoding="utf-8")
    (tmp_path / "Dockerfile.dockerignore").write_text("*\n!pipeline\n!lock\n", encoding="utf-8")
    return tmp_path


def digest(checkout: Path, base: str = "id") -> str:
    return image_digest(checkout, checkout / "Dockerfile", base)


@pytest.mark.parametrize(
    "name", ["pipeline/cli.py", "lock", "Dockerfile", "Dockerfile.dockerignore", "pipeline/new.py"]
)
def test_whatever_the_image_is_made_from_changes_it(checkout: Path, name: str) -> None:
    before = digest(checkout)
    with (checkout / name).open("a", encoding="utf-8") as file:
        file.write("\n")
    assert digest(checkout) != before


def test_another_base_and_a_file_that_can_be_run_change_it(checkout: Path) -> None:
    before = digest(checkout)
    assert digest(checkout, "other") != before
    (checkout / "lock").chmod(0o755)
    assert digest(checkout) != before


def test_what_is_ignored_bytecode_and_times_change_nothing(checkout: Path) -> None:
    before = digest(checkout)
    (checkout / "notes").write_text("changed", encoding="utf-8")
    (checkout / "pipeline" / "__pycache__").mkdir()
    (checkout / "pipeline" / "__pycache__" / "cli.pyc").write_bytes(b"\0")
    (checkout / "pipeline" / "cli.py").touch()
    assert digest(checkout) == before


def test_a_file_under_another_name_changes_it(checkout: Path) -> None:
    before = digest(checkout)
    (checkout / "pipeline" / "cli.py").rename(checkout / "pipeline" / "main.py")
    assert digest(checkout) != before
