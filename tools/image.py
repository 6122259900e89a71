"""Builds the image of Kubeflow's tasks with Buildah; run as `make image`, or `python3 -m tools.image`.

Any Python from 3.8 on runs it, with the standard library alone. docs/kubeflow-image.md tells what it makes.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import signal
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tools.base_image import DEBIAN_MIRROR, LOCAL_BASE, make_base
from tools.container_tools import image_id, image_label, require_programs, run_printing, say
from tools.image_digest import image_digest
from tools.image_secrets import secret_options
from tools.stacks import SetupError

ROOT = Path(__file__).resolve().parent.parent
DOCKERFILE = ROOT / "kubeflow" / "Dockerfile"
IMAGE = "localhost/fusegate"
# In this order: each takes the layers of those before it. A tag keeps a stage's layers for the next build.
STAGES = {"builder": f"{IMAGE}:builder", "fusegate": f"{IMAGE}:latest", "test": f"{IMAGE}:test"}
DIGEST_LABEL = "fusegate.digest"
OURS = "org.opencontainers.image.title=fusegate"
# Chroot and the host's network need no more than root, also inside of a container or a small virtual machine.
BUILD = "buildah bud --layers --isolation=chroot --network=host"


def main() -> int:
    """Build what is not up to date; return the exit code."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    arguments = argparse.ArgumentParser(prog="python3 -m tools.image", description=__doc__)
    arguments.add_argument("--base", default=LOCAL_BASE, help="Debian or Ubuntu with glibc 2.39 (default: %(default)s)")
    arguments.add_argument("--mirror", default=DEBIAN_MIRROR, help="where Debian's packages are (default: %(default)s)")
    arguments.add_argument("--fresh", action="store_true", help="make base and layers anew, with Debian's updates")
    asked = arguments.parse_args()
    os.chdir(ROOT)
    try:
        with one_at_a_time():
            build(asked.base, asked.mirror, asked.fresh, os.environ)
    except SetupError as error:
        print(f"image: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nimage: interrupted. Run the same command again: finished layers are kept.", file=sys.stderr)
        return 130
    return 0


def build(base: str, mirror: str, fresh: bool, environ: Mapping[str, str]) -> None:
    """Bring the images to what the checkout says, and remove the ones that they replace.

    Args:
        base: The image to start from; the local one is made where it is missing.
        mirror: Where Debian's packages are.
        fresh: Whether to use nothing that was built before.
        environ: The environment, for the settings of package indexes.

    Raises:
        SetupError: A part is missing on this machine, or a step failed.
    """
    require_programs("buildah", "podman", ("runc", "crun"), *(["debootstrap"] if base == LOCAL_BASE else []))
    if base == LOCAL_BASE and (fresh or not image_id(base)):
        make_base(mirror)
    elif fresh or not image_id(base):
        run_printing(["podman", "pull", "-q", base], environ, f"The base image {base} could not be had.")
    digest = image_digest(ROOT, DOCKERFILE, image_id(base))
    if not fresh and all(image_label(name, DIGEST_LABEL) == digest for name in STAGES.values()):
        say(f"{STAGES['fusegate']} is up to date")
        return
    with tempfile.TemporaryDirectory(prefix="fusegate-image-") as folder:
        secrets = secret_options(environ, mirror, Path(folder))
        for stage, name in STAGES.items():
            say(f"building {name}")
            no_cache = ["--no-cache"] if fresh and stage == "builder" else []
            run_printing(command(stage, name, base, digest, [*secrets, *no_cache]), environ, f"{name} was not built.")
    run_printing(
        ["podman", "image", "prune", "--force", "--filter", f"label={OURS}"],
        environ,
        "Replaced images could not be removed.",
        only_on_failure=True,
    )
    say(f"ready: {STAGES['fusegate']}")


def command(stage: str, name: str, base: str, digest: str, options: Sequence[str]) -> list[str]:
    """Return the command that builds one stage of the Dockerfile."""
    return [
        *BUILD.split(),
        *options,
        *("--file", str(DOCKERFILE), "--ignorefile", f"{DOCKERFILE}.dockerignore"),
        *("--build-arg", f"BASE={base}", "--build-arg", f"DIGEST={digest}"),
        *("--target", stage, "--tag", name, str(ROOT)),
    ]


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Wait until no other build of this user runs: one would remove the layers that the other has just made."""
    path = os.path.join(tempfile.gettempdir(), f"fusegate-image-{os.getuid()}.lock")
    with open(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    sys.exit(main())
