"""The configuration's section `kubeflow`: a cluster's folders, its image, and what each node gets there."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, field_validator, model_validator

from pipeline.section import Positive, Section

Node = Literal[
    "LiveModel",
    "PairedExampleGen",
    "StatisticsGen",
    "ImportSchemaGen",
    "ExampleValidator",
    "DataGate",
    "FrozenFeatures",
    "Transform",
    "Trainer",
    "Evaluator",
    "ServingCheck",
    "Receipt",
    "Pusher",
    "Report",
]
NodeOrDefault = Literal[Node, "default"]
# What they read is not among their inputs: the files of the spans, and the registry.
NEVER_CACHED: tuple[Node, ...] = ("LiveModel", "PairedExampleGen")


def _stays_below(path: str) -> str:
    if ".." in PurePosixPath(path).parts:
        raise ValueError("a path must not lead upwards")
    return path


MountPath = Annotated[str, Field(pattern=r"^/[A-Za-z0-9._/-]*[A-Za-z0-9._-]$"), AfterValidator(_stays_below)]
# As Kubernetes names its objects.
ObjectName = Annotated[str, Field(pattern=r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$", max_length=253)]
Variable = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]


class Volume(Section):
    """A persistent volume claim that every node mounts."""

    claim: ObjectName = Field(description="Name of the PersistentVolumeClaim.")
    mount: MountPath = Field(description="Path that it is mounted at in the containers.")


class Secret(Section):
    """A key of a Kubernetes secret that every node finds in its environment."""

    secret: ObjectName = Field(description="Name of the Secret.")
    key: str = Field(description="Its key.")
    env: Variable = Field(description="Variable of the environment that gets the value.")


class Resources(Section):
    """What one node's container may use."""

    cpu: Annotated[float, Field(gt=0)] | None = Field(None, description="Most cores.")
    memory_gb: Annotated[float, Field(gt=0)] | None = Field(None, description="Most memory, in GB (10⁹ bytes).")
    accelerator: str | None = Field(
        None, description="Kind of accelerator: a resource such as `nvidia.com/gpu`, on Vertex its type."
    )
    accelerators: Positive = Field(1, description="How many of them.")


class KubeflowConfig(Section):
    """What `fusegate kubeflow compile` makes of this configuration."""

    backend: Literal["open_source", "vertex"] = Field(
        "open_source", description="Kubeflow Pipelines on a cluster of one's own, or Vertex AI Pipelines."
    )
    image: str | None = Field(None, description="The containers' image, best by digest; `--image` wins over it.")
    data_root: MountPath = Field("/mnt/fusegate/data", description="`data.root` in the containers.")
    output: MountPath = Field("/mnt/fusegate/output", description="`output` in the containers.")
    push_to: MountPath | None = Field(None, description="`push_to` in the containers; `models` in output if unset.")
    volumes: tuple[Volume, ...] = Field(
        (Volume(claim="fusegate", mount="/mnt/fusegate"),),
        description="Claims that every node mounts (`claim`, `mount`); the paths above lie on them.",
    )
    env: dict[Variable, str] = Field({}, description="Variables of every node's environment; secrets go below.")
    secrets: tuple[Secret, ...] = Field(
        (), description="Keys of secrets as variables of the environment (`secret`, `key`, `env`)."
    )
    resources: dict[NodeOrDefault, Resources] = Field(
        {}, description="`cpu`, `memory_gb`, `accelerator` and `accelerators` by node; `default` for all others."
    )
    retries: dict[NodeOrDefault, Annotated[int, Field(ge=0, le=10)]] = Field(
        {"default": 1}, description="How often a failed node is tried again, by node; `default` for all others."
    )
    backoff_s: Annotated[int, Field(ge=0)] = Field(30, description="Seconds before the first of them; they double.")
    cache: dict[NodeOrDefault, bool] = Field(
        {"default": True},
        description="Whether the backend's cache may answer, by node; LiveModel and PairedExampleGen are never cached.",
    )
    pipeline_root: Annotated[str, Field(pattern=r"^(s3|gs|minio)://[^/]+.*$")] | None = Field(
        None, description="Where artifacts go, as `gs://bucket/path`; Vertex needs it, Kubeflow has one of its own."
    )

    @field_validator("cache")
    @classmethod
    def _keeps_fresh(cls, cache: dict[str, bool]) -> dict[str, bool]:
        kept = [name for name in NEVER_CACHED if cache.get(name)]
        if kept:
            raise ValueError(f"{' and '.join(kept)} read what is not among their inputs and must not be cached")
        return cache

    @model_validator(mode="after")
    def _fits_its_backend(self) -> KubeflowConfig:
        if self.backend == "vertex":
            return self._fits_vertex()
        mounts = [PurePosixPath(volume.mount) for volume in self.volumes]
        if len(set(mounts)) < len(mounts):
            raise ValueError("each volume must have a mount of its own")
        for name in ("data_root", "output", "push_to"):
            path = getattr(self, name)
            if path is not None and not any(PurePosixPath(path).is_relative_to(mount) for mount in mounts):
                raise ValueError(f"{name} must lie on one of the volumes, unlike {path}")
        return self

    def _fits_vertex(self) -> KubeflowConfig:
        """Vertex has no claims: it mounts Cloud Storage at `/gcs`."""
        if self.secrets or ("volumes" in self.model_fields_set and self.volumes):
            raise ValueError("Vertex mounts no volumes and no secrets: leave volumes and secrets out")
        if not (self.pipeline_root or "").startswith("gs://"):
            raise ValueError("pipeline_root must be a path as gs://bucket/path for Vertex")
        for name in ("data_root", "output", "push_to"):
            path = getattr(self, name)
            if path is not None and not path.startswith("/gcs/"):
                raise ValueError(f"{name} must begin with /gcs/, where Vertex mounts Cloud Storage, unlike {path}")
        return self
