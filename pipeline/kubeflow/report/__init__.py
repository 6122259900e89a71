"""Report: the run's page as a node of the graph, for orchestrators that leave nothing to read afterwards."""
