"""kfp's client, with limits on what it waits for and where it writes."""

from __future__ import annotations

import warnings
from typing import Any

import kfp.client
import kfp_server_api
from kfp_server_api import rest

from components.errors import InputError
from pipeline.kubeflow_client.access import Access
from pipeline.kubeflow_client.calling import ServerError, calling

HEALTH = "/apis/v2beta1/healthz"
CONNECT_SECONDS = 10
RETRIES = 2


class _TimedRest(rest.RESTClientObject):
    """kfp-server-api's transport, which waits for ever unless each call says otherwise."""

    def __init__(self, configuration: kfp_server_api.Configuration, seconds: int):
        self._limits = (min(CONNECT_SECONDS, seconds), seconds)
        super().__init__(configuration)

    def request(self, *args: Any, _request_timeout: Any = None, **kwargs: Any) -> Any:
        return super().request(*args, _request_timeout=_request_timeout or self._limits, **kwargs)


class Client(kfp.client.Client):
    """kfp's client for one server; it has been seen to answer once this is made.

    Args:
        access: How to reach the server.

    Attributes:
        access: The same.
        namespace: What to name as namespace in a request; None on a server for one user.

    Raises:
        InputError: Where the address, the token or the namespace will not do.
        ServerError: Where the server cannot be reached, or is no Kubeflow Pipelines 2.
    """

    def __init__(self, access: Access):
        self.access = access
        self.namespace = access.namespace or None
        with warnings.catch_warnings(), calling(access, "say how it is"):
            # kfp warns at every start that it speaks to version 2 alone.
            warnings.simplefilter("ignore", FutureWarning)
            super().__init__(
                host=access.host,
                namespace=access.namespace,
                existing_token=access.read_token(),
                ssl_ca_cert=str(access.ca_file) if access.ca_file else None,
            )
            if access.namespace:
                # Without one kfp has asked already.
                self.get_kfp_healthz()

    def get_kfp_healthz(self, sleep_duration: int = 0) -> kfp_server_api.V2beta1GetHealthzResponse:
        """Ask once how the server is; kfp's own asks five times, five seconds apart, and logs each failure.

        Args:
            sleep_duration: Not used: there is no second time.
        """
        self._limit()
        api = self._healthz_api.api_client
        try:
            said = api.call_api(
                HEALTH, "GET", response_type="object", auth_settings=["Bearer"], _return_http_data_only=True
            )
        except kfp_server_api.ApiException as error:
            if error.status == 404:
                raise _not_kubeflow(self.access, "404") from error
            raise
        if not isinstance(said, dict):
            raise _not_kubeflow(self.access, "a page that is not JSON, perhaps of a login")
        if said.get("multi_user") and not self.access.namespace:
            raise InputError(
                f"--namespace must be given where several users share a server. Received: none, for {self.access.host}"
            )
        return kfp_server_api.V2beta1GetHealthzResponse(multi_user=bool(said.get("multi_user")))

    def _limit(self) -> None:
        """Give the transport that all of kfp's services share its time limits."""
        api = self._healthz_api.api_client
        if isinstance(api.rest_client, _TimedRest):
            return
        configuration = api.configuration
        configuration.retries = RETRIES
        if self.access.token_file is not None:
            # A token in a cluster lives for an hour; its file is renewed.
            configuration.refresh_api_key_hook = self._refresh
        api.rest_client = _TimedRest(configuration, self.access.timeout)

    def _refresh(self, configuration: kfp_server_api.Configuration) -> None:
        configuration.api_key["authorization"] = self.access.read_token()


def _not_kubeflow(access: Access, received: str) -> ServerError:
    return ServerError(
        f"{access.host} must speak the API v2beta1 of Kubeflow Pipelines 2. Received: {received} for {HEALTH}. "
        "Check the path in --host, which often ends with /pipeline, and the server's version"
    )
