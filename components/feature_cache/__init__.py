"""Vectors of the frozen encoders, kept on disk across runs: immutable, checksummed segments and nothing else."""
