"""Makes .venv with the newest stack that this machine can load; run as `make setup`, or `python3 -m tools.setup`.

Any Python from 3.8 on runs it, with the standard library alone.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from tools.interpreters import absent_programs, find_interpreters
from tools.stacks import STACKS, Choice, Machine, SetupError, choose
from tools.uv import WHERE_SETTINGS_COME_FROM, bring_uv, find_uv, run, say, tool_environment

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
PYPROJECT = ROOT / "pyproject.toml"
OWN_UV = ROOT / ".uv"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
# The lock also binds (-b) what source packages are built with.
# Bytecode is compiled at once on all cores: `import tfx.v1` takes 11 s with it and 30 s without.
PIP_SYNC = "pip sync --require-hashes --compile-bytecode"
PIP_INSTALL_PROJECT = "pip install --no-deps --no-build-isolation"
EXPORT = "export --frozen --format requirements-txt --all-extras --no-emit-project --no-header"
# Written last: a .venv without it was not finished and is made anew, since half a package can look installed.
STAMP = VENV / "fusegate-setup"


def main() -> int:
    """Make the environment, or with the argument `lock` the lock; return the exit code."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    os.chdir(ROOT)
    try:
        if sys.argv[1:] == ["lock"]:
            lock()
        else:
            setup(os.environ.get("STACK") or None)
    except SetupError as error:
        print(f"setup: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nsetup: interrupted. Run the same command again: downloads are kept.", file=sys.stderr)
        return 130
    return 0


def setup(asked: str | None) -> None:
    """Bring .venv to what the lock says.

    Args:
        asked: STACK's value. None keeps the stack of a finished .venv and chooses one where there is none.

    Raises:
        SetupError: It cannot go on.
    """
    stack = finished_stack()
    kept = stack is not None and asked in (None, stack)
    if kept and STAMP.read_text(encoding="utf-8") == stamp():
        say(f".venv is up to date ({stack} stack, Python {'.'.join(map(str, venv_version()))})")
        return
    environ = tool_environment(os.environ)
    machine = look_around(environ)
    if kept:
        say(f"{stack} stack, as .venv holds it: requirements.lock or pyproject.toml changed")
        uv = find_uv(environ, OWN_UV) or bring_uv(machine, environ, OWN_UV, "to install requirements.lock")
    else:
        choice = choose(machine, asked)
        say(announcement(choice))
        uv = find_uv(environ, OWN_UV) or bring_uv(machine, environ, OWN_UV, purpose_of_uv(choice))
        make_venv(uv, choice, environ)
    install(uv, environ)
    say("ready: .venv/bin/fusegate --help")


def look_around(environ: Mapping[str, str]) -> Machine:
    """Find out what the choice of a stack depends on."""
    system = os.uname()
    library = os.confstr("CS_GNU_LIBC_VERSION") if "CS_GNU_LIBC_VERSION" in os.confstr_names else None
    glibc = re.match(r"glibc (\d+)\.(\d+)", library or "")
    return Machine(
        platform=f"{system.sysname} {system.machine}",
        glibc=(int(glibc[1]), int(glibc[2])) if glibc else None,
        interpreters=find_interpreters(environ),
        absent_compilers=absent_programs([environ.get("CC") or "cc", environ.get("CXX") or "c++"], environ),
        installer=next((name for name in ("apt-get", "dnf") if shutil.which(name)), None),
        is_root=os.geteuid() == 0,
    )


def announcement(choice: Choice) -> str:
    """Say which stack it is and why, in one line."""
    python = choice.interpreter or f"a Python 3.{choice.stack.minors[0]} that uv brings"
    return f"{choice.stack.name} stack (TFX {choice.stack.tfx}) on {python}: {choice.why}"


def purpose_of_uv(choice: Choice) -> str:
    """Say what uv is needed for."""
    if choice.interpreter:
        return "to install requirements.lock"
    return f"to bring a Python 3.{choice.stack.minors[0]}, of which none is on the PATH or under pyenv"


