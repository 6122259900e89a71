from __future__ import annotations

from pathlib import Path

import pytest

from components.errors import ConfigError
from pipeline import config_reference
from pipeline.load_config import load_config

ROOT = Path(__file__).parents[2]
GOOD = "name: memes\npreset: lite\noutput: out\ndata: {root: data}\nimage: {weights: package}\n"


def write(folder: Path, text: str) -> Path:
    path = folder / "config.yaml"
    path.write_text(text)
    return path


@pytest.mark.parametrize("path", sorted((ROOT / "configs").glob("*.yaml")), ids=lambda path: path.name)
def test_shipped_configuration_is_valid_and_says_what_to_expect(path: Path) -> None:
    assert load_config(path).preset in ("lite", "vgg16_lstm")
    head = path.read_text().splitlines()[:3]
    assert [line.split(":")[0] for line in head] == ["# For", "# Takes", "# Expect"]


def test_every_fault_is_reported_at_once(tmp_path: Path) -> None:
    text = "name: Bad Name\npreset: lite\ndata: {root: data, splits: {train: 0.9}}\nimage: {wieghts: random}\n"
    with pytest.raises(ConfigError) as caught:
        load_config(write(tmp_path, text), ["train.epochs=0", "nonsense"])
    faults = "\n".join(caught.value.faults)
    assert "name: " in faults
    assert "output: must be given" in faults
    assert "data.splits: " in faults
    assert "image.wieghts: no such key. Received: 'random'. Did you mean 'weights'?" in faults
    assert "image.weights: must be given" in faults
    assert "train.epochs: " in faults
    assert "--set takes section.key=value. Received: 'nonsense'" in faults
    assert caught.value.exit_code == 2


def test_set_wins_over_the_file_and_the_file_over_the_preset(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD + "train: {epochs: 9}\n")
    assert load_config(path).train.epochs == 9
    assert load_config(path).train.patience == 10
    assert load_config(path, ["train.epochs=4"]).train.epochs == 4


def test_a_sentence_branch_without_an_encoder_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"text_branch.kinds: `sentence` needs a frozen text encoder"):
        load_config(write(tmp_path, GOOD), ["text.encoder=none"])


def test_unknown_encoder_is_refused_with_those_that_there_are(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"image: encoder: must be one of .*vgg16.* Received: 'vgg61'"):
        load_config(write(tmp_path, GOOD), ["image.encoder=vgg61"])


def test_unknown_preset_is_the_only_fault(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(write(tmp_path, GOOD), ["preset=lit"])
    assert caught.value.faults == ["preset: Input should be 'lite' or 'vgg16_lstm'. Received: 'lit'"]


def test_faults_of_a_metadata_server_name_its_own_keys_and_show_no_password(tmp_path: Path) -> None:
    server = "mlmd: {kind: mysql, host: h, prot: 1, database: d, user: u, password: hunter2}\n"
    with pytest.raises(ConfigError) as caught:
        load_config(write(tmp_path, GOOD + server))
    assert sorted(caught.value.faults) == [
        "mlmd.password: no such key. Received: (not shown). Did you mean 'password_env'?",
        "mlmd.password_env: must be given. Received: nothing",
        "mlmd.port: must be given. Received: nothing",
        "mlmd.prot: no such key. Received: 1. Did you mean 'port'?",
    ]


@pytest.mark.parametrize(
    ("override", "fault"),
    [
        ("mlmd.kind=mysqll", "mlmd.kind: must be one of 'sqlite', 'mysql', 'postgresql'. Received: 'mysqll'"),
        ("data.span=last", "data.span: Input should be 'latest'. Received: 'last'"),
        ("image_branch.dense=[8, x]", "image_branch.dense.1: Input should be a valid integer"),
    ],
)
def test_fault_of_a_union_or_a_list_is_told_by_its_key(tmp_path: Path, override: str, fault: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(write(tmp_path, GOOD), [override])
    assert caught.value.faults[0].startswith(fault)


@pytest.mark.parametrize("text", ["- a\n- b\n", "a: [", "\x00"])
def test_file_that_is_no_mapping_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match="the file must"):
        load_config(write(tmp_path, text))


def test_runner_that_loses_records_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="beam_args: .*DaskRunner must not be used"):
        load_config(write(tmp_path, GOOD), ["beam_args=['--runner=DaskRunner']"])


def test_backbone_in_a_file_says_what_it_was_trained_with(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    backbone = ["image.encoder=keras_file", "image.weights=backbone.keras"]
    assert load_config(path, [*backbone, "image.preprocessing=torch"]).image_spec()["preprocessing"] == "torch"
    with pytest.raises(ConfigError, match="preprocessing must be"):
        load_config(path, backbone)


def test_what_the_pipeline_is_told_of_the_dtype_is_settled(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    assert load_config(path).image_spec()["dtype"] == "float32"
    assert load_config(path, ["image.dtype=bfloat16"]).image_spec()["dtype"] == "bfloat16"
    assert load_config(path, ["image.dtype=auto"]).image_spec()["dtype"] in ("float32", "bfloat16")


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="must exist"):
        load_config(tmp_path / "none.yaml")


def test_reference_page_is_up_to_date() -> None:
    page = (ROOT / "docs" / "config.md").read_text()
    assert config_reference.config_reference() in page
