"""Which stack a machine gets, and what setup says where none can be had."""

from __future__ import annotations

import dataclasses

import pytest

from tools.stacks import Interpreter, Machine, SetupError, choose

PYENV_310 = Interpreter("/home/me/.pyenv/versions/3.10.13/bin/python3.10", (3, 10, 13))
DEBIAN_311 = Interpreter("/usr/bin/python3.11", (3, 11, 2))
UBUNTU_312 = Interpreter("/usr/bin/python3.12", (3, 12, 3))
DEBIAN_313 = Interpreter("/usr/bin/python3.13", (3, 13, 5))


def machine(*interpreters: Interpreter, glibc: tuple[int, int] | None = (2, 41), **others: object) -> Machine:
    return dataclasses.replace(Machine("Linux x86_64", glibc, interpreters), **others)


def without_headers(interpreter: Interpreter) -> Interpreter:
    return dataclasses.replace(interpreter, headers=False)


def without_compiler(interpreter: Interpreter) -> Interpreter:
    return dataclasses.replace(interpreter, absent_compilers=("gcc", "g++"))


def refusal(found: Machine, asked: str | None = None) -> str:
    with pytest.raises(SetupError) as raised:
        choose(found, asked)
    return str(raised.value)


def test_debian_13_gets_the_current_stack() -> None:
    choice = choose(machine(DEBIAN_313))
    assert (choice.stack.name, choice.interpreter) == ("current", DEBIAN_313)
    assert choice.why == "the newest, and glibc 2.41 loads it"


def test_ubuntu_24_04_gets_the_current_stack() -> None:
    choice = choose(machine(UBUNTU_312, glibc=(2, 39)))
    assert (choice.stack.name, choice.interpreter) == ("current", UBUNTU_312)


def test_debian_12_gets_the_compatible_stack_and_hears_why() -> None:
    choice = choose(machine(DEBIAN_311, PYENV_310, glibc=(2, 36)))
    assert (choice.stack.name, choice.interpreter) == ("compatible", PYENV_310)
    assert choice.why == "current needs glibc 2.39, here is 2.36"


def test_the_newest_python_of_a_stack_wins() -> None:
    assert choose(machine(DEBIAN_311, DEBIAN_313, UBUNTU_312)).interpreter == DEBIAN_313


def test_of_two_pythons_of_one_version_the_first_found_wins() -> None:
    other = Interpreter("/opt/python3.13", (3, 13, 9))
    assert choose(machine(DEBIAN_313, other)).interpreter == DEBIAN_313


def test_an_older_python_with_headers_beats_a_newer_one_without() -> None:
    assert choose(machine(without_headers(DEBIAN_313), UBUNTU_312)).interpreter == UBUNTU_312


def test_the_compatible_stack_steps_in_where_the_current_one_lacks_headers() -> None:
    choice = choose(machine(without_headers(DEBIAN_313), PYENV_310))
    assert choice.stack.name == "compatible"
    assert choice.why == "current finds Python 3.13.5 (/usr/bin/python3.13) without its headers (Python.h)"


def test_a_stack_that_is_here_beats_a_newer_one_whose_python_would_be_downloaded() -> None:
    choice = choose(machine(PYENV_310))
    assert (choice.stack.name, choice.why) == ("compatible", "current finds no Python 3.11 to 3.13")


def test_a_stack_that_was_asked_for_is_the_only_one_considered() -> None:
    choice = choose(machine(DEBIAN_313, PYENV_310), "compatible")
    assert (choice.stack.name, choice.why) == ("compatible", "STACK=compatible asks for it")


def test_uv_is_asked_for_a_python_where_none_fits() -> None:
    choice = choose(machine(DEBIAN_311, glibc=(2, 36)))
    assert (choice.stack.name, choice.interpreter) == ("compatible", None)
    assert choice.why == "current needs glibc 2.39, here is 2.36; compatible finds no Python 3.10"


def test_the_python_uv_would_bring_is_of_the_newest_stack() -> None:
    assert choose(machine(Interpreter("/usr/bin/python3", (3, 14, 0)))).stack.name == "current"


def test_a_python_built_without_modules_is_passed_over_and_told_of() -> None:
    bare = dataclasses.replace(PYENV_310, absent_modules=("bz2", "lzma"))
    choice = choose(machine(bare, glibc=(2, 36)))
    assert choice.interpreter is None
    assert choice.why.endswith(f"compatible finds no Python 3.10, {bare} was built without bz2, lzma")


def test_a_missing_compiler_is_named_with_the_command_that_brings_it() -> None:
    assert refusal(machine(without_compiler(DEBIAN_313))) == (
        "The current stack builds pyfarmhash from source: it needs a C++ compiler and Python's headers.\n"
        "Missing for Python 3.13.5 (/usr/bin/python3.13): a C++ compiler (gcc, g++).\n"
        "Bring it with: apt-get install g++"
    )


def test_missing_headers_are_named_with_the_command_that_brings_them() -> None:
    message = refusal(machine(without_headers(DEBIAN_313)))
    assert "Missing for Python 3.13.5 (/usr/bin/python3.13): its headers (Python.h)." in message
    assert message.endswith("Bring it with: apt-get install python3.13-dev")


def test_all_that_is_missing_is_named_at_once() -> None:
    message = refusal(machine(without_compiler(without_headers(DEBIAN_313)), is_root=False))
    assert "a C++ compiler (gcc, g++) and its headers (Python.h)" in message
    assert message.endswith("Bring it with: sudo apt-get install g++ python3.13-dev")


def test_a_python_that_uv_would_bring_needs_a_compiler_too() -> None:
    message = refusal(machine(glibc=(2, 36), absent_compilers=("cc", "c++")))
    assert "Missing for the Python 3.10 that uv would bring: a C++ compiler (cc, c++)." in message


@pytest.mark.parametrize(
    ("installer", "command"),
    [
        ("apt-get", "apt-get install g++ python3.13-dev"),
        ("dnf", "dnf install gcc-c++ python3.13-devel"),
        (None, "install what Debian calls g++ and python3.13-dev"),
    ],
)
def test_the_command_is_of_this_system(installer: str | None, command: str) -> None:
    assert machine(installer=installer).install("g++", "python3.13-dev") == command


def test_the_current_stack_asked_for_on_an_old_glibc_is_refused_with_the_other_one() -> None:
    assert refusal(machine(PYENV_310, glibc=(2, 36)), "current") == (
        "The current stack needs glibc 2.39 or newer (Debian 13, Ubuntu 24.04).\n"
        "Received: glibc 2.36.\n"
        "Run `make setup STACK=compatible`, or use a newer system or a container of one."
    )


def test_a_glibc_too_old_for_both_is_refused() -> None:
    message = refusal(machine(PYENV_310, glibc=(2, 12)))
    assert message.startswith("The compatible stack needs glibc 2.17 or newer.\nReceived: glibc 2.12.")


def test_an_unknown_stack_is_refused_with_the_known_ones() -> None:
    assert refusal(machine(DEBIAN_313), "newest").startswith("STACK is current or compatible.\nReceived: STACK=newest.")


@pytest.mark.parametrize(
    ("platform", "glibc", "received"),
    [
        ("Darwin arm64", None, "Received: Darwin arm64 without glibc."),
        ("Linux aarch64", (2, 41), "Received: Linux aarch64."),
        ("Linux x86_64", None, "Received: Linux x86_64 without glibc."),
    ],
)
def test_another_platform_is_refused(platform: str, glibc: tuple[int, int] | None, received: str) -> None:
    assert received in refusal(machine(DEBIAN_313, glibc=glibc, platform=platform))