def make_venv(uv: str, choice: Choice, environ: Mapping[str, str]) -> None:
    """Put an empty .venv in the place of whatever lies there."""
    version = f"3.{choice.stack.minors[0]}"
    if choice.interpreter:
        python = choice.interpreter.path
    else:
        run(
            [uv, "python", "install", version],
            environ,
            f"The {choice.stack.name} stack needs {choice.stack.pythons}. None is on the PATH or under pyenv, and uv\n"
            "could not download one (its message is above): that takes a network, once.\n"
            f"Where uv cannot reach one, bring it with: pyenv install {version}",
        )
        python = version
        environ = {**environ, "UV_PYTHON_PREFERENCE": "only-managed"}
    if VENV.is_symlink():
        VENV.unlink()
    elif VENV.exists():
        say("replacing .venv")
        shutil.rmtree(VENV)
    run([uv, "venv", "--python", python, str(VENV)], environ, f"uv could not make .venv with {python}.")


def install(uv: str, environ: Mapping[str, str]) -> None:
    """Install what the lock holds and the project itself, and leave the stamp of a finished setup."""
    STAMP.unlink(missing_ok=True)
    say("installing requirements.lock (the first time 1.1 GB of downloads, 3.6 GB on the disk)")
    run(
        [uv, *PIP_SYNC.split(), "-b", str(LOCK), "--python", str(PYTHON), str(LOCK)],
        environ,
        f"uv could not install requirements.lock (its message is above). {WHERE_SETTINGS_COME_FROM}",
    )
    run(
        [uv, *PIP_INSTALL_PROJECT.split(), "--python", str(PYTHON), "--editable", str(ROOT)],
        environ,
        "uv could not install the project itself (its message is above).",
    )
    unfinished = STAMP.with_suffix(".new")
    unfinished.write_text(stamp(), encoding="utf-8")
    unfinished.replace(STAMP)


def lock() -> None:
    """Resolve both stacks anew and write requirements.lock."""
    environ = tool_environment(os.environ)
    machine = look_around(environ)
    uv = find_uv(environ, OWN_UV) or bring_uv(machine, environ, OWN_UV, "to resolve pyproject.toml")
    minors = {minor for stack in STACKS for minor in stack.minors}
    fitting = [found.path for found in machine.interpreters if found.version[1] in minors]
    run(
        [uv, "lock", "--upgrade", *(["--python", fitting[0]] if fitting else [])],
        environ,
        f"uv could not resolve pyproject.toml (its message is above). {WHERE_SETTINGS_COME_FROM}",
    )
    new = LOCK.with_suffix(".new")
    run(
        [uv, *EXPORT.split(), "--output-file", str(new)],
        environ,
        "uv could not write requirements.lock (its message is above).",
    )
    new.replace(LOCK)
    say("requirements.lock is made: see `git diff --stat requirements.lock`")


def stamp() -> str:
    """Return what a finished .venv carries: where it lies and the digest of all it was made from."""
    made_from = (LOCK, PYPROJECT, VENV / "pyvenv.cfg")
    return f"{ROOT}\n{hashlib.sha256(b''.join(path.read_bytes() for path in made_from)).hexdigest()}\n"


def finished_stack() -> str | None:
    """Return the stack of a .venv that was finished, here, and whose Python still is there; else None."""
    try:
        here = STAMP.read_text(encoding="utf-8").startswith(f"{ROOT}\n")
    except OSError:
        return None
    if not (here and os.access(PYTHON, os.X_OK)):
        return None
    minor = venv_version()[1]
    return next((stack.name for stack in STACKS if minor in stack.minors), None)


def venv_version() -> tuple[int, ...]:
    """Return the version of .venv's Python as pyvenv.cfg tells it."""
    told = re.search(r"^version(?:_info)? *= *(\d+)\.(\d+)\.(\d+)", (VENV / "pyvenv.cfg").read_text(), re.MULTILINE)
    return tuple(map(int, told.groups())) if told else (0, 0, 0)


if __name__ == "__main__":
    sys.exit(main())
