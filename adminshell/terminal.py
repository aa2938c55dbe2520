"""An SSH channel as a screen: text out with the line ends that a terminal wants, and the keys that stop a command."""

import time
from collections.abc import Callable

import paramiko

from adminshell.interface import TerminalSize
from vocabulary import limits

CTRL_C = b"\x03"
CTRL_D = b"\x04"
STOPPING_KEYS = (CTRL_C, CTRL_D, b"q", b"Q")
CLEAR = "\x1b[H\x1b[2J\x1b[3J"
READ_BYTES = 1024
POLL_S = 0.05
WELCOME_CHECK_S = 2.0


class ChannelScreen:
    """Shows answers to the client at the other end of a channel."""

    def __init__(self, channel: paramiko.Channel, *, terminal: TerminalSize, is_welcome: Callable[[], bool]) -> None:
        # A client that reads nothing for so long is taken to be gone.
        channel.settimeout(limits.SSH_STALL_S_MAX)
        self._channel = channel
        self._terminal = terminal
        self._is_welcome = is_welcome
        self._welcome_checked_at = time.monotonic()
        self._is_gone = False

    @property
    def width(self) -> int | None:
        """The terminal's columns; None where the client has no terminal."""
        return self._terminal.columns if self._terminal.is_there else None

    @property
    def is_terminal(self) -> bool:
        """Whether the client has a terminal."""
        return self._terminal.is_there

    def show(self, text: str) -> None:
        """Send text."""
        self._send(text, send=self._channel.sendall)

    def complain(self, text: str) -> None:
        """Send text to the client's standard error; a terminal has only the one stream."""
        self._send(text, send=self._channel.sendall if self.is_terminal else self._channel.sendall_stderr)

    def redraw(self, text: str) -> None:
        """On a terminal, in the place of what is there."""
        self.show(f"{CLEAR}{text}" if self.is_terminal else text)

    def is_stopped_within(self, seconds: float) -> bool:
        """Wait, unless the client presses a stopping key, goes away or has lost its right to be here."""
        until = time.monotonic() + seconds
        while not self._is_gone and not self._channel.closed:
            if self.is_terminal and self._has_pressed_a_stopping_key():
                return True
            if time.monotonic() >= until:
                return not self._is_still_welcome()
            time.sleep(POLL_S)
        return True

    def _send(self, text: str, *, send: Callable[[bytes], None]) -> None:
        if self._is_gone:
            return
        shown = text.replace("\n", "\r\n") if self.is_terminal else text
        try:
            send(shown.encode())
        except (OSError, EOFError, paramiko.SSHException):
            self._is_gone = True

    def _has_pressed_a_stopping_key(self) -> bool:
        if not self._channel.recv_ready():
            return bool(self._channel.eof_received)
        try:
            keys = self._channel.recv(READ_BYTES)
        except (TimeoutError, OSError):
            return True
        return any(key in keys for key in STOPPING_KEYS)

    def _is_still_welcome(self) -> bool:
        if time.monotonic() - self._welcome_checked_at < WELCOME_CHECK_S:
            return True
        self._welcome_checked_at = time.monotonic()
        return self._is_welcome()
