"""Install a timer, wait until it has fired, remove it, and print what was found: run by `user_systemd.sh`."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

from pipeline.schedule import keepers
from pipeline.schedule.cron_rule import parse_cron_rule
from pipeline.schedule.schedule import Schedule


def main() -> None:
    job = json.loads(Path(os.environ["JOB"]).read_text())
    directory = Path(job["directory"])
    schedule = Schedule(
        name="odd-test",
        rule=parse_cron_rule("* * * * *"),
        config=directory / "odd.yaml",
        command=tuple(job["command"]),
        environment={"PATH": f"/usr/bin:/bin:{directory}"},
        directory=directory,
        log=Path(job["log"]),
    )
    keeper = keepers.choose_keeper(None)
    # The second one takes the place of the first.
    for _ in range(2):
        keepers.install(schedule, keeper)
    found = [each.name for each in keeper.installed()]
    while not schedule.log.exists() or not schedule.log.read_text():
        time.sleep(0.5)
    keepers.remove(schedule.name)
    folder = Path(os.environ["XDG_CONFIG_HOME"]) / "systemd" / "user"
    left = {
        "kind": keeper.kind,
        "installed": found,
        "left": [each.name for each in keeper.installed()],
        "files": sorted(str(path) for path in folder.rglob("fusegate*")),
    }
    print(json.dumps(left))


if __name__ == "__main__":
    main()
