"""Which stack a machine gets: a pure choice on what was found there, or the exact reason against it.

Both stacks build pyfarmhash from source, so each needs a C++ compiler and its Python's headers.
"""

from __future__ import annotations

from dataclasses import dataclass


class SetupError(Exception):
    """Setup cannot go on; the message says what the rule is, what was found and which command mends it."""


@dataclass(frozen=True)
class Stack:
    """One set of versions in `requirements.lock`.

    Args:
        name: The word that STACK takes.
        tfx: TFX's version, for people.
        minors: Minor versions of Python 3 that it runs on, best first.
        glibc: Oldest glibc that loads its wheels.
    """

    name: str
    tfx: str
    minors: tuple[int, ...]
    glibc: tuple[int, int]

    @property
    def pythons(self) -> str:
        """Its Pythons in words, such as `Python 3.11 to 3.13`."""
        oldest, newest = min(self.minors), max(self.minors)
        return f"Python 3.{newest}" if oldest == newest else f"Python 3.{oldest} to 3.{newest}"


STACKS = (
    Stack("current", "1.21", (13, 12, 11), (2, 39)),
    Stack("compatible", "1.16", (10,), (2, 17)),
)


@dataclass(frozen=True)
class Interpreter:
    """A CPython that ran and told about itself.

    Args:
        path: Its executable, outside any virtual environment.
        version: Major, minor, micro.
        headers: Whether Python.h lies where extension modules look for it.
        absent_compilers: Programs among its C and C++ compilers that are not on this machine.
        absent_modules: Standard modules that TFX's dependencies import and this build was made without.
    """

    path: str
    version: tuple[int, int, int]
    headers: bool = True
    absent_compilers: tuple[str, ...] = ()
    absent_modules: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"Python {'.'.join(map(str, self.version))} ({self.path})"


@dataclass(frozen=True)
class Machine:
    """What setup found out about this machine.

    Args:
        platform: System and architecture, such as `Linux x86_64`.
        glibc: Its version, or None where the C library is another.
        interpreters: The Pythons that run here, in the order of preference within one version.
        absent_compilers: As for an interpreter, for the one that uv would bring.
        installer: `apt-get`, `dnf` or None.
        is_root: Whether a command that installs needs no sudo.
    """

    platform: str
    glibc: tuple[int, int] | None
    interpreters: tuple[Interpreter, ...]
    absent_compilers: tuple[str, ...] = ()
    installer: str | None = "apt-get"
    is_root: bool = True

    def install(self, *debian_packages: str) -> str:
        """Return the command that installs packages, given by Debian's names."""
        names = list(debian_packages)
        if self.installer == "dnf":
            names = [name.replace("g++", "gcc-c++").replace("-dev", "-devel") for name in names]
        elif self.installer is None:
            return f"install what Debian calls {' and '.join(names)}"
        return f"{'' if self.is_root else 'sudo '}{self.installer} install {' '.join(names)}"


@dataclass(frozen=True)
class Choice:
    """The stack, the Python to make it with (None: uv is to bring one) and why."""

    stack: Stack
    interpreter: Interpreter | None
    why: str


