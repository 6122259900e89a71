"""What stands between Kubeflow's launcher and TFX's own entrypoint, for what they do not agree on.

    python -m components.kubeflow_entrypoint --executor_class_path … --json_serialized_invocation_args …

The backend sends input artifacts without their types, object-store URIs that it has copied to local paths, and
properties that have been through its own conversion (tensorflow/tfx issue 7768). TFX's module stays as it is.
"""
