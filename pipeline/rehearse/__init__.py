"""A compiled pipeline run without a cluster, as Kubeflow's open-source backend would run it."""
