"""Hands pip's index settings to uv, which reads none of pip's, and keeps them out of what is printed."""

from __future__ import annotations

import configparser
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

UV_INDEX_VARIABLES = (
    "UV_DEFAULT_INDEX",
    "UV_INDEX",
    "UV_INDEX_URL",
    "UV_EXTRA_INDEX_URL",
    "UV_FIND_LINKS",
    "UV_NO_INDEX",
)
PROXY_VARIABLES = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")
UV_INDEX_SETTING = re.compile(
    r"^\s*(\[\[(pip\.)?index\]\]|(index|index-url|extra-index-url|find-links|no-index)\s*=)", re.MULTILINE
)
SYSTEM_PIP_CONF = Path("/etc/pip.conf")
URL_HOST = re.compile(r"https?://(?:[^/@\s]*@)?([^/:\s\"']+)")


def pip_settings(environ: Mapping[str, str]) -> dict[str, str]:
    """Read what `pip install` would: its files (global, then install), over them its variables.

    Args:
        environ: The environment; names the files too (HOME, XDG_CONFIG_HOME, PIP_CONFIG_FILE).

    Returns:
        Values by pip's option names, such as `index-url`.
    """
    parsers = []
    for path in _pip_files(environ):
        parser = configparser.RawConfigParser()
        try:
            parser.read(path, encoding="utf-8")
        except (configparser.Error, UnicodeDecodeError):
            continue
        parsers.append(parser)
    settings: dict[str, str] = {}
    for section in ("global", "install"):
        for parser in parsers:
            if parser.has_section(section):
                settings.update({name.replace("_", "-"): value for name, value in parser.items(section)})
    for name, value in environ.items():
        if name.startswith("PIP_") and value:
            settings[name[len("PIP_") :].lower().replace("_", "-")] = value
    return settings


def uv_has_index(environ: Mapping[str, str]) -> bool:
    """Tell whether uv was given an index of its own, by a variable or by a uv.toml."""
    return any(environ.get(name) for name in UV_INDEX_VARIABLES) or any(
        UV_INDEX_SETTING.search(text) for text in _texts(_uv_files(environ))
    )


def uv_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that give uv pip's index, links, proxy and trust, where uv has none of its own."""
    pip = pip_settings(environ)
    given: dict[str, str] = {}
    if "cert" in pip and not environ.get("SSL_CERT_FILE"):
        given["SSL_CERT_FILE"] = pip["cert"]
    if "trusted-host" in pip and not environ.get("UV_INSECURE_HOST"):
        given["UV_INSECURE_HOST"] = " ".join(pip["trusted-host"].split())
    if "proxy" in pip and not any(environ.get(name) for name in PROXY_VARIABLES):
        given["ALL_PROXY"] = pip["proxy"] if "://" in pip["proxy"] else f"http://{pip['proxy']}"
    if uv_has_index(environ):
        return given
    if "index-url" in pip:
        given["UV_DEFAULT_INDEX"] = pip["index-url"].strip()
    if "extra-index-url" in pip:
        # pip looks in all indexes at once; the lock's hashes decide what may come from any of them.
        given["UV_INDEX"] = " ".join(pip["extra-index-url"].split())
        given["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    links = [link for link in pip.get("find-links", "").split() if "://" in link or os.path.isdir(link)]
    if links:
        given["UV_FIND_LINKS"] = ",".join(links)
    if pip.get("no-index", "").lower() in ("1", "true", "yes", "on"):
        given["UV_NO_INDEX"] = "1"
    return given


def without_index(text: str, environ: Mapping[str, str]) -> str:
    """Return a tool's message with the hosts of configured indexes, and all credentials in URLs, taken out."""
    settings = [value for name, value in environ.items() if name.startswith(("PIP_", "UV_"))]
    settings += _texts([*_pip_files(environ), *_uv_files(environ)])
    text = re.sub(r"(https?://)[^/@\s]*@", r"\1", text)
    for host in {host for setting in settings for host in URL_HOST.findall(setting)}:
        text = text.replace(host, "<index>")
    return text


def _pip_files(environ: Mapping[str, str]) -> list[Path]:
    """pip's configuration files, weakest first."""
    named = environ.get("PIP_CONFIG_FILE")
    if named == os.devnull:
        return []
    home, config = _homes(environ)
    system = [
        Path(folder) / "pip/pip.conf" for folder in environ.get("XDG_CONFIG_DIRS", "/etc/xdg").split(":") if folder
    ]
    own = [home / ".pip/pip.conf", config / "pip/pip.conf"]
    return [*system, SYSTEM_PIP_CONF, *own, *([Path(named)] if named else [])]


def _uv_files(environ: Mapping[str, str]) -> list[Path]:
    if environ.get("UV_CONFIG_FILE"):
        return [Path(environ["UV_CONFIG_FILE"])]
    return [_homes(environ)[1] / "uv/uv.toml", Path("/etc/xdg/uv/uv.toml"), Path("/etc/uv/uv.toml")]


def _homes(environ: Mapping[str, str]) -> tuple[Path, Path]:
    home = Path(environ.get("HOME") or Path.home())
    return home, Path(environ.get("XDG_CONFIG_HOME") or home / ".config")


def _texts(paths: Iterable[Path]) -> list[str]:
    texts = []
    for path in paths:
        try:
            texts.append(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError):
            continue
    return texts
