"""Command line, configuration, graph and runners of Fusegate."""
