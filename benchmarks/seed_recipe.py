"""How much faster the whole pipeline is than the recipe that it replaces: VGG16 run anew in each of 50 epochs.

Run: `python benchmarks/seed_recipe.py [--count 1000]` (about 25 minutes on 2 cores; `--count 256`: 8). Both get the
same drawn memes. The recipe is timed from the files on: pictures decoded, two epochs fitted, the second one multiplied
to make 50. The pipeline is `fusegate run` as a process of its own, imports, gate, serving check and push included.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from components.quiet import import_tensorflow, quiet_logs

ROOT = Path(__file__).parents[1]
EPOCHS = 50
SIZE = 224
BATCH = 64
# What one pass of the encoder in place of EPOCHS passes can give at most; bfloat16 doubles VGG16's rate where there
# are instructions for it.
LIMITS = {"float32": EPOCHS, "bfloat16": 2 * EPOCHS}
# Random weights cost what trained ones cost, and need no download; what such a model is worth is not asked.
SETTINGS = ("image.weights=random", "data.min_per_class=1", "gate.min_gain=null", "gate.min_auc=0")


def main() -> None:
    """Draw memes, time both ways over them, and print the ratio beside its limits."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=1000, help="pairs (default: 1000)")
    arguments = parser.parse_args()
    quiet_logs()
    with tempfile.TemporaryDirectory() as scratch:
        manifest = draw(Path(scratch), arguments.count)
        pipeline = time_pipeline(Path(scratch))
        recipe = time_recipe(manifest)
    seconds = recipe["decode"] + recipe["first_epoch"] + (EPOCHS - 1) * recipe["epoch"]
    found = {"pairs": arguments.count, "recipe": recipe, "recipe_seconds": seconds, "pipeline": pipeline}
    found |= {"ratio": seconds / pipeline["seconds"], "limits": LIMITS}
    print(f"{'recipe, 50 epochs':24s}{seconds:9.1f} s   ({recipe['epoch']:.1f} s an epoch, measured on the second)")
    print(f"{'pipeline, whole':24s}{pipeline['seconds']:9.1f} s")
    limits = ", ".join(f"{limit} in {dtype}" for dtype, limit in LIMITS.items())
    print(f"{'ratio':24s}{found['ratio']:9.1f}     (limits: {limits})")
    for node, took in pipeline["nodes"].items():
        print(f"  {node:22s}{took:9.1f} s")
    print(json.dumps(found))


def draw(folder: Path, count: int) -> Path:
    """Draw memes and pack them as span 1."""
    from components.pack.pack import pack
    from pipeline.demo.memes import draw_memes

    manifest = draw_memes(folder / "memes", count, seed=1)
    pack(manifest, folder / "data", 1)
    return manifest


def time_pipeline(folder: Path) -> dict[str, Any]:
    """Run the pipeline once in a process of its own.

    Returns:
        Its seconds, from the start of the process to its end, and those of each node.
    """
    settings = (*SETTINGS, f"data.root={folder / 'data'}", f"output={folder / 'output'}")
    command = [sys.executable, "-m", "pipeline.cli", "run", "--config", str(ROOT / "configs" / "vgg16_lstm.yaml")]
    started = time.perf_counter()
    ended = subprocess.run(
        [*command, *(part for setting in settings for part in ("--set", setting))],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    seconds = time.perf_counter() - started
    summaries = sorted((folder / "output" / "runs").glob("*/summary.json"))
    if not summaries:
        raise RuntimeError(f"the run must end with a summary. Received: {ended.stdout[-2000:]}{ended.stderr[-2000:]}")
    summary = json.loads(summaries[-1].read_text())
    if summary["verdict"] == "failed":
        raise RuntimeError(f"the run must end with a verdict. Received: {summary['headline']}")
    return {"seconds": seconds, "nodes": {node["name"]: node["seconds"] for node in summary["nodes"]}}


def time_recipe(manifest: Path) -> dict[str, float]:
    """Fit the recipe for two epochs.

    Returns:
        Seconds of reading and decoding all pictures, of the first epoch, which traces the graph, and of the second.
    """
    import_tensorflow()
    import keras
    import numpy as np

    rows = [json.loads(line) for line in manifest.read_text().splitlines()]
    started = time.perf_counter()
    size = (SIZE, SIZE)
    images = np.stack(
        [keras.utils.img_to_array(keras.utils.load_img(manifest.parent / row["img"], target_size=size)) for row in rows]
    )
    decode = time.perf_counter() - started
    texts = np.random.default_rng(1).normal(size=(len(rows), 1, 512)).astype("float32")
    labels = np.array([row["label"] for row in rows], "float32")
    ends: list[float] = []
    clock = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: ends.append(time.perf_counter()))
    model = build_recipe()
    started = time.perf_counter()
    model.fit([images, texts], labels, epochs=2, batch_size=BATCH, validation_split=0.2, callbacks=[clock], verbose=0)
    return {"decode": decode, "first_epoch": ends[0] - started, "epoch": ends[1] - ends[0]}


def build_recipe() -> Any:
    """Build the model as it was asked about, but for its last activation: a sigmoid in place of the softmax."""
    import keras
    from keras import layers, regularizers

    image = keras.Input((SIZE, SIZE, 3))
    vgg = keras.applications.VGG16(include_top=False, weights=None, input_shape=(SIZE, SIZE, 3))
    vgg.trainable = False
    x = layers.Flatten()(vgg(image))
    x = layers.Dense(256, activation="relu", kernel_regularizer=regularizers.l2(1e-5))(x)
    x = layers.Dropout(0.5)(x)
    x = layers.Dense(64, activation="relu")(x)
    text = keras.Input((1, 512))
    y = layers.LSTM(32, dropout=0.5)(text)
    y = layers.Dense(10, activation="relu")(y)
    output = layers.Dense(1, activation="sigmoid")(layers.concatenate([x, y]))
    model = keras.Model([image, text], output)
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    return model


if __name__ == "__main__":
    main()