def choose(machine: Machine, asked: str | None = None) -> Choice:
    """Choose the newest stack that the machine can build and load.

    A stack whose Python is here comes before one whose Python uv would have to download.

    Args:
        machine: What is there.
        asked: STACK's value: the only stack to consider. None considers all.

    Returns:
        The choice; its interpreter is None where none fits and uv should be asked for one.

    Raises:
        SetupError: Nothing fits; the message names what is missing and the command that brings it.
    """
    stacks = [stack for stack in STACKS if asked in (None, stack.name)]
    if not stacks:
        raise SetupError(
            f"STACK is {' or '.join(stack.name for stack in STACKS)}.\nReceived: STACK={asked}.\n"
            "Leave it unset for the newest that this machine can load."
        )
    if machine.platform != "Linux x86_64" or machine.glibc is None:
        raise SetupError(
            "TFX's wheels are for Linux on x86_64 with glibc.\n"
            f"Received: {machine.platform}{'' if machine.glibc else ' without glibc'}.\n"
            "Use such a machine, or a container of Debian 13 on one."
        )
    against, blocked, without_python = [], [], []
    for stack in stacks:
        if machine.glibc < stack.glibc:
            against.append(f"{stack.name} needs glibc {_dotted(stack.glibc)}, here is {_dotted(machine.glibc)}")
            continue
        fitting = _fitting(machine, stack)
        ready = [found for found in fitting if found.headers and not found.absent_compilers]
        if ready:
            return Choice(stack, ready[0], _why(asked, machine, against))
        if fitting:
            blocked.append((stack, fitting[0]))
            against.append(f"{stack.name} finds {fitting[0]} without {_missing(fitting[0])}")
        else:
            without_python.append(stack)
            against.append(f"{stack.name} finds no {stack.pythons}{_passed_over(machine, stack)}")
    if blocked:
        stack, found = blocked[0]
        raise _cannot_build(machine, stack, found, str(found))
    if not without_python:
        raise _glibc_too_old(machine, stacks[-1], asked)
    return _with_python_of_uv(machine, without_python[0], against)


def _with_python_of_uv(machine: Machine, stack: Stack, against: list[str]) -> Choice:
    minor = stack.minors[0]
    brought = Interpreter("", (3, minor, 0), absent_compilers=machine.absent_compilers)
    if brought.absent_compilers:
        raise _cannot_build(machine, stack, brought, f"the Python 3.{minor} that uv would bring")
    return Choice(stack, None, "; ".join(against))


def _fitting(machine: Machine, stack: Stack) -> list[Interpreter]:
    """The stack's Pythons, those that can build first, then the newest; otherwise in the machine's order."""
    fitting = [
        found
        for found in machine.interpreters
        if found.version[0] == 3 and found.version[1] in stack.minors and not found.absent_modules
    ]
    return sorted(
        fitting,
        key=lambda found: (found.headers and not found.absent_compilers, found.headers, found.version[:2]),
        reverse=True,
    )


def _why(asked: str | None, machine: Machine, against: list[str]) -> str:
    if asked:
        return f"STACK={asked} asks for it"
    if against:
        return "; ".join(against)
    return f"the newest, and glibc {_dotted(machine.glibc or ())} loads it"


def _missing(found: Interpreter) -> str:
    parts = []
    if found.absent_compilers:
        parts.append(f"a C++ compiler ({', '.join(found.absent_compilers)})")
    if not found.headers:
        parts.append("its headers (Python.h)")
    return " and ".join(parts)


def _passed_over(machine: Machine, stack: Stack) -> str:
    """Tell of Pythons that would fit but were built without modules that TFX imports."""
    return "".join(
        f", {found} was built without {', '.join(found.absent_modules)}"
        for found in machine.interpreters
        if found.absent_modules and found.version[1] in stack.minors
    )


def _cannot_build(machine: Machine, stack: Stack, found: Interpreter, name: str) -> SetupError:
    packages = ["g++"] if found.absent_compilers else []
    if not found.headers:
        packages.append(f"python3.{found.version[1]}-dev")
    return SetupError(
        f"The {stack.name} stack builds pyfarmhash from source: it needs a C++ compiler and Python's headers.\n"
        f"Missing for {name}: {_missing(found)}.\n"
        f"Bring it with: {machine.install(*packages)}"
    )


def _glibc_too_old(machine: Machine, stack: Stack, asked: str | None) -> SetupError:
    systems = " (Debian 13, Ubuntu 24.04)" if stack is STACKS[0] else ""
    other = "Run `make setup STACK=compatible`, or use" if asked == STACKS[0].name else "Use"
    return SetupError(
        f"The {stack.name} stack needs glibc {_dotted(stack.glibc)} or newer{systems}.\n"
        f"Received: glibc {_dotted(machine.glibc or ())}.\n"
        f"{other} a newer system or a container of one."
    )


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
