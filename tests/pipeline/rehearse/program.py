"""What the tasks of the tests' pipelines run: reads ExecutorInput, does what its parameters say, writes its outputs."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

ROOT = Path(os.environ["FUSEGATE_OBJECT_STORE_ROOT"])


def local(uri: str) -> Path:
    return ROOT / uri.replace("://", "/", 1)


def main() -> None:
    given = json.loads(sys.argv[1])
    values = given["inputs"]["parameterValues"]
    counter = Path(values["folder"]) / values["name"]
    runs = int(counter.read_text()) + 1 if counter.exists() else 1
    counter.write_text(str(runs))
    print("told", os.environ.get("GREETING"), os.environ.get("TOKEN"))
    if runs <= values.get("failures", 0):
        sys.exit(3)
    read = [
        (local(artifact["uri"]) / "text").read_text()
        for found in given["inputs"]["artifacts"].values()
        for artifact in found["artifacts"]
    ]
    kinds = [a["type"] for found in given["inputs"]["artifacts"].values() for a in found["artifacts"]]
    seen = [a["metadata"].get("rows") for found in given["inputs"]["artifacts"].values() for a in found["artifacts"]]
    (counter.parent / f"{values['name']}.seen").write_text(json.dumps({"kinds": kinds, "rows": seen, "values": values}))
    told = {}
    for name, found in given["outputs"]["artifacts"].items():
        if name == values.get("forget"):
            continue
        (artifact,) = found["artifacts"]
        folder = local(artifact["uri"])
        folder.mkdir(parents=True)
        (folder / "text").write_text("+".join([*read, values["name"]]))
        told[name] = {"artifacts": [{"uri": artifact["uri"], "metadata": {"rows": 3, "names": ["a"]}}]}
    for each in given["outputs"]["parameters"].values():
        Path(each["outputFile"]).write_text("7")
    Path(given["outputs"]["outputFile"]).write_text(json.dumps({"artifacts": told}))


if __name__ == "__main__":
    main()
