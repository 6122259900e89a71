"""The project's own tests, and its command line, inside the image: the current stack on any machine."""

from __future__ import annotations

import re

import pytest

from tools.image import STAGES

from .conftest import InImage

pytestmark = pytest.mark.kubeflow
# Each runs TFX, Beam, TFDV, TFT or TFMA, or Keras on what another component left.
FOLDERS = ("data_gate", "evaluator", "frozen_features", "live_model", "paired_example_gen", "pusher", "serving_check")
QUICK = "not pipeline and not slow and not kubeflow"


def test_the_command_line_starts_in_an_isolated_container(in_image: InImage) -> None:
    told = in_image("fusegate", "--help")
    assert told.returncode == 0, told.stderr
    assert "Usage: fusegate" in told.stdout


def test_components_pass_their_tests_on_the_current_stack(in_image: InImage) -> None:
    paths = [f"tests/components/{name}" for name in (*FOLDERS, "transform", "receipt")]
    done = in_image(
        *("python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", QUICK, *paths),
        image=STAGES["test"],
        mounts=("tests",),
    )
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-5_000:]
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed and int(passed[1]) > 300
