"""Hands this machine's settings for packages to the image's build as secrets, so that no layer holds them."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from pathlib import Path

from tools.base_image import DEBIAN_MIRROR, SUITE
from tools.index_settings import UV_INDEX_VARIABLES, pip_settings, uv_environment

# pip's options that mean the same on another machine; paths of this one do not.
PIP_OPTIONS = (
    "index-url",
    "extra-index-url",
    "trusted-host",
    "proxy",
    "no-index",
    "default-timeout",
    "timeout",
    "retries",
)
UV_VARIABLES = (*UV_INDEX_VARIABLES, "UV_INDEX_STRATEGY", "UV_INSECURE_HOST", "UV_HTTP_TIMEOUT", "ALL_PROXY")


def secret_options(environ: Mapping[str, str], mirror: str, folder: Path) -> list[str]:
    """Write the secrets and return the options that name them to Buildah.

    Args:
        environ: The environment: pip's and uv's variables, and where pip's files are.
        mirror: Where Debian's packages are.
        folder: An empty folder that only this user reads and that is removed after the build.

    Returns:
        `--secret` options: `index` (settings of pip and uv), `trust` (certificate authorities, where the machine names
        its own) and `apt` (a sources.list, where the mirror is not Debian's own).
    """
    files = {"index": folder / "index"}
    files["index"].write_text(index_secret(environ), encoding="utf-8")
    trust = environ.get("SSL_CERT_FILE") or pip_settings(environ).get("cert")
    if trust and os.path.isfile(trust):
        files["trust"] = Path(trust)
    if mirror != DEBIAN_MIRROR:
        files["apt"] = folder / "apt"
        files["apt"].write_text(f"deb {mirror} {SUITE} main\n", encoding="utf-8")
    return [option for name, path in files.items() for option in ("--secret", f"id={name},src={path}")]


def index_secret(environ: Mapping[str, str]) -> str:
    """Return a shell's assignments of the variables that give pip and uv this machine's index.

    Args:
        environ: The environment.

    Returns:
        `NAME='value'` lines. Folders of wheels on this machine are left out, since the build does not see them.
    """
    pip = pip_settings(environ)
    given = {f"PIP_{name.upper().replace('-', '_')}": pip[name].strip() for name in PIP_OPTIONS if pip.get(name)}
    # uv.toml stays on the machine: where it alone names the index, uv in the build gets pip's.
    uv = {**environ, **uv_environment({**environ, "UV_CONFIG_FILE": os.devnull})}
    given.update({name: uv[name] for name in UV_VARIABLES if uv.get(name)})
    if not _all_remote(given.get("UV_FIND_LINKS", "")):
        del given["UV_FIND_LINKS"]
    if "PIP_INDEX_URL" not in given and "UV_DEFAULT_INDEX" in given:
        given["PIP_INDEX_URL"] = given["UV_DEFAULT_INDEX"]
    return "".join(f"{name}={shlex.quote(value)}\n" for name, value in sorted(given.items()))


def _all_remote(links: str) -> bool:
    return all("://" in link for link in links.split(",") if link)
