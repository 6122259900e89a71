"""Batch scoring of a pushed model."""
