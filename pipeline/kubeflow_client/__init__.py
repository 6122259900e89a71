"""What Fusegate asks of a Kubeflow Pipelines server: runs, recurring runs, and their states."""
