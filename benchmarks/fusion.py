"""The fused model against its parts and against scikit-learn's stack of the same features, side by side in one run.

Draws memes with pure interaction, with additive signal and with signal in the text alone, three seeds each, and trains
on them as the pipeline does: its encoders, its preprocessing_fn under TFT, its training. `--arrays` measures data of
your own in five folds instead: an .npz of `image` (n, width), `sentence` (n, width), `text` (n,), `label` (n,).

    python benchmarks/fusion.py
    python benchmarks/fusion.py --arrays arrays.npz --set train.candidates='[late, residual, bilinear, gated, concat]'
"""

from __future__ import annotations

import argparse
import io
import logging
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
import tensorflow_transform.beam as tft_beam
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, LogisticRegressionCV
from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from tensorflow_transform.tf_metadata import dataset_metadata, schema_utils

sys.path.insert(0, str(Path(__file__).parents[1]))

from components import keys
from components.bootstrap import bootstrap_aucs, exact_auc
from components.encoders.build import build_image_encoder, build_text_encoder
from components.trainer.branches import Widths
from components.trainer.features import apply, build_features, features_of
from components.trainer.folds import make_folds
from components.trainer.setting import Setting
from components.trainer.train import Trained, train
from components.transform.preprocessing import preprocessing_fn
from pipeline.config import Config
from pipeline.demo.captions import write_captions
from pipeline.demo.picture import draw_picture
from pipeline.demo.signal import Attributes, Signal, draw_attributes
from pipeline.load_config import load_config

CONFIG = Path(__file__).parent.parent / "configs" / "lite.yaml"
SIZE = (224, 224)
OURS = (*keys.OUTPUTS,)
THEIRS = ("sk_image", "sk_text", "sk_late")

Data = dict[str, Any]


