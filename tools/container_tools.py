"""What the image's build asks of Buildah and Podman, and which of a machine's programs it needs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence

from tools.index_settings import without_index
from tools.stacks import SetupError

# A step's own line; what stands behind it, such as the text of a RUN, is cut.
STEP = re.compile(r"^(\[\d+/\d+\] )?STEP \d+")
LINE_LENGTH = 110
# Where Debian keeps runc and debootstrap; not on every user's PATH.
ADMINISTRATORS = ":/usr/local/sbin:/usr/sbin:/sbin"


def require_programs(*programs: str | tuple[str, ...]) -> None:
    """Check that all programs are there before anything starts.

    Args:
        programs: Their names, which are Debian's package names too; of a tuple one is enough.

    Raises:
        SetupError: Some are missing; the message names each, and the command that brings them.
    """
    wanted = [entry if isinstance(entry, tuple) else (entry,) for entry in programs]
    missing = [names for names in wanted if not any(shutil.which(name, path=_path()) for name in names)]
    if missing:
        sudo = "" if os.geteuid() == 0 else "sudo "
        raise SetupError(
            f"The image is built with {', '.join(' or '.join(names) for names in wanted)}.\n"
            f"Missing on this machine: {', '.join(' or '.join(names) for names in missing)}.\n"
            f"Bring them with: {sudo}apt-get install {' '.join(names[0] for names in missing)}"
        )


def require_root(purpose: str, otherwise: str) -> None:
    """Check for root.

    Args:
        purpose: What needs it, a whole sentence.
        otherwise: What to do without it.

    Raises:
        SetupError: The user is another.
    """
    if os.geteuid() != 0:
        raise SetupError(f"{purpose}\nReceived: user {os.geteuid()}.\n{otherwise}")


def image_id(name: str) -> str:
    """Return the id of a local image; an empty text where there is none."""
    return _inspect(name, "{{.Id}}")


def image_label(name: str, label: str) -> str:
    """Return a label of a local image; an empty text where there is no such image or label."""
    return _inspect(name, '{{index .Labels "' + label + '"}}')


def run_printing(
    command: Sequence[str], environ: Mapping[str, str], on_failure: str, *, only_on_failure: bool = False
) -> None:
    """Run a command, print its steps as they come and, where it fails, all that it said.

    Args:
        command: The command.
        environ: Its environment.
        on_failure: What to say below its own message.
        only_on_failure: Whether its steps are left out.

    Raises:
        SetupError: It failed; its message was printed, without the hosts of package indexes.
    """
    lines: list[str] = []
    with subprocess.Popen(
        command,
        env={**environ, "PATH": _path()},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                lines.append(line)
                if STEP.match(line) and not only_on_failure:
                    say(f"  {line.strip()[:LINE_LENGTH]}")
        except BaseException:
            process.terminate()
            process.wait()
            raise
    if process.returncode:
        print(without_index("".join(lines), environ), end="", file=sys.stderr, flush=True)
        raise SetupError(f"{on_failure} Its message is above.")


def say(text: str) -> None:
    """Print one line of the build's own."""
    print(f"image: {text}", flush=True)


def _path() -> str:
    """The PATH with the folders of administrators' programs."""
    return os.environ.get("PATH", "") + ADMINISTRATORS


def _inspect(name: str, form: str) -> str:
    answer = subprocess.run(
        ["podman", "image", "inspect", "--format", form, name],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    return "" if answer.returncode else answer.stdout.strip()
