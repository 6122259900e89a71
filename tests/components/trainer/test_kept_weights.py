from __future__ import annotations

from pathlib import Path

import keras
import numpy as np

from components.trainer.branches import Widths, build_dense, build_tokens
from components.trainer.kept_weights import keep_weights, read_weights
from components.trainer.setting import Setting
from tests.components.trainer.drawn import SPEC, draw, make_setting, merge

TOKENS = merge(SPEC, text_branch={"kinds": ["pooled"]})


def test_a_words_embedding_follows_it_to_its_new_id(tmp_path: Path) -> None:
    model = build_tokens("pooled", SPEC, Widths(6, tokens=5, vocabulary=5))
    keep_weights(str(tmp_path), {"pooled": model}, ["cat", "dog", "owl"])
    before = np.asarray(model.get_layer("text_embedding").embeddings)
    after = read_weights(str(tmp_path), ["owl", "fox", "cat", "dog"])["pooled"]["text_embedding/embeddings"]
    padding, cat, dog, owl, unknown = before
    np.testing.assert_array_equal(after, [padding, owl, unknown, cat, dog, unknown])


def test_a_training_starts_from_kept_weights(tmp_path: Path) -> None:
    spec = merge(SPEC, image_branch={"kind": "dense"}, train={"epochs": 1, "learning_rate": 1e-9})
    _, setting = make_setting(spec, draw(64, 0), draw(64, 1))
    live = build_dense(spec, setting.widths)
    keep_weights(str(tmp_path), {"dense": live}, [])
    _, warm = make_setting(spec, draw(64, 0), draw(64, 1), initial=read_weights(str(tmp_path), []))

    def fit(one: Setting) -> np.ndarray:
        return one.fit(lambda: build_dense(spec, one.widths), "dense").model.get_weights()[0]

    np.testing.assert_allclose(fit(warm), live.get_weights()[0], atol=1e-5)
    assert np.abs(fit(setting) - live.get_weights()[0]).max() > 0.01


def test_folds_do_not_start_from_a_model_that_has_seen_them(tmp_path: Path) -> None:
    spec = merge(SPEC, image_branch={"kind": "dense"}, train={"epochs": 1})
    _, setting = make_setting(spec, draw(64, 0), draw(64, 1))
    keep_weights(str(tmp_path), {"dense": build_dense(spec, setting.widths)}, [])
    _, warm = make_setting(spec, draw(64, 0), draw(64, 1), initial=read_weights(str(tmp_path), []))
    fold = warm.fit(lambda: build_dense(spec, warm.widths), "dense-fold0", rows=warm.folds != 0)
    assert fold.warm_started == ()


def test_no_live_model_is_no_fault(tmp_path: Path) -> None:
    assert read_weights(None, []) == {}
    assert read_weights(str(tmp_path / "nothing"), ["word"]) == {}


def test_the_same_weights_are_kept_in_the_same_bytes(tmp_path: Path) -> None:
    keras.utils.set_random_seed(0)
    model = build_tokens("pooled", SPEC, Widths(6, tokens=5, vocabulary=5))
    for folder in ("a", "b"):
        keep_weights(str(tmp_path / folder), {"pooled": model}, ["cat", "dog", "owl"])
    files = [sorted((tmp_path / folder).glob("*/*")) for folder in ("a", "b")]
    assert [file.read_bytes() for file in files[0]] == [file.read_bytes() for file in files[1]]