def draw(kind: str, pairs: int, seed: int) -> Data:
    """Draw memes and encode them.

    Of pure interaction every picture has one caption that fits and one that does not, and a group holds a picture of
    each subject, so that no split says anything of the label by its share of subjects or topics.
    """
    rng = np.random.default_rng(seed + 100)
    if kind == "interaction":
        drawn = [
            Attributes(int(topic == subject), int(rng.choice([-1, 1])), int(rng.choice([-1, 1])), subject, topic)
            for subject in np.resize([-1, 1], pairs // 2).tolist()
            for topic in (-1, 1)
        ]
        pictures, groups = np.arange(len(drawn)) // 2, np.arange(len(drawn)) // 4
    else:
        drawn = draw_attributes(pairs, Signal(1.4, 1.4, 0) if kind == "additive" else Signal(0, 2.0, 0), rng)
        pictures = groups = np.arange(pairs)
    captions = write_captions([each.mood for each in drawn], [each.topic for each in drawn], rng)
    firsts = np.unique(pictures, return_index=True)[1]
    jpegs = [_jpeg(drawn[first], captions[first], seed, int(first)) for first in firsts]
    config = load_config(CONFIG)
    image = _encode(build_image_encoder(config.image_spec()), jpegs)
    texts = [caption.text for caption in captions]
    return {
        "image": image[pictures],
        "sentence": _encode(build_text_encoder(config.text_spec()), texts),
        "text": np.array(texts),
        "label": np.array([each.label for each in drawn]),
        "group": groups,
    }


def _jpeg(attributes: Attributes, caption: Any, seed: int, number: int) -> bytes:
    content = io.BytesIO()
    draw_picture(attributes, caption, SIZE, np.random.default_rng([seed, number])).save(content, "JPEG", quality=85)
    return content.getvalue()


def _encode(encoder: Any, inputs: list[Any]) -> np.ndarray:
    encode = tf.function(encoder, input_signature=[tf.TensorSpec([None], tf.string)])
    return np.concatenate([encode(inputs[start : start + 32]).numpy() for start in range(0, len(inputs), 32)])


def fit_ours(config: Config, data: Data, on: np.ndarray) -> tuple[Trained, dict[str, np.ndarray]]:
    """Train on some rows, a tenth of them as eval split; return the calibrated logits of all rows as well."""
    spec = config.model_dump(mode="json", include={"image_branch", "text_branch", "train", "seed"})
    evaluated = make_folds(data["label"][on], data["group"][on], 10, config.seed) == 0
    arrays = _transform(config, data, on[~evaluated])
    features = build_features(spec, _rows(arrays, on[~evaluated]), config.seed)
    arrays |= features_of(features, arrays)
    fitted = _rows(arrays, on[~evaluated])
    widths = Widths(*(fitted[key].shape[1] for key in _WIDTHS))
    folds = make_folds(
        data["label"][on[~evaluated]], data["group"][on[~evaluated]], spec["train"]["folds"], config.seed
    )
    setting = Setting(spec, fitted, _rows(arrays, on[evaluated]), folds, np.ones(len(folds)), widths)
    trained = train(features, setting)
    logits = apply(trained.model, arrays)
    return trained, {name: trained.calibrations[name](logits[name][:, 0]) for name in keys.OUTPUTS}


_WIDTHS = (keys.IMAGE_FEATURES, keys.SENTENCE_FEATURES, keys.LEXICAL_VECTOR)


def _transform(config: Config, data: Data, on: np.ndarray) -> Data:
    """Run the pipeline's preprocessing_fn under TFT, analysed on some rows, over all rows."""
    columns = {"text": tf.string, "id": tf.string, "row": tf.int64}
    spec = {name: tf.io.FixedLenFeature([1], kind) for name, kind in columns.items()}
    metadata = dataset_metadata.DatasetMetadata(schema_utils.schema_from_feature_spec(spec))
    settings = {
        "branches": list(config.text_branch.kinds),
        "word_buckets": config.text_branch.word_buckets,
        "character_buckets": config.text_branch.character_buckets,
    }

    def prepare(inputs: dict[str, Any]) -> dict[str, Any]:
        return {**preprocessing_fn(inputs, settings), "row": inputs["row"]}

    rows = [{"text": [text], "id": [str(row)], "row": [row]} for row, text in enumerate(data["text"])]
    with tft_beam.Context(tempfile.mkdtemp()):
        graph = ([rows[row] for row in on], metadata) | tft_beam.AnalyzeDataset(prepare)
        made, _ = ((rows, metadata), graph) | tft_beam.TransformDataset()
    made.sort(key=lambda row: row["row"][0])
    return {
        keys.IMAGE_VECTOR: data["image"],
        keys.TEXT_VECTOR: data["sentence"],
        keys.GROUP: data["group"][:, None],
        keys.LABEL: data["label"][:, None],
        keys.WORDS: _matrix(made, keys.WORD_IDS, keys.WORD_WEIGHTS, settings["word_buckets"]),
        keys.CHARACTERS: _matrix(made, keys.CHARACTER_IDS, keys.CHARACTER_WEIGHTS, settings["character_buckets"]),
    }


def _matrix(rows: list[dict[str, Any]], ids: str, weights: str, size: int) -> sparse.csr_matrix:
    ends = np.cumsum([0, *(len(row[ids]) for row in rows)])
    columns, values = (np.concatenate([row[name] for row in rows]) for name in (ids, weights))
    return sparse.csr_matrix((values, columns, ends), shape=(len(rows), size))


def _rows(arrays: Data, rows: np.ndarray) -> Data:
    return {name: array[rows] for name, array in arrays.items()}


def fit_theirs(data: Data, on: np.ndarray) -> dict[str, np.ndarray]:
    """Stack scikit-learn's logistic regressions on the same image and sentence vectors and its own TF-IDF."""
    labels = data["label"]
    texts = np.char.lower(data["text"])
    root = FunctionTransformer(lambda values: np.sign(values) * np.sqrt(np.abs(values)))
    parts = {
        "image": (data["image"], make_pipeline(root, StandardScaler(), _search(-5, -2))),
        "sentence": (data["sentence"], make_pipeline(StandardScaler(), _search(-4, -1))),
        "words": (
            texts,
            make_pipeline(TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2), _search(-1, 1)),
        ),
        "characters": (
            texts,
            make_pipeline(
                TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, min_df=3), _search(-1, 1)
            ),
        ),
    }
    outside, whole = {}, {}
    for name, (values, model) in parts.items():
        outside[name] = cross_val_predict(model, values[on], labels[on], cv=5, method="decision_function")
        whole[name] = model.fit(values[on], labels[on]).decision_function(values)

    def stack(names: tuple[str, ...]) -> np.ndarray:
        model = LogisticRegression(C=1e6).fit(np.column_stack([outside[name] for name in names]), labels[on])
        return model.decision_function(np.column_stack([whole[name] for name in names]))

    words = ("sentence", "words", "characters")
    return {"sk_image": whole["image"], "sk_text": stack(words), "sk_late": stack(("image", *words))}


