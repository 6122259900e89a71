"""Alerts by a real command and to a real server."""

from __future__ import annotations

import contextlib
import http.server
import json
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.retrain.alert import send_alert
from pipeline.retrain_config import AlertConfig

CONTENT = json.dumps({"outcome": "failed", "said": "naïve\x1b"})
VARIABLE = "FUSEGATE_TEST_HOOK"


class Hook(http.server.BaseHTTPRequestHandler):
    """Answers as its path asks."""

    received: list[bytes]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.received.append(body)
        if self.path.startswith("/drip"):
            # Each byte comes in time for a socket; the answer never does.
            with contextlib.suppress(OSError):
                for _ in range(100):
                    self.wfile.write(b"H")
                    time.sleep(0.1)
            return
        self.send_response(500 if self.path.startswith("/broken") else 204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[http.server.ThreadingHTTPServer]:
    Hook.received = []
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def post(
    server: http.server.ThreadingHTTPServer, path: str, monkeypatch: pytest.MonkeyPatch, timeout_s: float = 30
) -> str:
    monkeypatch.setenv(VARIABLE, f"http://127.0.0.1:{server.server_port}{path}?token=secret")
    told = send_alert(AlertConfig(webhook_env=VARIABLE, timeout_s=timeout_s), CONTENT)
    assert "secret" not in told
    return told


def test_webhook_gets_the_decision(server, monkeypatch: pytest.MonkeyPatch) -> None:
    assert post(server, "/", monkeypatch) == "webhook: sent"
    assert Hook.received == [CONTENT.encode()]


def test_webhook_that_fails_is_said(server, monkeypatch: pytest.MonkeyPatch) -> None:
    assert post(server, "/broken", monkeypatch) == "webhook: not sent, it answered 500"


def test_webhook_that_never_answers_is_given_up(server, monkeypatch: pytest.MonkeyPatch) -> None:
    assert post(server, "/drip", monkeypatch, timeout_s=0.5) == "webhook: given up after 0.5 s"


def test_webhook_that_nobody_listens_at_is_said(server, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unheard:
        port = unheard.getsockname()[1]
    monkeypatch.setattr(server, "server_port", port)
    assert post(server, "/", monkeypatch) == "webhook: not sent (ConnectionRefusedError)"


@pytest.mark.parametrize("value", [None, "", "file:///etc/passwd", "no url", "http://[bad"])
def test_variable_without_an_http_url_is_said(value: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    if value is not None:
        monkeypatch.setenv(VARIABLE, value)
    told = send_alert(AlertConfig(webhook_env=VARIABLE), CONTENT)
    assert told == f"webhook: not sent, {VARIABLE} must hold an http or https URL"


def test_command_gets_the_decision_without_a_shell(tmp_path: Path) -> None:
    write = "import sys; open(sys.argv[1], 'w').write(sys.stdin.read())"
    path = tmp_path / "it; $(touch pwned)"
    assert send_alert(AlertConfig(command=(sys.executable, "-c", write, str(path))), CONTENT) == "command: sent"
    assert path.read_text() == CONTENT
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_command_that_fails_is_said() -> None:
    command = (sys.executable, "-c", "import sys; sys.exit(7)")
    assert send_alert(AlertConfig(command=command), CONTENT) == "command: not sent, it ended with 7"


def test_command_that_is_not_there_is_said() -> None:
    told = send_alert(AlertConfig(command=("no-such-command",)), CONTENT)
    assert told == "command: not sent, no-such-command cannot be run (No such file or directory)"


def test_command_that_hangs_is_given_up_with_what_it_started() -> None:
    code = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(600)'])"
    told = send_alert(AlertConfig(command=(sys.executable, "-c", code), timeout_s=1), CONTENT)
    assert told == "command: given up after 1 s"


def test_nobody_to_tell_says_nothing() -> None:
    assert send_alert(AlertConfig(), CONTENT) == ""
