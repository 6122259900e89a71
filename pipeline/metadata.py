"""ML Metadata: the connection that a configuration asks for, and its name without secrets."""

from __future__ import annotations

import os
from typing import Any

from components.errors import InputError
from pipeline.config import Config, Server

DEFAULT_FILE = "metadata.sqlite"


def store_name(config: Config) -> str:
    """Return a name of the metadata store: two configurations with one name share a store. It holds no password."""
    if isinstance(config.mlmd, Server):
        return f"{config.mlmd.kind}://{config.mlmd.host}:{config.mlmd.port}/{config.mlmd.database}"
    return f"sqlite://{(config.mlmd.path or config.output / DEFAULT_FILE).resolve()}"


def connection_config(config: Config) -> Any:
    """Make MLMD's connection.

    Returns:
        An `ml_metadata.proto.metadata_store_pb2.ConnectionConfig`.

    Raises:
        InputError: If the environment lacks the password of a server.
    """
    from ml_metadata.proto import metadata_store_pb2

    connection = metadata_store_pb2.ConnectionConfig()
    if not isinstance(config.mlmd, Server):
        path = config.mlmd.path or config.output / DEFAULT_FILE
        path.parent.mkdir(parents=True, exist_ok=True)
        connection.sqlite.filename_uri = str(path)
        connection.sqlite.connection_mode = metadata_store_pb2.SqliteMetadataSourceConfig.READWRITE_OPENCREATE
        return connection
    server = config.mlmd
    password = os.environ.get(server.password_env)
    if password is None:
        raise InputError(
            f"mlmd.password_env must name a variable that is set. Received: {server.password_env}, which is not. "
            f"Set it to the password of {server.user}"
        )
    if server.kind == "mysql":
        connection.mysql.host, connection.mysql.port = server.host, server.port
        connection.mysql.database = server.database
        connection.mysql.user, connection.mysql.password = server.user, password
    else:
        connection.postgresql.host, connection.postgresql.port = server.host, str(server.port)
        connection.postgresql.dbname = server.database
        connection.postgresql.user, connection.postgresql.password = server.user, password
    return connection
