"""Frozen encoders: functions from picture bytes or text to a vector, the same in batches and in the served model."""
