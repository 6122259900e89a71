"""Stored predictions, and the real Evaluator on them: two SavedModels that answer with what the examples hold."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from tfx.types import artifact_utils, standard_artifacts, standard_component_specs
from tfx.utils import json_utils, proto_utils

from components import keys
from components.beam_options import with_default_runner
from components.evaluator.executor import RULES_KEY, Executor
from components.evaluator.figures import SCORED
from components.evaluator.scores import BASELINE, CANDIDATE
from components.live_model.executor import SET_ASIDE_PROPERTY, VERSION_PROPERTY
from pipeline.eval_config import make_eval_config
from pipeline.gate_config import Gate

COLUMN = "language"
LANGUAGES = ("en", "de", "hi")
PAIRS = 400


class Answers(tf.Module):
    """Answers with the scores that an example holds under its model's name."""

    def __init__(self, model: str, outputs: Sequence[str]):
        super().__init__()
        self._model = model
        self._outputs = outputs

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
    def evaluate(self, examples: tf.Tensor) -> dict[str, tf.Tensor]:
        spec = {f"{self._model}/{output}": tf.io.FixedLenFeature([1], tf.float32) for output in self._outputs}
        parsed = tf.io.parse_example(examples, spec)
        return {output: parsed[f"{self._model}/{output}"] for output in self._outputs}


def draw(signal: Mapping[str, float], seed: int = 0, pairs: int = PAIRS) -> dict[str, NDArray]:
    """Draw probabilities of all outputs; what `signal` does not name is as good as late fusion or its own source."""
    rng = np.random.default_rng(seed)
    labels = np.arange(pairs) % 2
    noise, own = rng.normal(size=(2, pairs)), {name: rng.normal(size=pairs) for name in SCORED}
    strength = {keys.FUSED: 2.0, keys.IMAGE_ONLY: 1.0, keys.TEXT_ONLY: 1.2, keys.LATE: 1.4} | dict(signal)
    found = {}
    for name in keys.OUTPUTS:
        logits = strength[name] * (labels - 0.5) + 0.7 * noise[0] + 0.7 * own[name]
        found[name] = 1 / (1 + np.exp(-strength[name] * logits))
    found[keys.PROBABILITY] = found[keys.FUSED]
    found[keys.FUSED_WITHOUT_IMAGE], found[keys.FUSED_WITHOUT_TEXT] = found[keys.TEXT_ONLY], found[keys.IMAGE_ONLY]
    for name in keys.SHUFFLED:
        found[name] = 1 / (1 + np.exp(-(0.5 * (labels - 0.5) + own[name])))
    return {name: values.astype(np.float32) for name, values in found.items()} | {keys.LABEL: labels}


