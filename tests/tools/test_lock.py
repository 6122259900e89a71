"""What requirements.lock promises: both stacks, hashes, nothing of the machine that made it."""

from __future__ import annotations

import importlib.metadata
import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
BLOCK = re.compile(
    r"^(?P<requirement>[a-z0-9][^\\\n]*?) \\\n(?P<hashes>(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.M
)
PYTHONS = {"3.10": "1.16.0", "3.11": "1.21.0", "3.12": "1.21.0", "3.13": "1.21.0"}


def environment(python: str) -> dict[str, str]:
    return {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "sys_platform": "linux",
        "platform_machine": "x86_64",
        "platform_python_implementation": "CPython",
        "implementation_name": "cpython",
        "extra": "dev",
    }


def pins(python: str) -> dict[str, Requirement]:
    """The pinned requirements that one Python gets."""
    found = [Requirement(block["requirement"]) for block in BLOCK.finditer(LOCK)]
    fitting = [pin for pin in found if pin.marker is None or pin.marker.evaluate(environment(python))]
    by_name = {canonicalize_name(pin.name): pin for pin in fitting}
    assert len(by_name) == len(fitting), "a package is pinned twice for one Python"
    return by_name


def test_every_requirement_is_pinned_and_has_hashes() -> None:
    starts = [line for line in LOCK.splitlines() if re.match(r"\S", line) and not line.startswith("#")]
    blocks = [block["requirement"] for block in BLOCK.finditer(LOCK)]
    assert len(starts) == len(blocks) > 200
    assert all(re.match(r"[a-z0-9][a-z0-9-]*==[^ ;]+( ;|$)", requirement) for requirement in blocks)


def test_no_index_no_address_and_no_path_is_in_it() -> None:
    for trace in ("://", "--index-url", "--extra-index-url", "--find-links", "--trusted-host", "file:", "/"):
        assert trace not in LOCK


@pytest.mark.parametrize(("python", "tfx"), PYTHONS.items())
def test_each_python_gets_the_tfx_of_its_stack(python: str, tfx: str) -> None:
    assert str(pins(python)["tfx"].specifier) == f"=={tfx}"


@pytest.mark.parametrize("python", PYTHONS)
def test_the_lock_fits_what_the_project_declares(python: str) -> None:
    locked = pins(python)
    for text in importlib.metadata.requires("fusegate") or []:
        declared = Requirement(text)
        if declared.marker is None or declared.marker.evaluate(environment(python)):
            name = canonicalize_name(declared.name)
            assert name in locked, f"{name} is not in the lock: run `make lock`, then `make setup`"
            (pin,) = locked[name].specifier
            assert declared.specifier.contains(pin.version), f"{declared} against {pin}: run `make lock`"


def test_uv_itself_is_pinned_by_its_hash() -> None:
    lines = (ROOT / "tools" / "uv-requirements.txt").read_text(encoding="utf-8").splitlines()
    (pin,) = [line for line in lines if not line.startswith("#")]
    assert re.fullmatch(r"uv==\d+\.\d+\.\d+ --hash=sha256:[0-9a-f]{64}", pin)
