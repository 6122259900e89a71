"""The models that a configuration can start from; a file overrides any key of them.

No preset says where the image weights come from: that is always written in the configuration itself.
"""

from __future__ import annotations

from typing import Any

PRESETS: dict[str, dict[str, Any]] = {
    # The model of the original question, with its faults mended.
    "vgg16_lstm": {
        "image": {"encoder": "vgg16", "size": 224, "pooling": "flatten"},
        "text": {"encoder": "none"},
        "image_branch": {"dense": [256, 64], "l2": 1e-5, "dropout": 0.5},
        "text_branch": {"embedding": 64, "lstm": 32, "dropout": 0.5, "dense": 10},
        "train": {"head": "concat", "epochs": 50, "batch_size": 64},
    },
    # A small backbone whose weights come from the package mirror, and a head that can find interaction.
    "lite": {
        "image": {"encoder": "efficientnet_lite0", "size": 224, "pooling": "avg"},
        "text": {"encoder": "none"},
        "image_branch": {"normalize": True, "input_dropout": 0.5, "dense": [64], "l2": 3e-3, "dropout": 0.5},
        "text_branch": {"embedding": 64, "lstm": 32, "dropout": 0.3, "dense": 32},
        "train": {"head": "bilinear", "epochs": 60, "batch_size": 64, "patience": 10},
    },
}
