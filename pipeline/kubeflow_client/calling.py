"""What may go wrong between here and the server, in the words of somebody who can act on it."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterator

import kfp_server_api
import urllib3

from components.errors import FusegateError, InputError
from pipeline.kubeflow_client.access import TOKEN_VARIABLE, Access
from pipeline.printable import printable

LONGEST = 500


class ServerError(FusegateError):
    """The server did not do what it was asked for.

    Args:
        message: What is told to the user.
        passing: Whether the same request may succeed a little later.
    """

    def __init__(self, message: str, *, passing: bool = False):
        super().__init__(message)
        self.passing = passing


@contextlib.contextmanager
def calling(access: Access, purpose: str) -> Iterator[None]:
    """Turn the client's exceptions into Fusegate's, and keep its own lines off the terminal.

    Args:
        access: The server that is called.
        purpose: What is asked for, as `list the runs`.

    Raises:
        InputError: Where the server refuses what the user gave: the token, a name, a parameter.
        ServerError: Where it cannot be reached, takes too long, or fails.
    """
    try:
        # kfp prints a link to each thing that it makes.
        with contextlib.redirect_stdout(io.StringIO()):
            yield
    except kfp_server_api.ApiException as error:
        raise _of_status(access, purpose, error) from error
    except urllib3.exceptions.HTTPError as error:
        raise _of_connection(access, purpose, error) from error


def _of_status(access: Access, purpose: str, error: kfp_server_api.ApiException) -> FusegateError:
    said = _message(error.body)
    received = f"Received: {error.status} {error.reason or ''}".rstrip() + (f", {said}" if said else "")
    if error.status in (401, 403):
        given = f"the token in {access.token_file}" if access.token_file else f"the token in {TOKEN_VARIABLE}"
        shown = given if access.read_token() else "no token"
        return InputError(
            f"{access.host} must allow this user to {purpose}. {received}, for {shown}. "
            f"Give a fresh token with --token-file or {TOKEN_VARIABLE}, or ask for the right in the namespace"
        )
    if error.status == 404:
        return InputError(
            f"what is asked for must be there to {purpose}. {received}, from {access.host}. "
            "Look at `fusegate kubeflow runs`, and at --host and --namespace"
        )
    if error.status in (400, 409):
        return InputError(f"{access.host} must accept what it is sent to {purpose}. {received}")
    return ServerError(
        f"{access.host} must be able to {purpose}. {received}. See the log of its ml-pipeline, and try again",
        passing=error.status in (429, 502, 503, 504),
    )


def _of_connection(access: Access, purpose: str, error: urllib3.exceptions.HTTPError) -> FusegateError:
    cause = getattr(error, "reason", None) or error
    if isinstance(cause, urllib3.exceptions.SSLError):
        return InputError(
            f"{access.host} must have a certificate that is trusted. Received: {printable(str(cause))[:LONGEST]}. "
            "Give its authority's certificate with --ca-file"
        )
    if isinstance(cause, urllib3.exceptions.ReadTimeoutError):
        return ServerError(
            f"{access.host} must answer within {access.timeout} s when asked to {purpose}. Received: nothing. "
            "It may have been done all the same: look with `fusegate kubeflow runs`; or raise --timeout",
            passing=True,
        )
    return ServerError(
        f"{access.host} must be reachable to {purpose}. Received: {type(cause).__name__}. "
        "Check --host, and that its port-forward, ingress or network lets this machine in",
        passing=True,
    )


def _message(body: str | None) -> str:
    """Return what the server says in its own words; a page of a proxy is left out."""
    try:
        said = json.loads(body or "")
    except ValueError:
        return ""
    if not isinstance(said, dict):
        return ""
    text = said.get("message") or said.get("error_message") or said.get("error") or ""
    return printable(str(text))[:LONGEST]
