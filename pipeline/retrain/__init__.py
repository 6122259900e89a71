"""Scheduled retraining: what is new, what to do about it, and the run that does it."""
