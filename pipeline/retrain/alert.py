"""Tell somebody: hand a decision to a command, post it to a webhook, or both."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Sequence

from pipeline.retrain_config import AlertConfig


def send_alert(settings: AlertConfig, content: str) -> str:
    """Send an alert; what goes wrong is said, never raised.

    Args:
        settings: Where it goes.
        content: The decision as JSON.

    Returns:
        What became of it, as `command: sent`; empty where nobody is to be told. It holds no URL.
    """
    told = []
    if settings.command:
        told.append(f"command: {_run(settings.command, content, settings.timeout_s)}")
    if settings.webhook_env is not None:
        told.append(f"webhook: {_post(settings.webhook_env, content, settings.timeout_s)}")
    return "; ".join(told)


def _run(command: Sequence[str], content: str, timeout_s: float) -> str:
    # Standard output belongs to the decision.
    try:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, start_new_session=True
        )
    except OSError as error:
        return f"not sent, {command[0]} cannot be run ({error.strerror})"
    try:
        process.communicate(content, timeout_s)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return f"given up after {timeout_s:g} s"
    except OSError as error:
        return f"not sent ({error.strerror})"
    return "sent" if process.returncode == 0 else f"not sent, it ended with {process.returncode}"


def _post(variable: str, content: str, timeout_s: float) -> str:
    try:
        url = urllib.parse.urlsplit(os.environ.get(variable, ""))
    except ValueError:
        url = urllib.parse.urlsplit("")
    if url.scheme not in ("http", "https") or not url.hostname:
        return f"not sent, {variable} must hold an http or https URL"
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(url.geturl(), content.encode(), headers, method="POST")
    result: list[str] = []
    # The timeout of a socket is for each of its steps; a server that drips is given up with the thread.
    thread = threading.Thread(target=lambda: result.append(_sent(request, timeout_s)), daemon=True)
    thread.start()
    thread.join(timeout_s)
    return result[0] if result else f"given up after {timeout_s:g} s"


def _sent(request: urllib.request.Request, timeout_s: float) -> str:
    try:
        with urllib.request.urlopen(request, timeout=timeout_s):
            return "sent"
    except urllib.error.HTTPError as error:
        return f"not sent, it answered {error.code}"
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        return f"not sent ({type(reason).__name__})"
