"""Commands of tasks in real containers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from components.errors import InputError
from pipeline.rehearse.children import Stopped
from pipeline.rehearse.engine import Job
from pipeline.rehearse.podman_engine import PodmanEngine
from tools.base_image import LOCAL_BASE
from tools.image import STAGES

pytestmark = pytest.mark.kubeflow
Shell = Callable[..., str]


def job(folder: Path, **changes: object) -> Job:
    (folder / "volume").mkdir(exist_ok=True)
    given = {
        "name": "probe-1",
        "image": LOCAL_BASE,
        "environment": {},
        "secret": frozenset(),
        "scratch": folder / "scratch",
        "volumes": {"/mnt/volume": folder / "volume"},
        "log": folder / "log",
    }
    return Job(**{**given, **changes})


def shell(text: str, given: Job) -> str:
    code = PodmanEngine().run(["sh", "-c", text], given)
    assert code == 0, given.log.read_text()
    return given.log.read_text()


def test_command_is_not_root_and_has_no_capability_no_network_and_no_image_to_write_to(tmp_path: Path) -> None:
    told = shell(
        "id -u; grep -E 'CapEff|CapBnd|NoNewPrivs' /proc/self/status; ls /sys/class/net; touch /etc/x || true",
        job(tmp_path),
    )
    user, *rest = told.split()
    assert user == "10001"
    assert rest[:6] == ["CapEff:", "0" * 16, "CapBnd:", "0" * 16, "NoNewPrivs:", "1"]
    assert rest[6] == "lo" and "Read-only file system" in told and told.count("\n") == 6


def test_what_it_writes_to_a_volume_and_to_the_stores_is_there_afterwards(tmp_path: Path) -> None:
    (tmp_path / "volume").mkdir()
    (tmp_path / "volume" / "given").write_text("spans")
    shell("cat /mnt/volume/given > /mnt/volume/seen; echo model > /minio/model; echo left > /tmp/left", job(tmp_path))
    assert (tmp_path / "volume" / "seen").read_text() == "spans"
    assert (tmp_path / "scratch" / "minio" / "model").read_text() == "model\n"


def test_exit_code_of_the_command_is_the_containers(tmp_path: Path) -> None:
    assert PodmanEngine().run(["sh", "-c", "exit 3"], job(tmp_path)) == 3


def test_secret_reaches_the_command_and_no_command_line(tmp_path: Path) -> None:
    given = job(tmp_path, environment={"TOKEN": "canary", "PLAIN": "plain"}, secret=frozenset({"TOKEN"}))
    seen: list[bytes] = []
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.05):
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    seen.append(path.read_bytes())
                except OSError:
                    continue

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        assert shell("echo $TOKEN $PLAIN; sleep 1", given) == "canary plain\n"
    finally:
        done.set()
        watcher.join()
    assert any(b"PLAIN=plain" in line for line in seen)
    assert not any(b"canary" in line for line in seen)


@pytest.mark.parametrize(
    ("image", "command"),
    [
        pytest.param(STAGES["fusegate"], ["python", "-c", "import time; time.sleep(300)"], id="heeds the signal"),
        pytest.param(LOCAL_BASE, ["sleep", "300"], id="does not heed it"),
    ],
)
def test_stop_ends_the_container(image: str, command: list[str], tmp_path: Path) -> None:
    engine = PodmanEngine()
    raised: list[BaseException] = []

    def run() -> None:
        try:
            engine.run(command, job(tmp_path, image=image))
        except Stopped as error:
            raised.append(error)

    task = threading.Thread(target=run)
    task.start()
    time.sleep(3)
    engine.stop()
    task.join(60)
    assert len(raised) == 1
    with pytest.raises(Stopped):
        engine.run(command, job(tmp_path, image=image))
    lines = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()]
    assert not any(b"\x00300" in line or b"time.sleep(300)" in line for line in lines)


def test_image_that_is_not_here_is_refused_with_what_brings_it() -> None:
    with pytest.raises(InputError, match="make image"):
        PodmanEngine().check_image("localhost/nothing:1")
    PodmanEngine().check_image(LOCAL_BASE)
