"""Putting a mistake in the place of what is right, for as long as this process lives."""

from unittest import mock


def put(owner: object, name: str, mistake: object) -> None:
    """Replace an attribute that exists."""
    mock.patch.object(owner, name, mistake).start()
