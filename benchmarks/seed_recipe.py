"""How much faster the whole pipeline is than the recipe that it replaces: VGG16 run anew in each of 50 epochs.

Run: `python benchmarks/seed_recipe.py [--count 1000] [--dtype bfloat16]` (about 25 minutes on 2 cores; `--count 256`:
8). Both get the same drawn memes. The recipe is timed from the files on: pictures decoded, two epochs fitted in
float32, the second one multiplied to make 50. The pipeline is `fusegate run` as a process of its own, imports, gate,
serving check and push included.

At the end of an epoch Keras may wait for up to a minute for a thread of tf.data that tunes the dataset and sleeps for
as long as it has run: both cores idle. That is part of what the recipe takes; a second ratio leaves it out, by the
processors' time of the epoch.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from _runs import RANDOM_WEIGHTS, draw_spans, run_pipeline

from components.quiet import import_tensorflow, quiet_logs

EPOCHS = 50
SIZE = 224
BATCH = 64
FORWARD_BATCH = 32
# What one pass of the encoder in place of EPOCHS passes can give at most; bfloat16 doubles VGG16's rate where there
# are instructions for it.
LIMITS = {"float32": EPOCHS, "bfloat16": 2 * EPOCHS}
# What the whole run is to cost, its ServingCheck and the fitting of its fusion heads apart.
FORWARDS, FIXED_SECONDS = 1.2, 45


def main() -> None:
    """Draw memes, time both ways over them, and print the ratio beside its limits."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=1000, help="pairs (default: 1000)")
    parser.add_argument("--dtype", choices=LIMITS, default="float32", help="of the pipeline's encoder")
    arguments = parser.parse_args()
    quiet_logs()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        data = draw_spans(folder, [arguments.count])
        settings = (*RANDOM_WEIGHTS, f"image.dtype={arguments.dtype}")
        pipeline = run_pipeline("vgg16_lstm", data, folder / "output", settings)
        recipe = time_recipe(folder / "memes" / "manifest.jsonl")
    seconds = recipe["decode"] + recipe["first_epoch"] + (EPOCHS - 1) * recipe["epoch"]
    working = recipe["decode"] + EPOCHS * recipe["working"]
    found = {"pairs": arguments.count, "dtype": arguments.dtype, "recipe": recipe, "recipe_seconds": seconds}
    apart = pipeline["nodes"]["ServingCheck"] + pipeline["heads"]
    found |= {"pipeline": pipeline, "ratio": seconds / pipeline["seconds"], "limits": LIMITS, "apart": apart}
    found |= {"working_ratio": working / pipeline["seconds"]}
    print(f"{'recipe, 50 epochs':24s}{seconds:9.1f} s   ({recipe['epoch']:.1f} s an epoch, measured on the second)")
    print(f"{'pipeline, whole':24s}{pipeline['seconds']:9.1f} s")
    waits = recipe["epoch"] - recipe["working"]
    limits = ", ".join(f"{limit} in {dtype}" for dtype, limit in LIMITS.items())
    print(f"{'ratio':24s}{found['ratio']:9.1f}     (limits: {limits})")
    print(f"{'ratio, less its waits':24s}{found['working_ratio']:9.1f}     (its second epoch less {waits:.1f} s)")
    print(f"{'bare forward':24s}{recipe['forward']:9.1f} s   (one pass of VGG16 over the decoded pictures)")
    aim = FORWARDS * recipe["forward"] + FIXED_SECONDS
    print(f"{'pipeline, less the next':24s}{pipeline['seconds'] - apart:9.1f} s   (aim: {aim:.1f})")
    print(f"{'ServingCheck':24s}{pipeline['nodes']['ServingCheck']:9.1f} s")
    print(f"{'fusion heads':24s}{pipeline['heads']:9.1f} s   (within Trainer)")
    for node, took in pipeline["nodes"].items():
        print(f"  {node:22s}{took:9.1f} s")
    print(json.dumps(found))


def time_recipe(manifest: Path) -> dict[str, float]:
    """Fit the recipe for two epochs.

    Returns:
        Seconds of reading and decoding all pictures, of one pass of VGG16 over them, of the first epoch, which traces
        the graph, of the second, and of the second if all cores had worked throughout.
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
    ends: list[tuple[float, float]] = []
    clock = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: ends.append((time.perf_counter(), time.process_time()))
    )
    model = build_recipe()
    started = time.perf_counter()
    model.fit([images, texts], labels, epochs=2, batch_size=BATCH, validation_split=0.2, callbacks=[clock], verbose=0)
    forward = time_forward(model.get_layer("vgg16"), images)
    (first, used_first), (second, used_second) = ends
    working = (used_second - used_first) / len(os.sched_getaffinity(0))
    epochs = {"first_epoch": first - started, "epoch": second - first, "working": working}
    return {"decode": decode, "forward": forward, **epochs}


def time_forward(model: Any, images: Any) -> float:
    """Return the seconds of a model's forward pass over all pictures in batches, its tracing left out."""
    import tensorflow as tf

    forward = tf.function(lambda batch: model(batch, training=False), reduce_retracing=True)
    batches = [tf.constant(images[start : start + FORWARD_BATCH]) for start in range(0, len(images), FORWARD_BATCH)]
    forward(batches[0])
    forward(batches[-1])
    started = time.perf_counter()
    for batch in batches:
        forward(batch).numpy()
    return time.perf_counter() - started


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
