from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from components import keys
from components.errors import InputError
from components.live_model.registry import model_digest
from components.variant.with_variant import served_output, with_variant
from tests.components.small_model import THRESHOLDS, draw_pairs, write_model

PAIRS = draw_pairs(8)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> str:
    return write_model(tmp_path_factory.mktemp("model"), PAIRS)


def ask(path: str) -> dict[str, np.ndarray]:
    serve = tf.saved_model.load(path).signatures[keys.SIGNATURE_SERVING]
    answers = serve(
        image=tf.constant([picture for _, picture, _ in PAIRS]), text=tf.constant([text for _, _, text in PAIRS])
    )
    return {name: tensor.numpy().ravel() for name, tensor in answers.items()}


@pytest.mark.parametrize("variant", keys.OUTPUTS)
def test_variant_serves_its_output_with_that_outputs_threshold_and_changes_no_score(
    exported: str, tmp_path: Path, variant: str
) -> None:
    target = str(tmp_path / "variant")
    with_variant(exported, variant, target)
    before, after = ask(exported), ask(target)
    for name in keys.OUTPUTS:
        assert np.array_equal(after[name], before[name])
    assert np.array_equal(after[keys.PROBABILITY], before[variant])
    assert np.array_equal(after[keys.DECISION], before[variant] >= np.float32(THRESHOLDS[variant]))
    assert (served_output(exported), served_output(target)) == (keys.FUSED, variant)
    assert (model_digest(target) == model_digest(exported)) == (variant == keys.FUSED)


def test_copy_holds_all_other_files_unchanged(exported: str, tmp_path: Path) -> None:
    with_variant(exported, keys.LATE, str(tmp_path / "variant"))
    for name in ("saved_model.pb", "assets.extra/tf_serving_warmup_requests", keys.MODEL_CARD):
        assert (tmp_path / "variant" / name).read_bytes() == (Path(exported) / name).read_bytes()


def test_unknown_variant_existing_target_and_older_export_are_refused(exported: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="must be one of fused, image_only, text_only, late. Received: 'best'"):
        with_variant(exported, "best", str(tmp_path / "new"))
    with pytest.raises(InputError, match="which exists"):
        with_variant(exported, keys.LATE, str(tmp_path))
    module = tf.Module()
    module.weights = tf.Variable([1.0])
    tf.saved_model.save(module, str(tmp_path / "older"))
    assert served_output(str(tmp_path / "older")) == keys.FUSED
    with pytest.raises(InputError, match="must have a variable `served`"):
        with_variant(str(tmp_path / "older"), keys.LATE, str(tmp_path / "new"))
    assert not (tmp_path / "new").exists()
