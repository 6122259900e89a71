"""Takes out of requirements.lock what only the extra `dev` brings; run as `python3 -m tools.runtime_lock`.

It reads the lock's own `# via` notes, so it needs no index. The image's Dockerfile runs it.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

BLOCK = re.compile(r"^(?P<name>[a-z0-9][a-z0-9-]*)==.*\n(?: .*\n?)*", re.MULTILINE)
VIA = re.compile(r"^    #(?: via|  ) +(?P<parent>[a-z0-9][a-z0-9-]*)$", re.MULTILINE)


def runtime_lock(lock: str, project: str, dev: set[str]) -> str:
    """Return the lock without the packages that are needed for development alone.

    Args:
        lock: A lock as `uv export` writes it: a block a package, with a note of what asks for it.
        project: The project's name in those notes.
        dev: Names of the packages that the project asks for in its extra `dev`.

    Returns:
        The blocks, as they were, of all that the project needs to run.

    Raises:
        ValueError: A block has no such note.

    Example:
        >>> text = "a==1\\n    # via app\\nb==1\\n    # via app\\nc==1\\n    # via b\\n"
        >>> runtime_lock(text, "app", {"b"})
        'a==1\\n    # via app\\n'
    """
    asked_by: dict[str, set[str]] = {}
    for block in BLOCK.finditer(lock):
        parents = {found["parent"] for found in VIA.finditer(block[0])}
        if not parents:
            raise ValueError(
                f"Each package of the lock tells what asks for it.\nReceived: {block['name']} without a note.\n"
                "Make the lock with `make lock`."
            )
        asked_by.setdefault(block["name"], set()).update(parents)
    needed = {name for name, parents in asked_by.items() if project in parents and name not in dev}
    while True:
        more = {name for name, parents in asked_by.items() if parents & needed} - needed
        if not more:
            return "".join(block[0] for block in BLOCK.finditer(lock) if block["name"] in needed)
        needed |= more


def dev_names(pyproject: str) -> set[str]:
    """Return the names of the packages in the extra `dev`, from the text of pyproject.toml.

    Raises:
        ValueError: There is no such extra.
    """
    extra = re.search(r"^dev = \[\n(?P<lines>.*?)^\]", pyproject, re.MULTILINE | re.DOTALL)
    if not extra:
        raise ValueError("pyproject.toml lists the extra `dev` over several lines: `dev = [`.\nReceived: none.")
    return {name.lower().replace("_", "-") for name in re.findall(r'^ *"([\w.-]+)', extra["lines"], re.MULTILINE)}


def main() -> None:
    """Print the runtime part of a lock: `runtime_lock pyproject.toml requirements.lock`."""
    pyproject, lock = (Path(name).read_text(encoding="utf-8") for name in sys.argv[1:3])
    sys.stdout.write(runtime_lock(lock, "fusegate", dev_names(pyproject)))


if __name__ == "__main__":
    main()
