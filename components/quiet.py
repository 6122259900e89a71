"""Keep the terminal for what Fusegate has to say."""

from __future__ import annotations

import logging
import os
import warnings

_LIBRARIES = ("apache_beam", "tensorflow", "tfx", "root")
# Warnings are matched by the module that they are attributed to: ours stay visible.
_THIRD_PARTY = r"(?!components\b|pipeline\b)"


def quiet_logs() -> None:
    """Silence the chatter of third parties below ERROR; call it before they are imported.

    Errors stay: TFX logs some failures as absl errors and nowhere else.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    for category in (DeprecationWarning, FutureWarning, UserWarning):
        warnings.filterwarnings("ignore", category=category, module=_THIRD_PARTY)
    for name in _LIBRARIES:
        logging.getLogger(name).setLevel(logging.ERROR)
    from absl import logging as absl_logging

    absl_logging.set_verbosity(absl_logging.ERROR)
