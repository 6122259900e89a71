"""The Evaluator on stored predictions, against scikit-learn computing the same numbers: time and peak memory.

100,000 drawn pairs in 20 slices, answered by a SavedModel that returns what the examples hold, go through TFX's
Evaluator with the metric FusionGain: AUC, accuracy, average precision, log loss and calibration error of four outputs,
and the paired bootstrap of six scores, on the whole and on each slice. scikit-learn computes the same from arrays in
memory, its bootstrap by `roc_auc_score(sample_weight=…)` of the same number of draws. Each is a process of its own, in
turn, in one run; imports are not counted. On a shared machine both stand under the same load.

    python benchmarks/evaluator.py [--pairs 100000] [--slices 20] [--draws 1000] [--json]
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

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from components import keys
from components.peak_memory import peak_memory_mib
from components.quiet import quiet_logs

COLUMN = "language"
SEED = 7
COMPARED = ("auc_fused", "average_precision_text_only", "log_loss_late", "ece_image_only", "gain", "gain_lower")


def main() -> None:
    """Draw the pairs, run both, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=100_000, help="test pairs (default: 100,000)")
    parser.add_argument("--slices", type=int, default=20, help="slices of one column (default: 20)")
    parser.add_argument("--draws", type=int, default=1000, help="bootstrap draws (default: 1000)")
    parser.add_argument("--json", action="store_true", help="print JSON in place of the table")
    parser.add_argument("--child", nargs=2, metavar=("WHO", "FOLDER"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    quiet_logs()
    if arguments.child:
        who, folder = arguments.child
        print(json.dumps({"ours": run_ours, "sklearn": run_sklearn}[who](Path(folder), arguments.draws)))
        return
    with tempfile.TemporaryDirectory() as folder:
        draw(Path(folder), arguments.pairs, arguments.slices)
        found = {who: _child(who, folder, arguments.draws) for who in ("ours", "sklearn")}
    found["ratio"] = {
        "seconds": found["ours"]["seconds"] / found["sklearn"]["seconds"],
        "peak_mib": found["ours"]["peak_mib"] / found["sklearn"]["peak_mib"],
    }
    found["apart"] = {
        name: abs(found["ours"]["figures"][name] - found["sklearn"]["figures"][name]) for name in COMPARED
    }
    if arguments.json:
        print(json.dumps(found))
        return
    print(f"{arguments.pairs:,} pairs, {arguments.slices} slices and the whole, {arguments.draws:,} draws of groups")
    print(f"{'':32}{'seconds':>10}{'peak MiB':>10}{'of it at start':>16}")
    for who, name in (("ours", "TFX Evaluator with FusionGain"), ("sklearn", "scikit-learn in memory")):
        row = found[who]
        print(f"{name:32}{row['seconds']:10.1f}{row['peak_mib']:10.0f}{row['start_mib']:16.0f}")
    print(f"{'ratio':32}{found['ratio']['seconds']:10.2f}{found['ratio']['peak_mib']:10.2f}")
    print("figures apart: " + ", ".join(f"{name} {value:.1e}" for name, value in found["apart"].items()))


def draw(folder: Path, pairs: int, slices: int) -> None:
    """Draw labels, groups, slices and probabilities, as arrays and as the examples of a test split."""
    import tensorflow as tf

    from components.evaluator.figures import SCORED

    rng = np.random.default_rng(SEED)
    labels = rng.integers(0, 2, pairs)
    groups, sliced = rng.integers(0, pairs, pairs), rng.integers(0, slices, pairs)
    shared = rng.normal(size=pairs)
    scores = {}
    for place, name in enumerate(SCORED):
        logits = (1.6 - 0.1 * place) * (labels - 0.5) + 0.6 * shared + 0.8 * rng.normal(size=pairs)
        scores[name] = (1 / (1 + np.exp(-logits))).astype(np.float32)
    np.savez(
        folder / "arrays.npz", label=labels, group=groups, slice=sliced, **{f"s/{n}": v for n, v in scores.items()}
    )
    path = folder / "examples" / "Split-test"
    path.mkdir(parents=True)
    with tf.io.TFRecordWriter(str(path / "data.gz"), "GZIP") as writer:
        for number in range(pairs):
            example = tf.train.Example()
            feature = example.features.feature
            feature[keys.ID].bytes_list.value.append(f"m{number}".encode())
            feature[keys.GROUP].bytes_list.value.append(f"g{groups[number]}".encode())
            feature[COLUMN].bytes_list.value.append(f"s{sliced[number]}".encode())
            feature[keys.LABEL].int64_list.value.append(int(labels[number]))
            for name, values in scores.items():
                feature[f"stored/{name}"].float_list.value.append(values[number])
            writer.write(example.SerializeToString())


def _child(who: str, folder: str, draws: int) -> dict[str, Any]:
    command = [sys.executable, __file__, "--draws", str(draws), "--child", who, folder]
    printed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    found: dict[str, Any] = json.loads(printed.splitlines()[-1])
    return found


def _measured(start: float, start_mib: float, figures: dict[str, float]) -> dict[str, Any]:
    return {
        "seconds": time.perf_counter() - start,
        "start_mib": start_mib,
        "peak_mib": peak_memory_mib(),
        "figures": figures,
    }


def run_ours(folder: Path, draws: int) -> dict[str, Any]:
    """Run TFX's Evaluator with our executor."""
    import tensorflow as tf
    from tfx.types import artifact_utils, standard_artifacts
    from tfx.types import standard_component_specs as specs
    from tfx.utils import json_utils, proto_utils

    from components.beam_options import with_default_runner
    from components.evaluator.executor import RULES_KEY, Executor
    from components.evaluator.figures import SCORED
    from components.evaluator.read_figures import read_figures
    from pipeline.eval_config import make_eval_config
    from pipeline.gate_config import Gate

    class Stored(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
        def evaluate(self, examples: tf.Tensor) -> dict[str, tf.Tensor]:
            spec = {f"stored/{name}": tf.io.FixedLenFeature([1], tf.float32) for name in SCORED}
            parsed = tf.io.parse_example(examples, spec)
            return {name: parsed[f"stored/{name}"] for name in SCORED}

    module = Stored()
    serving = str(folder / "model" / "Format-Serving")
    tf.saved_model.save(module, serving, signatures={keys.SIGNATURE_EVALUATION: module.evaluate})
    examples, model, live = standard_artifacts.Examples(), standard_artifacts.Model(), standard_artifacts.Model()
    examples.uri, examples.split_names = str(folder / "examples"), artifact_utils.encode_split_names(["test"])
    model.uri = str(folder / "model")
    outputs = {specs.EVALUATION_KEY: standard_artifacts.ModelEvaluation(), specs.BLESSING_KEY: None}
    outputs[specs.BLESSING_KEY] = standard_artifacts.ModelBlessing()
    for name, artifact in outputs.items():
        artifact.uri = str(folder / name)
        tf.io.gfile.makedirs(artifact.uri)
    gate = Gate(draws=draws)
    # With an image named, TFX packs no sdist of itself for workers that there are not.
    executor = Executor(Executor.Context(beam_pipeline_args=with_default_runner(["--sdk_container_image=none"])))
    start, start_mib = time.perf_counter(), peak_memory_mib()
    executor.Do(
        {specs.EXAMPLES_KEY: [examples], specs.MODEL_KEY: [model], specs.BASELINE_MODEL_KEY: [live]},
        {name: [artifact] for name, artifact in outputs.items()},
        {
            specs.EVAL_CONFIG_KEY: proto_utils.proto_to_json(make_eval_config(gate, SEED, [COLUMN])),
            specs.EXAMPLE_SPLITS_KEY: json_utils.dumps([keys.TEST]),
            specs.MODULE_PATH_KEY: "components.evaluator.extractors",
            RULES_KEY: gate.rules([COLUMN]).to_json(),
        },
    )
    measured = _measured(start, start_mib, {})
    figures, _ = read_figures(outputs[specs.EVALUATION_KEY].uri)
    return measured | {"figures": {name: figures["overall"][name] for name in COMPARED}}


def run_sklearn(folder: Path, draws: int) -> dict[str, Any]:
    """Compute the same numbers with scikit-learn, on arrays that are in memory."""
    import sklearn.metrics  # noqa: F401

    with np.load(folder / "arrays.npz") as file:
        arrays = {name: file[name] for name in file.files}
    start, start_mib = time.perf_counter(), peak_memory_mib()
    figures = _sklearn_figures(arrays, np.ones(len(arrays["label"]), bool), draws)
    for value in np.unique(arrays["slice"]):
        _sklearn_figures(arrays, arrays["slice"] == value, draws)
    return _measured(start, start_mib, figures)


def _sklearn_figures(arrays: dict[str, np.ndarray], inside: np.ndarray, draws: int) -> dict[str, float]:
    from sklearn.metrics import accuracy_score, average_precision_score, log_loss, roc_auc_score

    labels = arrays["label"][inside]
    scores = {name: arrays[f"s/{name}"][inside].astype(float) for name in (*keys.OUTPUTS, *keys.SHUFFLED)}
    found: dict[str, float] = {}
    for name in keys.OUTPUTS:
        found[f"auc_{name}"] = roc_auc_score(labels, scores[name])
        found[f"accuracy_{name}"] = accuracy_score(labels, scores[name] >= 0.5)
        found[f"average_precision_{name}"] = average_precision_score(labels, scores[name])
        found[f"log_loss_{name}"] = log_loss(labels, scores[name])
        bins = np.minimum((scores[name] * 10).astype(int), 9)
        gaps = np.bincount(bins, scores[name] - labels, minlength=10)
        found[f"ece_{name}"] = float(np.abs(gaps).sum() / len(labels))
    _, members = np.unique(arrays["group"][inside], return_inverse=True)
    groups, rng = members.max() + 1, np.random.default_rng(SEED)
    drawn = {name: np.empty(draws) for name in scores}
    for number in range(draws):
        weights = np.bincount(rng.integers(0, groups, groups), minlength=groups)[members]
        for name, values in scores.items():
            drawn[name][number] = roc_auc_score(labels, values, sample_weight=weights)
    gains = drawn[keys.FUSED] - np.maximum(drawn[keys.IMAGE_ONLY], drawn[keys.TEXT_ONLY])
    found["gain"] = found["auc_fused"] - max(found["auc_image_only"], found["auc_text_only"])
    return found | {"gain_lower": float(np.quantile(gains, 0.05))}


if __name__ == "__main__":
    main()
