"""pip's index settings reach uv where uv has none, and are never printed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import index_settings
from tools.index_settings import pip_settings, uv_environment, without_index

INDEX = "https://me:secret@mirror.example/simple"


@pytest.fixture
def environ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A home without settings of pip; this machine's pip.conf and uv.toml are kept out."""
    monkeypatch.setattr(index_settings, "SYSTEM_PIP_CONF", tmp_path / "none")
    (tmp_path / "uv.toml").write_text("", encoding="utf-8")
    return {"HOME": str(tmp_path), "XDG_CONFIG_DIRS": str(tmp_path), "UV_CONFIG_FILE": str(tmp_path / "uv.toml")}


def with_pip_conf(environ: dict[str, str], text: str) -> dict[str, str]:
    path = Path(environ["HOME"]) / "pip.conf"
    path.write_text(text, encoding="utf-8")
    return {**environ, "PIP_CONFIG_FILE": str(path)}


def test_nothing_is_handed_over_where_pip_has_nothing(environ: dict[str, str]) -> None:
    assert uv_environment(environ) == {}


def test_the_index_of_pips_file_is_handed_to_uv(environ: dict[str, str]) -> None:
    configured = with_pip_conf(environ, f"[global]\nindex-url = {INDEX}\n")
    assert uv_environment(configured)["UV_DEFAULT_INDEX"] == INDEX


def test_the_users_pip_conf_is_read(environ: dict[str, str]) -> None:
    own = Path(environ["HOME"]) / ".config/pip/pip.conf"
    own.parent.mkdir(parents=True)
    own.write_text(f"[global]\nindex-url = {INDEX}\n", encoding="utf-8")
    assert uv_environment(environ)["UV_DEFAULT_INDEX"] == INDEX


def test_pips_variable_beats_its_file_and_install_beats_global(environ: dict[str, str]) -> None:
    configured = with_pip_conf(environ, "[install]\nindex-url = https://b/\n[global]\nindex_url = https://a/\n")
    assert pip_settings(configured)["index-url"] == "https://b/"
    assert pip_settings({**configured, "PIP_INDEX_URL": INDEX})["index-url"] == INDEX


def test_an_index_of_uvs_own_stands(environ: dict[str, str]) -> None:
    own = {**environ, "PIP_INDEX_URL": INDEX, "PIP_FIND_LINKS": "https://links/", "UV_DEFAULT_INDEX": "https://uv/"}
    assert uv_environment(own) == {}


@pytest.mark.parametrize(
    "text",
    [
        '[[index]]\nurl = "https://uv/"\ndefault = true\n',
        '[pip]\nindex-url = "https://uv/"\n',
        'index-url = "https://uv/"\n',
    ],
)
def test_an_index_in_a_uv_toml_stands(environ: dict[str, str], text: str) -> None:
    Path(environ["UV_CONFIG_FILE"]).write_text(text, encoding="utf-8")
    assert "UV_DEFAULT_INDEX" not in uv_environment({**environ, "PIP_INDEX_URL": INDEX})


def test_a_uv_toml_without_an_index_does_not_count(environ: dict[str, str]) -> None:
    Path(environ["UV_CONFIG_FILE"]).write_text('cache-dir = "/tmp/cache"\n', encoding="utf-8")
    assert uv_environment({**environ, "PIP_INDEX_URL": INDEX}) == {"UV_DEFAULT_INDEX": INDEX}


def test_extra_indexes_are_searched_all_at_once_as_pip_does(environ: dict[str, str]) -> None:
    handed = uv_environment(with_pip_conf(environ, "[global]\nextra-index-url =\n  https://a/\n  https://b/\n"))
    assert handed == {"UV_INDEX": "https://a/ https://b/", "UV_INDEX_STRATEGY": "unsafe-best-match"}


def test_links_to_a_folder_that_is_not_there_are_left_out(environ: dict[str, str], tmp_path: Path) -> None:
    handed = uv_environment({**environ, "PIP_FIND_LINKS": f"{tmp_path} {tmp_path}/none https://links/"})
    assert handed == {"UV_FIND_LINKS": f"{tmp_path},https://links/"}


def test_trust_and_proxy_are_handed_over_but_do_not_replace_what_is_set(environ: dict[str, str]) -> None:
    pip = {**environ, "PIP_CERT": "/ca.pem", "PIP_PROXY": "proxy:3128", "PIP_TRUSTED_HOST": "a\nb", "PIP_NO_INDEX": "1"}
    assert uv_environment(pip) == {
        "SSL_CERT_FILE": "/ca.pem",
        "ALL_PROXY": "http://proxy:3128",
        "UV_INSECURE_HOST": "a b",
        "UV_NO_INDEX": "1",
    }
    own = {"SSL_CERT_FILE": "/own.pem", "HTTPS_PROXY": "http://own/", "UV_INSECURE_HOST": "c", "UV_NO_INDEX": "0"}
    assert uv_environment({**pip, **own}) == {}


def test_a_broken_pip_conf_is_passed_over(environ: dict[str, str]) -> None:
    assert uv_environment(with_pip_conf(environ, "index-url = https://a/\n")) == {}


def test_neither_host_nor_credentials_of_an_index_are_printed(environ: dict[str, str]) -> None:
    told = without_index(f"Failed to fetch {INDEX}/tfx/ from mirror.example", {**environ, "PIP_INDEX_URL": INDEX})
    assert told == "Failed to fetch https://<index>/simple/tfx/ from <index>"


def test_credentials_go_even_where_the_host_is_unknown(environ: dict[str, str]) -> None:
    assert without_index("at https://me:secret@elsewhere.example/", environ) == "at https://elsewhere.example/"
