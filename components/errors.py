"""Errors that Fusegate raises on purpose, each with the exit code the command line leaves with."""

EXIT_FAILED = 1
EXIT_BAD_INPUT = 2
EXIT_REFUSED = 3
EXIT_BUSY = 4


class FusegateError(Exception):
    """A failure that a user can act on; its text says what, where, what was received and the fix."""

    exit_code = EXIT_FAILED


class InputError(FusegateError):
    """Data, a path or an argument that cannot be used as it was given."""

    exit_code = EXIT_BAD_INPUT


class ConfigError(InputError):
    """Every fault of one configuration, found in one pass.

    Args:
        source: The file, or other name, that the configuration came from.
        faults: One line per fault: `key: rule. Received: value. Fix`.
    """

    def __init__(self, source: str, faults: list[str]):
        self.source = source
        self.faults = faults
        noun = "fault" if len(faults) == 1 else "faults"
        lines = "\n".join(f"  - {fault}" for fault in faults)
        super().__init__(f"{source}: {len(faults)} {noun} in the configuration\n{lines}")
