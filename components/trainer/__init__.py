"""Trainer: the image-only, text-only and fused models, their late ensemble, and the exported SavedModel."""
