"""Settings of package indexes reach the commands of a build, and none of its layers."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.base_image import DEBIAN_MIRROR, LOCAL_BASE
from tools.image import BUILD
from tools.image_secrets import secret_options

from .conftest import ROOT

pytestmark = pytest.mark.kubeflow
PROBE = "localhost/fusegate-probe-of-secrets"
INDEX = "https://user:canary-of-the-index@index.invalid/simple"
DOCKERFILE = f"""\
FROM {LOCAL_BASE}
RUN --mount=type=bind,source=kubeflow/with-index,target=/mnt/with-index \\
    --mount=type=secret,id=index --mount=type=secret,id=trust \\
    /mnt/with-index sh -c 'echo "$PIP_INDEX_URL $UV_DEFAULT_INDEX $SSL_CERT_FILE" | sha256sum; cat "$SSL_CERT_FILE"' \\
    | tee /dev/stderr | sha256sum > /seen
"""


@pytest.fixture
def probe() -> Iterator[str]:
    yield PROBE
    subprocess.run(["podman", "image", "rm", "--force", PROBE], capture_output=True, check=False)


def test_what_enters_as_a_secret_is_in_no_layer(probe: str, tmp_path: Path) -> None:
    authorities = tmp_path / "ca.pem"
    authorities.write_text("canary-of-the-authorities", encoding="utf-8")
    (tmp_path / "Dockerfile").write_text(DOCKERFILE, encoding="utf-8")
    environ = {
        "PIP_INDEX_URL": INDEX,
        "PIP_CERT": str(authorities),
        "PIP_CONFIG_FILE": os.devnull,
        "HOME": str(tmp_path),
    }
    secrets = secret_options(environ, DEBIAN_MIRROR, tmp_path)
    built = subprocess.run(
        [*BUILD.split(), "--no-cache", *secrets, "--file", str(tmp_path / "Dockerfile"), "--tag", probe, str(ROOT)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    expected = subprocess.run(
        ["sha256sum"], input=f"{INDEX} {INDEX} /run/secrets/trust\n", capture_output=True, text=True, check=True
    ).stdout
    assert f"{expected}canary-of-the-authorities" in built.stdout + built.stderr
    # An archive of Docker's kind holds the layers as they are, uncompressed, with the image's settings and history.
    with subprocess.Popen(["podman", "save", "--format", "docker-archive", probe], stdout=subprocess.PIPE) as saved:
        archive = saved.communicate()[0]
    assert b"./seen" in archive or b"seen\0" in archive
    assert b"canary-of-the" not in archive
    assert b"index.invalid" not in archive