def _search(lowest: int, highest: int) -> LogisticRegressionCV:
    return LogisticRegressionCV(Cs=np.logspace(lowest, highest, 5), cv=3, scoring="roc_auc", max_iter=300)


def measure_drawn(config: Config, kind: str, pairs: int, seeds: int) -> None:
    """Print a line for each seed: three quarters to train on, a quarter to test."""
    for seed in range(seeds):
        data = draw(kind, pairs, seed)
        on, test = next(
            StratifiedGroupKFold(4, shuffle=True, random_state=seed).split(data["text"], data["label"], data["group"])
        )
        started = time.perf_counter()
        trained, ours = fit_ours(config, data, on)
        seconds = time.perf_counter() - started
        scores = {**ours, **fit_theirs(data, on)}
        _print(f"{kind} {seed}", {name: exact_auc(scores[name][test], data["label"][test]) for name in scores})
        print(f"    head {trained.details['head']}, {_candidates(trained)}; {seconds:.0f} s", flush=True)


def measure_arrays(config: Config, path: Path) -> None:
    """Print five folds of given arrays, their mean, and the gain with its bound on the pooled scores."""
    with np.load(path, allow_pickle=False) as file:
        data = {name: file[name] for name in ("image", "sentence", "text", "label")}
    data["group"] = np.arange(len(data["label"]))
    pooled = {name: np.zeros(len(data["label"])) for name in (*OURS, *THEIRS)}
    aucs = []
    folds = StratifiedGroupKFold(5, shuffle=True, random_state=0).split(data["text"], data["label"], data["group"])
    for number, (on, test) in enumerate(folds):
        trained, ours = fit_ours(config, data, on)
        scores = {**ours, **fit_theirs(data, on)}
        for name in pooled:
            pooled[name][test] = scores[name][test]
        aucs.append({name: exact_auc(scores[name][test], data["label"][test]) for name in pooled})
        _print(f"fold {number}", aucs[-1])
        print(f"    head {trained.details['head']}, {_candidates(trained)}", flush=True)
    mean = {name: float(np.mean([row[name] for row in aucs])) for name in pooled}
    _print("mean", mean)
    draws = bootstrap_aucs(
        {name: pooled[name] for name in keys.OUTPUTS}, data["label"], data["group"], 1000, config.seed
    )
    gain = draws[keys.FUSED] - np.maximum(draws[keys.IMAGE_ONLY], draws[keys.TEXT_ONLY])
    best = max(mean[part] for part in keys.PARTS)
    print(
        f"gain over the best part {mean[keys.FUSED] - best:+.4f}, lower bound (pooled) {np.quantile(gain, 0.05):+.4f}"
    )
    print(f"ratio to scikit-learn's stack: {mean[keys.FUSED] / mean['sk_late']:.4f}")


def _candidates(trained: Trained) -> str:
    rows = trained.details["candidates"]
    return ", ".join(
        f"{row['head']} {row['auc']:.3f} (behind {row['behind']:.3f} ± {row['error']:.3f})" for row in rows
    )


def _print(title: str, aucs: dict[str, float]) -> None:
    print(f"{title:16}" + "".join(f"{name} {aucs[name]:.4f}  " for name in (*OURS, *THEIRS)), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=1200)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--arrays", type=Path)
    parser.add_argument("--set", dest="overrides", action="append", default=[], metavar="KEY=VALUE")
    arguments = parser.parse_args()
    logging.getLogger().setLevel(logging.ERROR)
    config = load_config(CONFIG, tuple(arguments.overrides))
    if arguments.arrays:
        measure_arrays(config, arguments.arrays)
        return
    for kind in ("interaction", "additive", "text"):
        measure_drawn(config, kind, arguments.pairs, arguments.seeds)


if __name__ == "__main__":
    main()
