"""Keep the terminal for what Fusegate has to say."""

from __future__ import annotations

import logging
import os
import re
import sys
import tempfile
import warnings

from components.lasting_imports import lasting_imports

_LIBRARIES = ("apache_beam", "tensorflow", "tfx", "root")
# Warnings are matched by the module that they are attributed to: ours stay visible.
_THIRD_PARTY = r"(?!components\b|pipeline\b)"
# What TensorFlow's C++ says below ERROR, as "I0000 …" or "W0000 …", and its remark on where it says it.
_CHATTER = re.compile(rb"[IW]\d{4} |WARNING: All log messages before absl::InitializeLog")


def quiet_logs() -> None:
    """Silence the chatter of third parties below ERROR; call it before they are imported.

    Errors stay: TFX logs some failures as absl errors and nowhere else.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("GLOG_minloglevel", "2")
    for category in (DeprecationWarning, FutureWarning, UserWarning):
        warnings.filterwarnings("ignore", category=category, module=_THIRD_PARTY)
    for name in _LIBRARIES:
        logging.getLogger(name).setLevel(logging.ERROR)
    from absl import logging as absl_logging

    absl_logging.set_verbosity(absl_logging.ERROR)


def import_tensorflow() -> None:
    """Import TensorFlow without the lines that its newer versions print whatever TF_CPP_MIN_LOG_LEVEL says.

    They come from C++ while the library is loaded, so the file descriptor itself is set aside; anything else that is
    written to it meanwhile is passed on. What is imported is left out of garbage collection.
    """
    if "tensorflow" in sys.modules:
        return
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as aside:
        os.dup2(aside.fileno(), 2)
        try:
            with lasting_imports():
                import tensorflow  # noqa: F401
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            aside.seek(0)
            for line in aside:
                if not _CHATTER.match(line):
                    os.write(2, line)
