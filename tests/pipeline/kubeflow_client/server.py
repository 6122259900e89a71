"""A server on the loopback that speaks the calls of the KFP v2beta1 REST API that Fusegate uses."""

from __future__ import annotations

import contextlib
import dataclasses
import email
import email.policy
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.pipeline.kubeflow_client import strict
from tests.pipeline.kubeflow_client.store import Refused, Store, listed

ROOT = "/apis/v2beta1/"
LISTS = {
    "pipelines": ("V2beta1ListPipelinesResponse", "pipelines", "pipelines"),
    "experiments": ("V2beta1ListExperimentsResponse", "experiments", "experiments"),
    "runs": ("V2beta1ListRunsResponse", "runs", "runs"),
    "recurringruns": ("V2beta1ListRecurringRunsResponse", "recurringRuns", "schedules"),
}


@dataclasses.dataclass
class World:
    """The server as a test sees it.

    Attributes:
        host: Its address.
        store: What it keeps.
        asked: Each request as (method, path), in the order that they came in.
        sent: The parsed body of each JSON request, beside the path.
        token: The bearer token that it asks for; None asks for none.
        multi_user: Whether several users share it.
        failing: Status codes that the next requests are answered with, by path; requests after those are served.
        delay: Seconds before each answer but that of the health check.
        page: A page of HTML that answers everything, as a proxy's login does.
    """

    host: str = ""
    store: Store = dataclasses.field(default_factory=Store)
    asked: list[tuple[str, str]] = dataclasses.field(default_factory=list)
    sent: list[tuple[str, dict[str, Any]]] = dataclasses.field(default_factory=list)
    token: str | None = None
    multi_user: bool = False
    failing: dict[str, list[int]] = dataclasses.field(default_factory=dict)
    delay: float = 0
    page: str = ""


class _Handler(BaseHTTPRequestHandler):
    world: World

    def do_GET(self) -> None:
        self._serve(self._get)

    def do_POST(self) -> None:
        self._serve(self._post)

    def log_message(self, *_: Any) -> None:
        """Nothing is written: a test shows what it needs."""

    def _serve(self, answer: Any) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        address = urlsplit(self.path)
        query = dict(parse_qsl(address.query))
        self.world.asked.append((self.command, address.path))
        if self.world.page:
            self._send(200, self.world.page.encode(), "text/html")
            return
        try:
            self._admit(address.path)
            self._send(200, json.dumps(answer(address.path.removeprefix(ROOT), query, body)).encode())
        except Refused as error:
            self._refuse(error.status, str(error))
        except (ValueError, KeyError) as error:
            self._refuse(400, repr(error))

    def _admit(self, path: str) -> None:
        world = self.world
        if world.token is not None and self.headers.get("authorization") != f"Bearer {world.token}":
            raise Refused(401, "Unauthenticated: Request header error: there is no user identity header.")
        if world.failing.get(path):
            raise Refused(world.failing[path].pop(0), "upstream connect error")
        if not path.endswith("healthz"):
            time.sleep(world.delay)

    def _refuse(self, status: int, message: str) -> None:
        self._send(status, json.dumps({"error": message, "code": 3, "message": message}).encode())

    def _send(self, status: int, body: bytes, kind: str = "application/json") -> None:
        with contextlib.suppress(BrokenPipeError):
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def _get(self, path: str, query: dict[str, str], _: bytes) -> Any:
        store = self.world.store
        if path == "healthz":
            # As the server does, which leaves out what is false.
            return {"multi_user": True} if self.world.multi_user else {}
        if path in LISTS:
            kind, field, kept = LISTS[path]
            rows, token = listed(getattr(store, kept), query)
            answer = {field: [strict.write(row) for row in rows], "total_size": len(rows), "next_page_token": token}
            return strict.write(strict.read(answer, kind))
        kind, name, *rest = path.split("/")
        if kind == "pipelines" and rest == ["versions"]:
            versions = {key: each for key, each in store.versions.items() if each.pipeline_id == name}
            rows, token = listed(versions, query)
            return {"pipeline_versions": [strict.write(row) for row in rows], "next_page_token": token}
        if kind == "runs" and not rest:
            return strict.write(store.look_at_run(name))
        raise Refused(404, "Not Found")

    def _post(self, path: str, query: dict[str, str], body: bytes) -> Any:
        store = self.world.store
        if path == "pipelines/upload":
            made = store.upload(self._file(body), query["name"], query.get("description", ""), query.get("namespace"))
            return strict.write(made)
        if path == "pipelines/upload_version":
            name, description = query["name"], query.get("description", "")
            return strict.write(store.upload_version(self._file(body), name, description, query["pipelineid"]))
        if path.startswith("recurringruns/"):
            store.switch(*path.removeprefix("recurringruns/").split(":"))
            return {}
        makers = {
            "experiments": ("V2beta1Experiment", store.create_experiment),
            "runs": ("V2beta1Run", store.create_run),
            "recurringruns": ("V2beta1RecurringRun", store.create_schedule),
        }
        if path not in makers:
            raise Refused(404, "Not Found")
        kind, make = makers[path]
        self.world.sent.append((path, json.loads(body)))
        return strict.write(make(strict.read(json.loads(body), kind)))

    def _file(self, body: bytes) -> bytes:
        """Return the part `uploadfile` of a multipart body."""
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        message = email.message_from_bytes(head + body, policy=email.policy.HTTP)
        parts = {part.get_param("name", header="content-disposition"): part for part in message.iter_parts()}
        if not str(parts["uploadfile"].get_filename()).endswith(".yaml"):
            raise Refused(400, "Failed to read a pipeline spec file")
        return parts["uploadfile"].get_payload(decode=True)


@contextlib.contextmanager
def serve() -> Iterator[World]:
    """Serve on a free port of the loopback until the block ends."""
    world = World()
    handler = type("Handler", (_Handler,), {"world": world})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        world.host = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield world
        finally:
            server.shutdown()
            thread.join()
