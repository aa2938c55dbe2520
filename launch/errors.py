"""What a start may refuse to do, each with one line for the person who asked for it."""


class LaunchRefusedError(Exception):
    """The start cannot go on; the text says why and what to do, in one line where that is possible."""


class StopRequestedError(Exception):
    """Ctrl-C, SIGTERM or SIGHUP arrived while something was being waited for."""
