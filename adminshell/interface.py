"""What an SSH client may ask for: to come in with a key, and for one command or one console. All else is refused."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import paramiko
import structlog
from paramiko.common import (
    AUTH_FAILED,
    AUTH_SUCCESSFUL,
    OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED,
    OPEN_SUCCEEDED,
)

from adminshell import guests
from adminshell.database import DATABASE_AWAY, borrowed_connection, is_away
from adminshell.guests import Guest
from adminshell.refusals import DATABASE_AWAY as REFUSAL_WHILE_AWAY
from adminshell.rendering import refusal_as_text, safe
from adminshell.waiting_room import Doorkeeper
from vocabulary import limits

SESSION = "session"
CLIENT_TEXT_LENGTH_MAX = 150

logger = structlog.get_logger(__name__)


@dataclass
class TerminalSize:
    """The size of the client's terminal, as it last said; ``is_there`` when it has one at all."""

    columns: int = 80
    rows: int = 24
    is_there: bool = False


class OperatorsOnly(paramiko.ServerInterface):
    """Answers one client's requests; paramiko asks it from the thread of the client's transport."""

    def __init__(self, *, address: str, doorkeeper: Doorkeeper, takes_passwords: bool) -> None:
        self.guest: Guest | None = None
        self.terminal = TerminalSize()
        self.channel: paramiko.Channel | None = None
        self.command: bytes | None = None
        """What was asked for, once ``is_asked`` is set: one command, or None for a console."""
        self.is_asked = threading.Event()
        self._address = address
        self._doorkeeper = doorkeeper
        self._takes_passwords = takes_passwords
        self._has_opened = False

    def get_allowed_auths(self, username: str) -> str:
        """The ways to come in, the same for every name."""
        return "publickey,password" if self._takes_passwords else "publickey"

    def get_banner(self) -> tuple[str | None, str | None]:
        """Nothing, unless the database that knows who may come in is away: else a good key would seem to be none."""
        return (f"{refusal_as_text(REFUSAL_WHILE_AWAY).rstrip()}\r\n", "en") if is_away() else (None, None)

    def check_auth_none(self, username: str) -> int:
        """Never: this is how a client asks which ways there are."""
        return AUTH_FAILED

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        """Whether the key may be tried; paramiko then checks the signature."""
        blob = key.asbytes()
        who = {"username": username, "address": self._address}
        return self._judge(
            username, lambda: guests.with_key(blob, **who), while_away=lambda: guests.seen_before(blob, **who)
        )

    def check_auth_password(self, username: str, password: str | bytes) -> int:
        """Whether the password is right, where passwords are taken at all."""
        if not self._takes_passwords or isinstance(password, bytes):
            return self._fail(username)
        return self._judge(username, lambda: guests.with_password(password, username=username, address=self._address))

    def check_channel_request(self, kind: str, chanid: int) -> int:
        """One session to a connection."""
        if kind != SESSION or self._has_opened:
            return OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED
        self._has_opened = True
        return OPEN_SUCCEEDED

    def check_channel_pty_request(
        self,
        channel: paramiko.Channel,
        term: bytes,
        width: int,
        height: int,
        pixelwidth: int,
        pixelheight: int,
        modes: bytes,
    ) -> bool:
        """A terminal of a size that a screen can have."""
        self.terminal.is_there = self._resize(width, height)
        return self.terminal.is_there

    def check_channel_window_change_request(
        self, channel: paramiko.Channel, width: int, height: int, pixelwidth: int, pixelheight: int
    ) -> bool:
        """Another such size."""
        return self._resize(width, height)

    def check_channel_shell_request(self, channel: paramiko.Channel) -> bool:
        """The console: no shell is ever behind it."""
        return self._ask(channel, command=None)

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        """One command of the console."""
        return self._ask(channel, command=command)

    def check_channel_subsystem_request(self, channel: paramiko.Channel, name: str) -> bool:
        """None: no file transfer, nothing else."""
        return False

    def _ask(self, channel: paramiko.Channel, *, command: bytes | None) -> bool:
        if self.is_asked.is_set():
            return False
        self.channel, self.command = channel, command
        self.is_asked.set()
        return True

    def _resize(self, columns: int, rows: int) -> bool:
        most = limits.SSH_TERMINAL_CELLS_MAX
        if not (0 <= columns <= most and 0 <= rows <= most):
            return False
        # Zero is how a client says that it does not know.
        self.terminal.columns, self.terminal.rows = columns or 80, rows or 24
        return True

    def _judge(
        self, username: str, find: Callable[[], Guest | None], *, while_away: Callable[[], Guest | None] = lambda: None
    ) -> int:
        is_sane = len(username) <= CLIENT_TEXT_LENGTH_MAX and "\0" not in username
        try:
            with borrowed_connection():
                guest = find() if is_sane else None
        except DATABASE_AWAY as error:
            logger.warning("database_away", error=type(error).__name__)
            self.guest = while_away()
            return AUTH_FAILED if self.guest is None else AUTH_SUCCESSFUL
        if guest is None:
            return self._fail(username)
        self.guest = guest
        return AUTH_SUCCESSFUL

    def _fail(self, username: str) -> int:
        delay_s = self._doorkeeper.delay_after_failure(self._address)
        logger.info(
            "ssh_refused", username=safe(username[:CLIENT_TEXT_LENGTH_MAX]), address=self._address, delay_s=delay_s
        )
        time.sleep(delay_s)
        return AUTH_FAILED
