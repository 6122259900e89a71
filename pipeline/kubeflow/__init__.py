"""The graph as a pipeline that Kubeflow's backend runs."""
