"""The manifests, read as kustomize reads them and checked by Kubernetes' own models."""

from __future__ import annotations

import json
import re
import types
from pathlib import Path
from typing import Any

import kubernetes.client
import pytest
import yaml

ROOT = Path(__file__).parents[3] / "kubeflow" / "manifests"
OVERLAYS = sorted(path.parent for path in (ROOT / "overlays").glob("*/kustomization.yaml"))
FILES = sorted(path for path in ROOT.rglob("*.yaml") if path.name != "kustomization.yaml")
MODELS = {
    ("v1", "ServiceAccount"): "V1ServiceAccount",
    ("v1", "PersistentVolumeClaim"): "V1PersistentVolumeClaim",
    ("v1", "ConfigMap"): "V1ConfigMap",
    ("rbac.authorization.k8s.io/v1", "Role"): "V1Role",
    ("rbac.authorization.k8s.io/v1", "RoleBinding"): "V1RoleBinding",
}
API = kubernetes.client.ApiClient(kubernetes.client.Configuration())


def documents(file: Path) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all(file.read_text()))


def key(document: dict[str, Any]) -> tuple[str, str]:
    return document["kind"], document["metadata"]["name"]


def merge(base: Any, patch: Any) -> Any:
    """As a strategic merge does with maps; a list takes the other's place."""
    if not isinstance(base, dict) or not isinstance(patch, dict):
        return patch
    return base | {name: merge(base.get(name), value) for name, value in patch.items()}


def build(folder: Path) -> dict[tuple[str, str], dict[str, Any]]:
    """Return what a kustomization comes to: its resources, patched."""
    plan = yaml.safe_load((folder / "kustomization.yaml").read_text())
    assert set(plan) <= {"apiVersion", "kind", "namespace", "resources", "patches", "labels"}
    built: dict[tuple[str, str], dict[str, Any]] = {}
    for name in plan["resources"]:
        path = (folder / name).resolve()
        assert path.exists() and path.is_relative_to(ROOT), name
        made = build(path) if path.is_dir() else {key(each): each for each in documents(path)}
        assert not set(made) & set(built), name
        built |= made
    for patch in plan.get("patches", []):
        for document in documents(folder / patch["path"]):
            built[key(document)] = merge(built[key(document)], document)
    return built


def strict(data: Any, kind: str, place: str) -> None:
    """Refuse a field that a model does not know."""
    listed = re.match(r"list\[(.*)\]", kind)
    if listed:
        for number, each in enumerate(data):
            strict(each, listed.group(1), f"{place}[{number}]")
        return
    model = getattr(kubernetes.client.models, kind, None)
    if model is None:
        return
    assert set(data) <= set(model.attribute_map.values()), place
    for attribute, inner in model.openapi_types.items():
        name = model.attribute_map[attribute]
        if name in data:
            strict(data[name], inner, f"{place}.{name}")


@pytest.mark.parametrize("overlay", OVERLAYS, ids=lambda path: path.name)
def test_overlay_comes_to_objects_that_kubernetes_takes(overlay: Path) -> None:
    for document in build(overlay).values():
        kind = MODELS[document["apiVersion"], document["kind"]]
        strict(document, kind, document["kind"])
        assert API.deserialize(types.SimpleNamespace(data=json.dumps(document)), kind).metadata.name


def test_every_file_is_named_by_a_kustomization() -> None:
    named = set()
    for plan in ROOT.rglob("kustomization.yaml"):
        content = yaml.safe_load(plan.read_text())
        paths = [*content["resources"], *(patch["path"] for patch in content.get("patches", []))]
        named |= {(plan.parent / path).resolve() for path in paths}
    assert set(FILES) <= named
    assert {folder.name for folder in OVERLAYS} == {"shared-volume", "one-node", "object-store"}


@pytest.mark.parametrize("overlay", OVERLAYS, ids=lambda path: path.name)
def test_names_in_one_object_are_those_of_others(overlay: Path) -> None:
    built = build(overlay)
    binding = built["RoleBinding", "fusegate"]
    assert (binding["roleRef"]["kind"], binding["roleRef"]["name"]) in built
    assert all((subject["kind"], subject["name"]) in built for subject in binding["subjects"])
    claims = [document["spec"] for (kind, _), document in built.items() if kind == "PersistentVolumeClaim"]
    assert len(claims) == 1 and claims[0]["resources"]["requests"]["storage"]


def test_secret_of_the_object_store_may_be_read_and_is_named_alone() -> None:
    built = build(ROOT / "overlays" / "object-store")
    providers = yaml.safe_load(built["ConfigMap", "kfp-launcher"]["data"]["providers"])
    secret = providers["s3"]["default"]["credentials"]["secretRef"]
    # The launcher's fields: backend/src/v2/config/s3.go.
    assert set(secret) == {"secretName", "accessKeyKey", "secretKeyKey"}
    rules = {rule["resources"][0]: rule for rule in built["Role", "fusegate"]["rules"]}
    assert secret["secretName"] in rules["secrets"]["resourceNames"]
    assert rules["configmaps"]["resourceNames"] == ["kfp-launcher"]
    assert all("*" not in rule["verbs"] for rule in rules.values())


def test_no_manifest_holds_a_secret() -> None:
    for file in FILES:
        assert all(document["kind"] != "Secret" for document in documents(file))