class Stored:
    """The test split in a folder, and the Evaluator over it.

    Args:
        folder: Where everything is written.
        candidate: Scores by output and the labels, as `draw` makes them.
        baseline: Scores of a live model on the same pairs; None where nothing is live.
        aucs: AUC of each output on the eval split, as the Trainer keeps them.
        languages: The slice of each pair.
        column: The column that it stands in.
    """

    def __init__(
        self,
        folder: Path,
        candidate: Mapping[str, NDArray],
        baseline: Mapping[str, NDArray] | None = None,
        aucs: Mapping[str, float] | None = None,
        languages: Sequence[str] | None = None,
        column: str = COLUMN,
    ):
        self.folder = folder
        self._column = column
        self._models = {CANDIDATE: candidate} | ({BASELINE: baseline} if baseline else {})
        self._languages = languages or [LANGUAGES[number % 3] for number in range(len(candidate[keys.LABEL]))]
        self._write_examples()
        self._write_models(aucs or {keys.IMAGE_ONLY: 0.7, keys.TEXT_ONLY: 0.75, keys.LATE: 0.72, keys.FUSED: 0.74})

    def _write_examples(self) -> None:
        path = self.folder / "examples" / "Split-test"
        path.mkdir(parents=True)
        with tf.io.TFRecordWriter(str(path / "data.gz"), "GZIP") as writer:
            for number, label in enumerate(self._models[CANDIDATE][keys.LABEL]):
                example = tf.train.Example()
                feature = example.features.feature
                feature[keys.ID].bytes_list.value.append(f"m{number}".encode())
                feature[keys.GROUP].bytes_list.value.append(f"g{number // 2}".encode())
                feature[keys.LABEL].int64_list.value.append(int(label))
                if self._languages[number]:
                    feature[self._column].bytes_list.value.append(self._languages[number].encode())
                for model, scores in self._models.items():
                    for output in set(scores) - {keys.LABEL}:
                        feature[f"{model}/{output}"].float_list.value.append(scores[output][number])
                writer.write(example.SerializeToString())

    def _write_models(self, aucs: Mapping[str, float]) -> None:
        for model, scores in self._models.items():
            module = Answers(model, sorted(set(scores) - {keys.LABEL}))
            path = self.folder / model / "Format-Serving"
            tf.saved_model.save(module, str(path), signatures={keys.SIGNATURE_EVALUATION: module.evaluate})
            (path / "assets.extra").mkdir(exist_ok=True)
            outputs = {name: {"auc": value} for name, value in aucs.items()}
            (path / keys.MODEL_CARD).write_text(json.dumps({"training": {"outputs": outputs}}))

    def evaluate(self, gate: Gate, set_aside: str = "", newest: str = "") -> tuple[Any, Any]:
        """Run the executor; return the evaluation and the blessing."""
        live_version = 17 if BASELINE in self._models else 0
        return run_evaluator(self.folder, gate, live_version, set_aside, (self._column,), newest)


def run_evaluator(
    folder: Path,
    gate: Gate,
    live_version: int,
    set_aside: str = "",
    slices: Sequence[str] = (),
    newest: str = "",
) -> tuple[Any, Any]:
    """Run the executor on `examples`, `candidate` and `baseline` in a folder; return evaluation and blessing."""
    examples, model, live = standard_artifacts.Examples(), standard_artifacts.Model(), standard_artifacts.Model()
    examples.uri, examples.split_names = str(folder / "examples"), artifact_utils.encode_split_names(["test"])
    model.uri, live.uri = str(folder / CANDIDATE), str(folder / BASELINE)
    live.set_int_custom_property(VERSION_PROPERTY, live_version)
    if set_aside:
        live.set_string_custom_property(SET_ASIDE_PROPERTY, set_aside)
    evaluation, blessing = standard_artifacts.ModelEvaluation(), standard_artifacts.ModelBlessing()
    for artifact, name in ((evaluation, "evaluation"), (blessing, "blessing")):
        artifact.uri = str(folder / name)
        tf.io.gfile.makedirs(artifact.uri)
    # With an image named, TFX packs no sdist of itself for workers that there are not.
    arguments = with_default_runner(["--sdk_container_image=none"])
    executor = Executor(Executor.Context(beam_pipeline_args=arguments))
    executor.Do(
        {
            standard_component_specs.EXAMPLES_KEY: [examples],
            standard_component_specs.MODEL_KEY: [model],
            standard_component_specs.BASELINE_MODEL_KEY: [live],
        },
        {
            standard_component_specs.EVALUATION_KEY: [evaluation],
            standard_component_specs.BLESSING_KEY: [blessing],
        },
        {
            standard_component_specs.EVAL_CONFIG_KEY: proto_utils.proto_to_json(
                make_eval_config(gate, 7, slices, newest)
            ),
            standard_component_specs.EXAMPLE_SPLITS_KEY: json_utils.dumps([keys.TEST]),
            standard_component_specs.MODULE_PATH_KEY: "components.evaluator.extractors",
            RULES_KEY: gate.rules(slices, newest).to_json(),
        },
    )
    return evaluation, blessing
