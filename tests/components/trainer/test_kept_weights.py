from __future__ import annotations

import json
from pathlib import Path

import keras
import numpy as np

from components import keys
from components.trainer.branches import Widths, build_dense, build_tokens
from components.trainer.kept_weights import keep_weights, read_weights
from components.trainer.setting import Setting
from tests.components.trainer.drawn import SPEC, draw, make_setting, merge

ENCODERS = {"image": {"encoder": "vgg16"}, "text": {"encoder": "none"}}
TOKENS = merge(SPEC, text_branch={"kinds": ["pooled"]})


def keep(folder: Path, models: dict[str, keras.Model], vocabulary: list[str]) -> None:
    """Keep the weights as run_fn does, beside the card of the model."""
    keep_weights(str(folder), models, vocabulary)
    (folder / keys.MODEL_CARD).write_text(json.dumps({"spec": ENCODERS}))


def test_a_words_embedding_follows_it_to_its_new_id(tmp_path: Path) -> None:
    model = build_tokens("pooled", SPEC, Widths(6, tokens=5, vocabulary=5))
    keep(tmp_path, {"pooled": model}, ["cat", "dog", "owl"])
    before = np.asarray(model.get_layer("text_embedding").embeddings)
    kept = read_weights(str(tmp_path), ["owl", "fox", "cat", "dog"], ENCODERS)
    after = kept.weights["pooled"]["text_embedding/embeddings"]
    padding, cat, dog, owl, unknown = before
    np.testing.assert_array_equal(after, [padding, owl, unknown, cat, dog, unknown])


def test_a_training_starts_from_kept_weights(tmp_path: Path) -> None:
    spec = merge(SPEC, image_branch={"kind": "dense"}, train={"epochs": 1, "learning_rate": 1e-9})
    _, setting = make_setting(spec, draw(64, 0), draw(64, 1))
    live = build_dense(spec, setting.widths)
    keep(tmp_path, {"dense": live}, [])
    _, warm = make_setting(spec, draw(64, 0), draw(64, 1), initial=read_weights(str(tmp_path), [], ENCODERS))

    def fit(one: Setting) -> np.ndarray:
        return one.fit(lambda: build_dense(spec, one.widths), "dense").model.get_weights()[0]

    np.testing.assert_allclose(fit(warm), live.get_weights()[0], atol=1e-5)
    assert np.abs(fit(setting) - live.get_weights()[0]).max() > 0.01


def test_folds_do_not_start_from_a_model_that_has_seen_them(tmp_path: Path) -> None:
    spec = merge(SPEC, image_branch={"kind": "dense"}, train={"epochs": 1})
    _, setting = make_setting(spec, draw(64, 0), draw(64, 1))
    keep(tmp_path, {"dense": build_dense(spec, setting.widths)}, [])
    _, warm = make_setting(spec, draw(64, 0), draw(64, 1), initial=read_weights(str(tmp_path), [], ENCODERS))
    fold = warm.fit(lambda: build_dense(spec, warm.widths), "dense-fold0", rows=warm.folds != 0)
    assert fold.warm_started == ()


def test_what_reads_principal_components_starts_anew_and_the_texts_do_not(tmp_path: Path) -> None:
    models = {
        "dense": build_dense(SPEC, Widths(6)),
        "pooled": build_tokens("pooled", SPEC, Widths(6, tokens=5, vocabulary=5)),
    }
    keep(tmp_path, models, ["cat", "dog", "owl"])
    kept = read_weights(str(tmp_path), ["cat"], ENCODERS, condensed=True)
    assert list(kept.weights) == ["pooled"]
    assert "principal components" in kept.why_new("dense")


def test_what_reads_the_vector_of_another_encoder_starts_anew_and_says_so(tmp_path: Path) -> None:
    spec = merge(SPEC, image_branch={"kind": "dense"}, train={"epochs": 1, "warm_start": True})
    _, setting = make_setting(spec, draw(64, 0), draw(64, 1))
    models = {
        "dense": build_dense(spec, setting.widths),
        "pooled": build_tokens("pooled", SPEC, Widths(6, tokens=5, vocabulary=5)),
    }
    keep(tmp_path, models, ["cat", "dog", "owl"])
    other = ENCODERS | {"image": {"encoder": "mobilenet_v2"}}
    kept = read_weights(str(tmp_path), ["cat"], other)
    assert list(kept.weights) == ["pooled"]
    _, cold = make_setting(spec, draw(64, 0), draw(64, 1), initial=kept)
    fitted = cold.fit(lambda: build_dense(spec, cold.widths), "dense")
    assert fitted.warm_started == ()
    assert cold.warm_started == ["dense started from new weights: the live model has another image encoder"]
    assert kept.why_new("lstm") == "the live model has no weights of this name"


def test_what_was_loaded_is_said(tmp_path: Path) -> None:
    spec = merge(SPEC, image_branch={"kind": "dense"}, train={"epochs": 1, "warm_start": True})
    _, setting = make_setting(spec, draw(64, 0), draw(64, 1))
    keep(tmp_path, {"dense": build_dense(spec, setting.widths)}, [])
    _, warm = make_setting(spec, draw(64, 0), draw(64, 1), initial=read_weights(str(tmp_path), [], ENCODERS))
    fitted = warm.fit(lambda: build_dense(spec, warm.widths), "dense")
    assert warm.warm_started == [f"dense started from {len(fitted.warm_started)} of the live model's weights"]
    assert fitted.warm_started


def test_no_live_model_is_no_fault(tmp_path: Path) -> None:
    for kept in (read_weights(None, [], ENCODERS), read_weights(str(tmp_path / "nothing"), ["word"], ENCODERS)):
        assert kept.weights == {}
        assert kept.why_new("pooled").startswith("nothing is live")


def test_the_same_weights_are_kept_in_the_same_bytes(tmp_path: Path) -> None:
    keras.utils.set_random_seed(0)
    model = build_tokens("pooled", SPEC, Widths(6, tokens=5, vocabulary=5))
    for folder in ("a", "b"):
        keep_weights(str(tmp_path / folder), {"pooled": model}, ["cat", "dog", "owl"])
    files = [sorted((tmp_path / folder).glob("*/*")) for folder in ("a", "b")]
    assert [file.read_bytes() for file in files[0]] == [file.read_bytes() for file in files[1]]
