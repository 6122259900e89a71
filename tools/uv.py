"""Finds uv, or brings it with pip, and runs it quietly: a line of progress now and then, its own words on failure."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from tools.index_settings import uv_environment, without_index
from tools.stacks import Interpreter, Machine, SetupError

OLDEST_UV = (0, 5, 0)
UV_REQUIREMENTS = Path(__file__).with_name("uv-requirements.txt")
PIP_INSTALL = "pip install -q --no-user --no-deps --only-binary :all: --require-hashes --upgrade --retries 1"
SECONDS_BETWEEN_LINES = 15
# Variables that would point uv or Python at another environment than the checkout's.
MISLEADING = ("VIRTUAL_ENV", "CONDA_PREFIX", "UV_PYTHON", "UV_SYSTEM_PYTHON", "PYTHONPATH", "PYTHONHOME")
WHERE_SETTINGS_COME_FROM = (
    "uv takes its index from UV_DEFAULT_INDEX or uv.toml;\n"
    "where neither names one, setup hands it pip's (PIP_INDEX_URL or pip.conf)."
)


def tool_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment that uv and pip run in: pip's index handed over, misleading variables left out."""
    kept = {name: value for name, value in environ.items() if name not in MISLEADING}
    return {**kept, **uv_environment(environ), "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_REQUIRE_VIRTUALENV": "0"}


def find_uv(environ: Mapping[str, str], own: Path) -> str | None:
    """Return the first uv that runs and is new enough: the PATH's, or setup's own under `own`."""
    folders = [folder for folder in environ.get("PATH", "").split(os.pathsep) if os.path.isabs(folder)]
    for folder in [*folders, str(own / "bin")]:
        program = shutil.which("uv", path=folder)
        if program and _uv_version(program, environ) >= OLDEST_UV:
            return program
    return None


def bring_uv(machine: Machine, environ: Mapping[str, str], own: Path, purpose: str) -> str:
    """Install the pinned uv under a folder of the checkout with some Python's pip.

    Args:
        machine: Whose Pythons are asked for pip.
        environ: The environment of the tools.
        own: The folder; Git is told to ignore it.
        purpose: What uv is needed for, for the error: `to …`.

    Returns:
        The path of uv.

    Raises:
        SetupError: No Python here has pip or can make a virtual environment with it, or pip failed.
    """
    own.mkdir(exist_ok=True)
    (own / ".gitignore").write_text("*\n", encoding="utf-8")
    with tempfile.TemporaryDirectory(prefix="fusegate-setup-") as scratch:
        python = _python_with_pip(machine, environ, Path(scratch))
        say("bringing uv with pip")
        run(
            [python, "-m", *PIP_INSTALL.split(), "--target", str(own), "-r", str(UV_REQUIREMENTS)],
            environ,
            f"uv is needed {purpose}.\n"
            f"No uv {OLDEST_UV[0]}.{OLDEST_UV[1]} or newer is on the PATH, and pip could not bring it (its message is "
            "above): that takes a network, once.\npip takes its index from PIP_INDEX_URL or pip.conf.",
        )
    return str(own / "bin" / "uv")


def run(command: Sequence[str], environ: Mapping[str, str], on_failure: str) -> None:
    """Run a tool to its end.

    Args:
        command: The command.
        environ: Its environment.
        on_failure: What to say below the tool's own message.

    Raises:
        SetupError: It failed; its message was printed, without the hosts of indexes.
    """
    with subprocess.Popen(
        command,
        env=dict(environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        lines: list[str] = []
        ended = threading.Event()
        threading.Thread(target=_tell_progress, args=(lines, ended), daemon=True).start()
        try:
            assert process.stdout is not None
            lines.extend(iter(process.stdout.readline, ""))
        except BaseException:
            process.terminate()
            process.wait()
            raise
        finally:
            ended.set()
    if process.returncode:
        print(without_index("".join(filter(_is_message, lines)), environ), end="", file=sys.stderr, flush=True)
        raise SetupError(on_failure)


def say(text: str) -> None:
    """Print one line of setup's own."""
    print(f"setup: {text}", flush=True)


def under_way(lines: Sequence[str]) -> str:
    """Say in a few words what uv is at, from what it printed so far."""
    at: dict[str, str] = {}
    for line in list(lines):
        words = line.split()
        if len(words) > 1 and words[0] in ("Downloading", "Building"):
            at[words[1]] = line.strip()
        elif len(words) > 1 and words[0] in ("Downloaded", "Built"):
            at.pop(words[1], None)
    if at:
        rest = f" and {len(at) - 1} more" if len(at) > 1 else ""
        return next(iter(at.values())) + rest
    last = next((line.strip() for line in reversed(lines) if _is_message(line)), "starting")
    return f"{last}, compiling bytecode" if last.startswith("Installed") else last


def _tell_progress(lines: Sequence[str], ended: threading.Event) -> None:
    started = time.monotonic()
    while not ended.wait(SECONDS_BETWEEN_LINES):
        say(f"  {time.monotonic() - started:.0f} s: {under_way(lines)}")


def _is_message(line: str) -> bool:
    """Tell uv's messages from its lists of packages and downloads."""
    return not re.match(r"\s*(Downloading|Downloaded|Building|Built|[-+~] \S+==)", line)


def _uv_version(program: str, environ: Mapping[str, str]) -> tuple[int, ...]:
    """The version a uv prints; an empty tuple where it does not run, as an inactive shim does not."""
    try:
        answer = subprocess.run(
            [program, "--version"],
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=30,
            text=True,
        )
    except (OSError, subprocess.SubprocessError):
        return ()
    version = re.match(r"uv (\d+)\.(\d+)\.(\d+)", answer.stdout)
    return tuple(map(int, version.groups())) if version and not answer.returncode else ()


def _python_with_pip(machine: Machine, environ: Mapping[str, str], scratch: Path) -> str:
    """Return a Python that has pip: one of the machine's, or a virtual environment in `scratch` made with one."""
    pythons = [Interpreter(os.path.realpath(sys.executable), sys.version_info[:3]), *machine.interpreters]
    for found in pythons:
        if _succeeds([found.path, "-m", "pip", "--version"], environ):
            return found.path
    for found in pythons:
        if _succeeds([found.path, "-m", "venv", str(scratch / "venv")], environ):
            return str(scratch / "venv" / "bin" / "python")
    raise SetupError(
        "Setup needs uv, or a Python with pip or ensurepip to bring it.\n"
        f"Received: no uv {OLDEST_UV[0]}.{OLDEST_UV[1]} or newer on the PATH, and neither in {pythons[0]}.\n"
        f"Bring it with: {machine.install('python3-venv')}"
    )


def _succeeds(command: Sequence[str], environ: Mapping[str, str]) -> bool:
    return not subprocess.run(
        command, env=dict(environ), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ).returncode
