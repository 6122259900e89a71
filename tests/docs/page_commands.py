"""The commands of a page of the docs, run as a reader would run them."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
STAYS = "fusegate schedule run "


def page_commands(name: str) -> list[str]:
    """Return the lines of a page's shell blocks."""
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / "docs" / name).read_text(), flags=re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.strip()]


def run_command(line: str, folder: Path) -> str:
    """Run a line in a shell, in a folder where `fusegate` is on the PATH; one that stays is ended by SIGTERM.

    Returns:
        What it printed; it has left with 0.
    """
    tools = folder / "tools"
    tools.mkdir(exist_ok=True)
    program = tools / "fusegate"
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m pipeline.cli "$@"\n')
    program.chmod(0o755)
    environment = os.environ | {
        "PATH": f"{tools}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
    }
    with subprocess.Popen(
        ["sh", "-c", f"exec {line}"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=folder,
        env=environment,
    ) as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        if line.startswith(STAYS):
            process.send_signal(signal.SIGTERM)
        said += process.stdout.read()
    assert process.returncode == 0, f"{line}\n{said}"
    return said
