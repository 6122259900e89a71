from __future__ import annotations

import logging
import socket
from pathlib import Path

import pytest

from components.errors import FusegateError, InputError
from pipeline.kubeflow_client.access import Access
from pipeline.kubeflow_client.calling import ServerError
from pipeline.kubeflow_client.client import Client
from pipeline.kubeflow_client.runs import list_runs
from tests.pipeline.kubeflow_client.server import World

HEALTH, RUNS = "/apis/v2beta1/healthz", "/apis/v2beta1/runs"
TOKEN = "eyJhbGciOi.secret"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_client_has_seen_the_server_answer(world: World) -> None:
    assert list_runs(Client(Access(world.host)), None, 5) == []
    assert world.asked == [("GET", HEALTH), ("GET", RUNS)]


def test_unreachable_host_is_told_once_and_soon(capsys: pytest.CaptureFixture[str]) -> None:
    host = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(ServerError, match=f"{host} must be reachable .* Received: NewConnectionError") as caught:
        Client(Access(host))
    assert caught.value.exit_code == 1
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("host", ["", "localhost:8888", "ftp://kubeflow.example"])
def test_host_without_its_protocol_is_refused(host: str) -> None:
    with pytest.raises(InputError, match="--host must be an http"):
        Access(host)


def test_older_server_and_other_servers_are_named_as_such(world: World) -> None:
    world.failing[HEALTH] = [404]
    with pytest.raises(ServerError, match="must speak the API v2beta1 .* Received: 404"):
        Client(Access(world.host))
    world.page = "<html>Log in</html>"
    with pytest.raises(ServerError, match="must speak the API v2beta1 .* a login"):
        Client(Access(world.host))


@pytest.mark.parametrize("namespace", ["", "memes"])
def test_missing_and_wrong_token_are_refused(namespace: str, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.token = TOKEN
    with pytest.raises(InputError, match="Received: 401 .* for no token"):
        Client(Access(world.host, namespace=namespace))
    monkeypatch.setenv("KF_PIPELINES_TOKEN", "wrong.token")
    with pytest.raises(InputError, match="for the token in KF_PIPELINES_TOKEN") as caught:
        Client(Access(world.host, namespace=namespace))
    assert "wrong.token" not in str(caught.value)


def test_token_comes_from_the_environment_or_a_file_and_is_not_logged(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    world.token = TOKEN
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("KF_PIPELINES_TOKEN", TOKEN)
    assert list_runs(Client(Access(world.host)), None, 1) == []
    monkeypatch.setenv("KF_PIPELINES_TOKEN", "wrong")
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    client = Client(Access(world.host, token_file=file))
    assert list_runs(client, None, 1) == []
    assert TOKEN not in caplog.text and TOKEN not in repr(client.access)


def test_token_that_is_renewed_in_its_file_is_taken(world: World, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("first")
    world.token = "first"
    client = Client(Access(world.host, token_file=file))
    world.token = "second"
    file.write_text("second")
    assert list_runs(client, None, 1) == []


@pytest.mark.parametrize("content", [None, b"", b"two tokens", b"\xff"])
def test_token_file_without_a_token_is_refused(content: bytes | None, world: World, tmp_path: Path) -> None:
    file = tmp_path / "token"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(InputError, match=f"--token-file must .* Received: {file}"):
        Client(Access(world.host, token_file=file))
    assert world.asked == []


def test_shared_server_asks_for_a_namespace(world: World) -> None:
    world.multi_user = True
    with pytest.raises(InputError, match="--namespace must be given"):
        Client(Access(world.host))
    assert Client(Access(world.host, namespace="memes")).namespace == "memes"


def test_answer_that_does_not_come_in_time_is_told(world: World) -> None:
    client = Client(Access(world.host, timeout=1))
    world.delay = 10
    with pytest.raises(ServerError, match="must answer within 1 s .* look with `fusegate kubeflow runs`"):
        list_runs(client, None, 1)


@pytest.mark.parametrize(
    ("status", "kind", "passing"),
    [
        (400, InputError, False),
        (403, InputError, False),
        (404, InputError, False),
        (409, InputError, False),
        (429, ServerError, True),
        (500, ServerError, False),
        (503, ServerError, True),
    ],
)
def test_answer_of_the_server_is_told_in_its_words(
    status: int, kind: type[FusegateError], passing: bool, world: World
) -> None:
    client = Client(Access(world.host))
    world.failing[RUNS] = [status]
    with pytest.raises(kind, match=f"Received: {status} .*upstream connect error") as caught:
        list_runs(client, None, 1)
    assert getattr(caught.value, "passing", False) == passing


def test_namespace_that_kfp_keeps_in_the_home_folder_is_not_taken(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "context.json"
    kept.write_text('{"namespace": "another"}')
    monkeypatch.setattr(Client, "_LOCAL_KFP_CONTEXT", str(kept))
    assert Client(Access(world.host)).get_user_namespace() == ""
    assert Client(Access(world.host, namespace="memes")).get_user_namespace() == "memes"
    assert kept.read_text() == '{"namespace": "another"}'


def test_missing_certificates_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--ca-file must be a file"):
        Access("https://kubeflow.example", ca_file=tmp_path / "none.pem")
