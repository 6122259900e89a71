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
        "image_branch": {
            "kind": "dense",
            "normalize": False,
            "components": 512,
            "dense": [256, 64],
            "l2": 1e-5,
            "dropout": 0.5,
        },
        "text_branch": {"kinds": ["lstm"], "embedding": 64, "lstm": 32, "dropout": 0.5, "dense": 10},
        "train": {"head": "concat", "folds": 3, "epochs": 50, "batch_size": 64},
    },
    # Frozen encoders whose weights come from the package mirror, convex parts, and the head that eval chooses.
    "lite": {
        "image": {"encoder": "efficientnet_lite0", "size": 224, "pooling": "avg_max"},
        "text": {"encoder": "minilm"},
        "image_branch": {"kind": "linear", "root": True, "normalize": True, "input_dropout": 0.5, "l2": 3e-3},
        "text_branch": {"kinds": ["lexical", "sentence"], "dropout": 0.3, "dense": 32},
        "train": {"head": "auto", "epochs": 60, "batch_size": 64, "patience": 10},
    },
}
