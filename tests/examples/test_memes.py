"""The question's model gives exactly its own findings, and the mended one none."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from components.preflight.callback import PreflightCallback, PreflightError
from components.preflight.preflight import preflight
from examples import meme_as_written, meme_mended

SIZE = 32
OWN_FINDINGS = {"FG001", "FG003", "FG007", "FG009", "FG018"}


def memes(count: int, seed: int) -> dict[str, NDArray]:
    """Pictures of one colour each with black and white in them, and unit sentence vectors."""
    generator = np.random.default_rng(seed)
    image = generator.uniform(20, 235, (count, 1, 1, 3)) + 20 * generator.standard_normal((count, SIZE, SIZE, 3))
    image[:, 0, 0], image[:, -1, -1] = 0, 255
    text = generator.standard_normal((count, 512)).astype("float32")
    return {
        "image": np.clip(image, 0, 255).astype("uint8"),
        "text": text / np.linalg.norm(text, axis=1, keepdims=True),
    }


@pytest.fixture(scope="module")
def weights() -> list[NDArray]:
    """Stand-ins for ImageNet's weights: of the size of trained ones, with biases that are not zero."""
    generator = np.random.default_rng(0)
    backbone = keras.applications.VGG16(include_top=False, weights=None, input_shape=(SIZE, SIZE, 3))
    shapes = [tuple(weight.shape) for weight in backbone.weights]
    return [
        generator.standard_normal(shape, dtype=np.float32)
        * np.float32(np.sqrt(2 / np.prod(shape[:-1])) if len(shape) > 1 else 0.01)
        for shape in shapes
    ]


def build(module: ModuleType, weights: list[NDArray]) -> keras.Model:
    keras.utils.set_random_seed(1)
    model = module.build_model(SIZE, weights=None)
    next(layer for layer in model.layers if layer.name.startswith("vgg16")).set_weights(weights)
    return model


def test_model_as_written_gives_exactly_its_own_findings(weights: list[NDArray]) -> None:
    model = build(meme_as_written, weights)
    report = preflight(model, meme_as_written.stack(memes(40, 1), memes(40, 2)), validation_split=0.2)
    assert report.codes == OWN_FINDINGS, report.to_text()
    evidence = {finding.code: finding.evidence for finding in report.findings}
    assert evidence["FG003"]["loss_by_share"] == pytest.approx(16.0, abs=0.2)
    assert evidence["FG003"]["fingerprint"] == pytest.approx(8.06, abs=0.05)
    assert evidence["FG007"]["steps"] == 1


def test_mended_model_gives_none(weights: list[NDArray]) -> None:
    model = build(meme_mended, weights)
    report = preflight(model, meme_mended.stack(memes(40, 1), memes(40, 2)), validation_split=0.2)
    assert report.findings == (), report.to_text()


def test_callback_stops_the_model_as_written_before_its_first_epoch(weights: list[NDArray]) -> None:
    model = build(meme_as_written, weights)
    arrays, labels = meme_as_written.stack(memes(40, 1), memes(40, 2))
    callback = PreflightCallback((arrays, labels), validation_split=0.2)
    with pytest.raises(PreflightError, match="FG001"):
        meme_as_written.fit(model, arrays, labels, callbacks=[callback], epochs=1)
    assert int(model.optimizer.iterations) == 0


def test_readme_lists_exactly_the_codes_of_the_model_as_written() -> None:
    page = (Path(__file__).parents[2] / "examples" / "README.md").read_text()
    assert {line.split("|")[1].strip() for line in page.splitlines() if line.startswith("| FG")} == OWN_FINDINGS
