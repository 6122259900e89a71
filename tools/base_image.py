"""Makes the base image out of Debian's packages, for machines that reach them and no image registry."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

from tools.container_tools import require_root, run_printing, say
from tools.stacks import SetupError

LOCAL_BASE = "localhost/debian:trixie-slim"
SUITE = "trixie"
DEBIAN_MIRROR = "http://deb.debian.org/debian"
SOURCES = f"""\
deb {DEBIAN_MIRROR} {SUITE} main
deb {DEBIAN_MIRROR} {SUITE}-updates main
deb {DEBIAN_MIRROR}-security {SUITE}-security main
"""
# What belongs to the machine that made it, or can be had again.
LEFT_OUT = (
    "./dev/*",
    "./etc/hostname",
    "./etc/resolv.conf",
    "./var/cache/apt/*",
    "./var/lib/apt/lists/*",
    "./var/log/*",
)


def make_base(mirror: str) -> None:
    """Make `LOCAL_BASE`: Debian 13 with what is essential and apt, about 130 MB.

    Args:
        mirror: Where Debian's packages are. The image itself names Debian's own servers.

    Raises:
        SetupError: It takes root, or a step failed.

    Reference:
        https://manpages.debian.org/debootstrap
    """
    require_root(
        "The base image is made by debootstrap, which needs root.",
        "Run it as root, or start from an image: make image IMAGE_ARGS='--base docker.io/library/debian:trixie-slim'",
    )
    say(f"making {LOCAL_BASE} with debootstrap")
    with tempfile.TemporaryDirectory(prefix="fusegate-base-", dir="/var/tmp") as folder:
        root = Path(folder) / "root"
        # In a mount namespace of its own, so that an interrupted debootstrap leaves nothing mounted below the folder.
        run_printing(
            ["unshare", "--mount", "debootstrap", "--variant=minbase", SUITE, str(root), mirror],
            os.environ,
            f"debootstrap could not bring Debian's {SUITE}; --mirror names another server.",
        )
        (root / "etc/apt/sources.list").write_text(SOURCES, encoding="utf-8")
        _import(root)


def _import(root: Path) -> None:
    """Turn a folder into the image."""
    tar = ["tar", "--numeric-owner", *(f"--exclude={path}" for path in LEFT_OUT), "-C", str(root), "-c", "."]
    with subprocess.Popen(tar, stdout=subprocess.PIPE) as packing:
        imported = subprocess.run(
            ["podman", "import", "-q", "-", LOCAL_BASE], stdin=packing.stdout, stdout=subprocess.DEVNULL
        )
    if packing.returncode or imported.returncode:
        raise SetupError(f"{LOCAL_BASE} could not be imported (the message is above).")
