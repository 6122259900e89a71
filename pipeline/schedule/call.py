"""Call one of the system's tools, and turn its failure into an error that a user can act on."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence

from components.errors import FusegateError

_PATIENCE = 60


def call(words: Sequence[str], given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run a command without a shell, with English messages.

    Args:
        words: The command and its arguments.
        given: Its standard input.

    Returns:
        How it ended, whatever its exit code.

    Raises:
        FusegateError: It cannot be started, or does not end.
    """
    try:
        return subprocess.run(
            words,
            input=given,
            capture_output=True,
            check=False,
            timeout=_PATIENCE,
            env={**os.environ, "LC_ALL": "C"},
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise FusegateError(f"{words[0]} must answer. Received: {error}. Try it by hand") from error


def call_or_fail(words: Sequence[str], given: bytes = b"") -> bytes:
    """Run a command as `call` does, and return what it printed.

    Raises:
        FusegateError: It cannot be started, does not end, or fails.
    """
    done = call(words, given)
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip() or f"exit code {done.returncode}"
        raise FusegateError(f"`{' '.join(words)}` must succeed. Received: {said}. Mend that, and try again")
    return done.stdout
