"""The pushed version that a receipt stands beside, read back from its registry."""

from __future__ import annotations

import dataclasses
import tempfile

from components import keys
from components.live_model import registry


@dataclasses.dataclass(frozen=True)
class Pushed:
    """A version of a registry.

    Attributes:
        destination: The push destination.
        version: Its number.
    """

    destination: str
    version: int

    @property
    def path(self) -> str:
        """Folder of the SavedModel."""
        return registry.version_path(self.destination, self.version)

    def record(self) -> registry.Record | None:
        """What the registry keeps of it."""
        return registry.read_record(self.destination, self.version)

    def served(self) -> str:
        """Name the output that the model serves."""
        from components.variant.with_variant import served_output

        return served_output(self.path)

    def digest(self) -> str:
        """Digest the model by what it holds."""
        return registry.model_digest(self.path)

    def digest_as_trained(self) -> str:
        """Digest the model as it was before another output than the fused one was made the served one."""
        from components.variant.with_variant import with_variant

        if self.served() == keys.FUSED:
            return self.digest()
        with tempfile.TemporaryDirectory(prefix="fusegate-receipt-") as folder:
            with_variant(self.path, keys.FUSED, f"{folder}/model")
            return registry.model_digest(f"{folder}/model")
