"""Preflight: faults of a model and its arrays, found before the first epoch. Keras objects and arrays; no TFX."""
