"""What enters the build as secrets."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tools.base_image import DEBIAN_MIRROR
from tools.image_secrets import index_secret, secret_options

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def bare(tmp_path: Path) -> dict[str, str]:
    """An environment in which nobody set anything."""
    return {"HOME": str(tmp_path), "PIP_CONFIG_FILE": os.devnull}


def read_by_a_shell(text: str, folder: Path) -> dict[str, str]:
    (folder / "index").write_text(text, encoding="utf-8")
    script = f"set -a; . {folder}/index; env -0"
    answer = subprocess.run(["sh", "-c", script], env={}, capture_output=True, text=True, check=True)
    return dict(line.split("=", 1) for line in answer.stdout.split("\0") if line)


def test_pips_index_reaches_pip_and_uv(bare: dict[str, str], tmp_path: Path) -> None:
    address = "https://user:it's $HOME@index.invalid/simple"
    told = read_by_a_shell(index_secret({**bare, "PIP_INDEX_URL": address, "PIP_TRUSTED_HOST": "a b"}), tmp_path)
    assert told["PIP_INDEX_URL"] == told["UV_DEFAULT_INDEX"] == address
    assert told["UV_INSECURE_HOST"] == "a b"


def test_uvs_index_reaches_pip(bare: dict[str, str], tmp_path: Path) -> None:
    told = read_by_a_shell(index_secret({**bare, "UV_DEFAULT_INDEX": "https://index.invalid/simple"}), tmp_path)
    assert told["PIP_INDEX_URL"] == told["UV_DEFAULT_INDEX"] == "https://index.invalid/simple"


def test_paths_of_this_machine_stay_here(bare: dict[str, str], tmp_path: Path) -> None:
    given = {"PIP_FIND_LINKS": str(tmp_path), "PIP_CERT": "/etc/ssl/ca.pem", "PIP_CACHE_DIR": "/cache"}
    assert index_secret({**bare, **given}) == ""


def test_nothing_set_gives_an_empty_secret_and_no_other(bare: dict[str, str], tmp_path: Path) -> None:
    assert secret_options(bare, DEBIAN_MIRROR, tmp_path) == ["--secret", f"id=index,src={tmp_path}/index"]
    assert (tmp_path / "index").read_text(encoding="utf-8") == ""


def test_authorities_and_a_mirror_are_secrets_of_their_own(bare: dict[str, str], tmp_path: Path) -> None:
    authorities = tmp_path / "ca.pem"
    authorities.write_text("ca", encoding="utf-8")
    mirror = "https://mirror.invalid/debian"
    options = secret_options({**bare, "PIP_CERT": str(authorities)}, mirror, tmp_path)
    assert options[2:] == ["--secret", f"id=trust,src={authorities}", "--secret", f"id=apt,src={tmp_path}/apt"]
    assert (tmp_path / "apt").read_text(encoding="utf-8") == f"deb {mirror} trixie main\n"


def test_every_secret_is_asked_for_by_the_dockerfile() -> None:
    text = (ROOT / "kubeflow" / "Dockerfile").read_text(encoding="utf-8")
    assert all(f"--mount=type=secret,id={name}" in text for name in ("index", "trust", "apt"))
