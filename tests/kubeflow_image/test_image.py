"""What the image is: small, locked, current, and without what builds or tells where packages came from."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tools.image import DIGEST_LABEL, STAGES
from tools.runtime_lock import dev_names, runtime_lock

from .conftest import ROOT, InImage

pytestmark = pytest.mark.kubeflow
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
UP_TO_DATE = f"image: {STAGES['fusegate']} is up to date"


@pytest.fixture(scope="module")
def told() -> dict:
    """What the image tells about itself."""
    answer = subprocess.run(
        ["podman", "image", "inspect", STAGES["fusegate"]], capture_output=True, text=True, check=True
    )
    return json.loads(answer.stdout)[0]


def test_it_takes_less_than_4_gb(told: dict) -> None:
    assert told["Size"] < 4_000_000_000


def test_it_sets_a_user_that_is_not_root_and_leaves_the_command_to_kubeflow(told: dict) -> None:
    assert told["Config"]["User"] == "10001:10001"
    assert "Entrypoint" not in told["Config"]
    names = {variable.partition("=")[0] for variable in told["Config"]["Env"]}
    assert names == {"PATH", "PYTHONUNBUFFERED"}


def test_nothing_that_builds_is_in_it(in_image: InImage) -> None:
    find = "for p in cc c++ gcc g++ make uv pip; do command -v $p; done; find / -xdev -name Python.h"
    found = in_image("sh", "-c", f"{find}; echo searched", user="0:0")
    assert found.stdout == "searched\n"


def test_no_secret_and_no_setting_of_an_index_is_in_it(in_image: InImage) -> None:
    names = "-name pip.conf -o -name uv.toml -o -name .netrc -o -path '/run/secrets/*' -o -path '/mnt/*'"
    found = in_image("sh", "-c", f"find / -xdev \\( {names} \\) 2>/dev/null; echo searched", user="0:0")
    assert found.stdout == "searched\n"


def test_it_holds_exactly_what_the_lock_says_without_the_tools_of_development(in_image: InImage) -> None:
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    code = (
        "import importlib.metadata as m, json, sys; from packaging.markers import default_environment as e;"
        "print(json.dumps([{d.name: d.version for d in m.distributions()}, e()]))"
    )
    installed, environment = json.loads(in_image("python", "-c", code).stdout)
    text = runtime_lock(LOCK, "fusegate", dev_names((ROOT / "pyproject.toml").read_text(encoding="utf-8")))
    pins = [Requirement(line.rstrip("\\")) for line in text.splitlines() if re.match("[a-z0-9]", line)]
    locked = {
        pin.name: str(pin.specifier)[2:] for pin in pins if pin.marker is None or pin.marker.evaluate(environment)
    }
    here = {canonicalize_name(name): version for name, version in installed.items()}
    assert here.pop("fusegate")
    assert here == locked
    assert here["tfx"] == "1.21.0"


def test_its_glibc_and_python_are_those_of_the_current_stack(in_image: InImage) -> None:
    code = "import os, sys; print(os.confstr('CS_GNU_LIBC_VERSION'), *sys.version_info[:2])"
    _, glibc, *python = in_image("python", "-c", code).stdout.split()
    assert tuple(map(int, glibc.split("."))) >= (2, 39)
    assert python in (["3", "12"], ["3", "13"])


def test_all_bytecode_is_compiled_and_holds_without_its_source_s_time(in_image: InImage) -> None:
    code = """
import glob, importlib.util, pathlib
unchecked = missing = 0
for root in ("/opt/venv/lib/python3.*/site-packages/tfx", "/opt/fusegate/components", "/opt/fusegate/pipeline"):
    for source in pathlib.Path(glob.glob(root)[0]).rglob("*.py"):
        compiled = pathlib.Path(importlib.util.cache_from_source(source))
        if not compiled.exists():
            missing += 1
        elif compiled.read_bytes()[4:8] == bytes((1, 0, 0, 0)):
            unchecked += 1
print(unchecked, missing)
"""
    unchecked, missing = map(int, in_image("python", "-c", code).stdout.split())
    assert missing == 0
    assert unchecked > 500


def test_a_task_s_user_writes_where_the_launcher_maps_stores_and_not_into_the_project(in_image: InImage) -> None:
    paths = ("/gcs", "/minio", "/s3", "/opt/fusegate", "/opt/venv")
    code = f"import os; print(*[path for path in {paths} if os.stat(path).st_uid == os.getuid()])"
    assert in_image("python", "-c", code).stdout == "/gcs /minio /s3\n"


def test_it_is_up_to_date_and_is_not_built_again(told: dict) -> None:
    assert _build(ROOT)[-1] == UP_TO_DATE
    assert re.fullmatch("[0-9a-f]{64}", told["Labels"][DIGEST_LABEL])


def test_a_build_whose_layers_are_all_kept_is_up_to_date_afterwards(tmp_path: Path) -> None:
    """A checkout may change in what no layer shows, and the next one may be that of before."""
    other = tmp_path / "checkout"
    shutil.copytree(ROOT, other, ignore=shutil.ignore_patterns(".*", "__pycache__", "tests", "docs", "benchmarks"))
    with (other / "kubeflow" / "Dockerfile.dockerignore").open("a") as file:
        file.write("\n")
    try:
        assert _build(other)[-1] == f"image: ready: {STAGES['fusegate']}"
        assert _build(other)[-1] == UP_TO_DATE
    finally:
        assert _build(ROOT)[-1] == f"image: ready: {STAGES['fusegate']}"
    assert _build(ROOT)[-1] == UP_TO_DATE


def _build(checkout: Path) -> list[str]:
    command = ["python3", "-m", "tools.image"]
    return subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=True).stdout.splitlines()
