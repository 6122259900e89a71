"""Model card: what a pushed model is, for whom, and where it ends, from what the pipeline knows."""
