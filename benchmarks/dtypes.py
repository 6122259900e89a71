"""What bfloat16 gains and costs: an image encoder's forward pass and its vectors, beside those of float32.

Run: `python benchmarks/dtypes.py [--encoder vgg16 resnet50] [--count 64]`, or `--manifest posters/manifest.jsonl` (one
JSON object a line: `img`, `label`), which also gives the AUC of a logistic regression on the vectors, five folds. Batch
by batch the two passes take turns over the same decoded pictures; times are the process's own on all cores, so that
other work on the machine hardly counts. Encoders have random weights where none come with the installation.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from _features import draw_images

from components.encoders.registry import DTYPES, ENCODERS, PACKAGE, RANDOM
from components.quiet import import_tensorflow, quiet_logs

BATCH = 16
NAMES = [name for name, entry in ENCODERS.items() if RANDOM in entry.weights]


def main() -> None:
    """Encode pictures in both dtypes, and compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--encoder", nargs="+", choices=NAMES, default=["vgg16", "efficientnet_lite0"])
    parser.add_argument("--count", type=int, default=64, help="pictures (default: 64)")
    parser.add_argument("--manifest", type=Path, help="pictures and labels to take instead of drawn ones")
    arguments = parser.parse_args()
    quiet_logs()
    import_tensorflow()
    labels: list[int] = []
    if arguments.manifest is None:
        images = draw_images(arguments.count)
    else:
        rows = [json.loads(line) for line in arguments.manifest.read_text().splitlines()[: arguments.count]]
        images = [(arguments.manifest.parent / row["img"]).read_bytes() for row in rows]
        labels = [row["label"] for row in rows]
    for name in arguments.encoder:
        print(json.dumps({"encoder": name, "count": len(images), **compare(name, images, labels)}))


def compare(name: str, images: Sequence[bytes], labels: Sequence[int]) -> dict[str, Any]:
    """Measure how much faster bfloat16 is, how far its vectors lie, and what they are worth."""
    import numpy as np

    exact, coarse, gain = encode(name, images)
    lengths = np.linalg.norm(exact, axis=1)
    cosines = (exact * coarse).sum(1) / lengths / np.linalg.norm(coarse, axis=1)
    found = {
        "gain": round(gain, 2),
        "least_cosine": round(float(cosines.min()), 6),
        "apart": round(float((np.linalg.norm(exact - coarse, axis=1) / lengths).mean()), 4),
    }
    if labels:
        found["auc"] = {dtype: area(vectors, labels) for dtype, vectors in zip(DTYPES, (exact, coarse), strict=True)}
    return found


def encode(name: str, images: Sequence[bytes]) -> tuple[Any, Any, float]:
    """Return the vectors in float32 and in bfloat16, and the ratio of the times that they took."""
    import numpy as np
    import tensorflow as tf

    from components.encoders.build import build_image_encoder

    weights = PACKAGE if PACKAGE in ENCODERS[name].weights else RANDOM
    encoders = [build_image_encoder({"encoder": name, "weights": weights, "dtype": dtype}) for dtype in DTYPES]
    shape = tf.TensorSpec([None, encoders[0].size, encoders[0].size, 3])
    forwards = [tf.function(encoder.forward, input_signature=[shape]) for encoder in encoders]
    took, vectors = [0.0, 0.0], ([], [])
    for start in range(0, len(images), BATCH):
        pixels = encoders[0].preprocess(tf.constant(images[start : start + BATCH]))
        for place, forward in enumerate(forwards):
            if start == 0:
                forward(pixels)
            started = time.process_time()
            vectors[place].append(forward(pixels).numpy())
            took[place] += time.process_time() - started
    return np.concatenate(vectors[0]), np.concatenate(vectors[1]), took[0] / took[1]


def area(vectors: Any, labels: Sequence[int]) -> float:
    """Return the AUC of out-of-fold scores."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = make_pipeline(StandardScaler(), LogisticRegression(C=4e-4, max_iter=300))
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    scores = cross_val_predict(model, vectors, labels, cv=folds, method="decision_function")
    return round(float(roc_auc_score(labels, scores)), 4)


if __name__ == "__main__":
    main()
