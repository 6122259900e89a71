"""Finds this machine's Pythons by running each: a name on the PATH may be a shim of a version that is not active."""

from __future__ import annotations

import glob
import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from tools.stacks import STACKS, Interpreter

PROBE = """
import json, os, sys, sysconfig
absent = []
for module in ("bz2", "ctypes", "lzma", "sqlite3", "ssl", "zlib"):
    try:
        __import__(module)
    except ImportError:
        absent.append(module)
variables = sysconfig.get_config_vars()
print(json.dumps({
    "path": os.path.realpath(getattr(sys, "_base_executable", sys.executable)),
    "version": sys.version_info[:3],
    "headers": os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h")),
    "compilers": [os.environ.get(name) or variables.get(name) or "" for name in ("CC", "CXX")],
    "absent_modules": absent,
    "fits": sys.implementation.name == "cpython" and sys.maxsize > 2**32
        and not variables.get("Py_GIL_DISABLED") and "musl" not in (variables.get("SOABI") or ""),
}))
"""


def find_interpreters(environ: Mapping[str, str]) -> tuple[Interpreter, ...]:
    """Run every Python on the PATH, under pyenv and of uv that has a version some stack takes.

    Args:
        environ: The environment: PATH, HOME, PYENV_ROOT, XDG_DATA_HOME, UV_PYTHON_INSTALL_DIR, CC, CXX.

    Returns:
        Those that ran, each once, the PATH's first.
    """
    found: dict[str, Interpreter] = {}
    for candidate in _candidates(environ):
        interpreter = probe(candidate, environ)
        if interpreter:
            found.setdefault(interpreter.path, interpreter)
    return tuple(found.values())


def absent_programs(commands: list[str], environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the programs of some commands that are not on the PATH."""
    programs = [command.split()[0] for command in commands if command.strip()]
    return tuple(program for program in programs if not shutil.which(program, path=environ.get("PATH", "")))


def probe(executable: str, environ: Mapping[str, str]) -> Interpreter | None:
    """Ask a Python about itself.

    Args:
        executable: Its path.
        environ: The environment to run it in.

    Returns:
        What it told; None where it does not run or has no wheels (PyPy, 32 bits, free-threaded, musl).
    """
    try:
        answer = subprocess.run(
            [executable, "-I", "-c", PROBE],
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=30,
            check=True,
        )
        told = json.loads(answer.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    if not told["fits"]:
        return None
    return Interpreter(
        path=told["path"],
        version=tuple(told["version"]),
        headers=told["headers"],
        absent_compilers=absent_programs(told["compilers"], environ),
        absent_modules=tuple(told["absent_modules"]),
    )


def _candidates(environ: Mapping[str, str]) -> Iterator[str]:
    """Paths that may be a stack's Python, each once."""
    home = Path(environ.get("HOME") or Path.home())
    data = Path(environ.get("XDG_DATA_HOME") or home / ".local/share")
    versioned = [f"python3.{minor}" for stack in STACKS for minor in stack.minors]
    patterns = [
        os.path.join(glob.escape(folder), name)
        for folder in environ.get("PATH", "").split(os.pathsep)
        if os.path.isabs(folder)
        for name in [*versioned, "python3"]
    ]
    for root in (
        Path(environ.get("PYENV_ROOT") or home / ".pyenv") / "versions",
        Path(environ.get("UV_PYTHON_INSTALL_DIR") or data / "uv/python"),
    ):
        patterns += [os.path.join(glob.escape(str(root)), "*", "bin", name) for name in versioned]
    seen: set[str] = set()
    for pattern in patterns:
        for path in sorted(glob.glob(pattern), reverse=True):
            # Only the folder is resolved: a shim may be a link to one program that goes by the name it is called.
            where = os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))
            if where not in seen:
                seen.add(where)
                yield path
