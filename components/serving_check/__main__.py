"""`python -m components.serving_check FOLDER`: probes the job of a folder, in a process that has nothing else in it."""

from __future__ import annotations

import sys
from pathlib import Path

from components.lasting_imports import lasting_imports


def main() -> None:
    """Probe the job of the folder that is named on the command line."""
    with lasting_imports():
        from components.serving_check.probe import probe_folder
    probe_folder(Path(sys.argv[1]))


if __name__ == "__main__":
    main()
