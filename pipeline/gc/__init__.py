"""Remove what nothing needs any more: old artifacts, runs, checkpoints and pushed versions."""
