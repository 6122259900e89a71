"""How a Kubeflow Pipelines server is reached."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

from components.errors import InputError

TOKEN_VARIABLE = "KF_PIPELINES_TOKEN"


@dataclasses.dataclass(frozen=True)
class Access:
    """Address and credentials of a server. The token itself is never kept here, so that no text of this shows it.

    Attributes:
        host: Address of the API server, as `https://kubeflow.example/pipeline`.
        namespace: Namespace of the user; empty on a server for one user.
        token_file: File that holds the bearer token, read anew for each request; without it the environment
            variable `KF_PIPELINES_TOKEN` is taken, where it is set.
        ca_file: Certificates to trust in place of the usual ones, in PEM.
        timeout: Most seconds to wait for one answer.
    """

    host: str
    namespace: str = ""
    token_file: Path | None = None
    ca_file: Path | None = None
    timeout: int = 30

    def __post_init__(self) -> None:
        if not self.host.startswith(("http://", "https://")):
            raise InputError(
                f"--host must be an http:// or https:// address. Received: {self.host or 'nothing'}. "
                "Give the address of the API server, as https://kubeflow.example/pipeline, or set KF_PIPELINES_ENDPOINT"
            )
        if self.ca_file is not None and not self.ca_file.is_file():
            raise InputError(f"--ca-file must be a file of certificates in PEM. Received: {self.ca_file}, no such file")

    def read_token(self) -> str | None:
        """Return the bearer token as it is now, or None where there is none.

        Raises:
            InputError: If the file cannot be read, or holds no token.
        """
        if self.token_file is None:
            return os.environ.get(TOKEN_VARIABLE, "").strip() or None
        try:
            token = self.token_file.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "which is not ASCII"
            raise InputError(
                f"--token-file must be a file that can be read. Received: {self.token_file}, {reason}"
            ) from error
        if not token or not token.isprintable() or " " in token:
            raise InputError(f"--token-file must hold one token. Received: {self.token_file}, which holds none")
        return token
