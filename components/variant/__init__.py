"""Variants of a fused model: the same SavedModel with a simpler output served."""
