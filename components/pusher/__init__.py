"""Pusher: TFX's own, with an executor that stages, renames and writes the registry."""
