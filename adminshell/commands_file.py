"""Commands written into a file: ``echo halt > FILE``. Each line is carried out once, or not at all.

The file is taken by renaming it, so that it is this process's alone; a line is marked as begun, by a ``#`` in the place
of its first character, before it is carried out. A line without its end is never carried out: it may be half of one.
"""

import os
import stat
import threading
import time
from pathlib import Path

import structlog
from django.db import InterfaceError, OperationalError

from access.records import Actor
from access.services import users
from adminshell import runner
from adminshell.database import borrowed_connection
from adminshell.rendering import safe
from vocabulary import limits
from vocabulary.roles import Role

DOOR = "file"
# With its space it is no name that anybody could sign up with.
USERNAME = "commands file"
OWNER_ONLY = 0o600
MARK = b"#"

logger = structlog.get_logger(__name__)


class UnsafeFile(Exception):
    """Somebody else may have written the file."""


class CommandsFile:
    """The file, and those that were taken from its place and are not yet done with."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._complaint = ""

    def watch(self, stop: threading.Event, *, pause_s: float = limits.ADMIN_COMMANDS_FILE_POLL_S) -> None:
        """Look again and again until ``stop`` is set."""
        while not stop.wait(pause_s):
            try:
                self.look()
                self._complaint = ""
            except (UnsafeFile, OSError, OperationalError, InterfaceError) as error:
                # Said once, not four times a second.
                if str(error) != self._complaint:
                    logger.error("commands_file_not_read", path=str(self._path), error=str(error))
                self._complaint = str(error)
            except Exception:
                logger.exception("commands_file_failed", path=str(self._path))

    def look(self) -> None:
        """Carry out what has been written. Raises UnsafeFile for a file that is not this user's own."""
        if not self._path.exists():
            self._lay_out()
        elif self._path.lstat().st_size:
            self._take()
        for taken in sorted(self._path.parent.glob(f"{self._path.name}.taken-*")):
            self._work_off(taken)

    def _lay_out(self) -> None:
        """An empty file of our own, so that whoever writes into it need not own it."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY))

    def _take(self) -> None:
        os.close(_opened(self._path))
        mode = stat.S_IMODE(self._path.lstat().st_mode)
        self._path.rename(self._path.with_name(f"{self._path.name}.taken-{time.time_ns():020d}"))
        self._lay_out()
        self._path.chmod(mode)

    def _work_off(self, taken: Path) -> None:
        handle = _opened(taken)
        try:
            place, rest = 0, b""
            for line in os.pread(handle, limits.ADMIN_COMMANDS_FILE_BYTES_MAX, 0).splitlines(keepends=True):
                if not line.endswith(b"\n"):
                    rest = line
                elif line.strip() and not line.startswith(MARK):
                    self._carry_out(line, handle=handle, place=place)
                place += len(line)
            # Who opened the file before it was taken may still be writing.
            if time.time() - os.fstat(handle).st_mtime > limits.ADMIN_COMMANDS_FILE_LINGER_S:
                taken.unlink()
                if rest and not rest.startswith(MARK):
                    logger.warning("commands_file_line_without_end", line=rest[: limits.SSH_COMMAND_LENGTH_MAX])
        finally:
            os.close(handle)

    def _carry_out(self, line: bytes, *, handle: int, place: int) -> None:
        actor = _actor()
        os.pwrite(handle, MARK, place)
        os.fsync(handle)
        text = line.decode(errors="surrogateescape").strip()
        if actor is None:
            logger.error("commands_file_user_inactive", line=safe(text))
            return
        status = runner.run(text, actor=actor, screen=LogScreen())
        logger.info("commands_file_line_done", line=safe(text), exit_status=status.value)


class LogScreen:
    """Writes answers into the log. Nobody looks on, so what goes on and on stops after its first answer."""

    width = None
    is_terminal = False

    def show(self, text: str) -> None:
        """An answer."""
        logger.info("commands_file_answer", answer=text)

    def complain(self, text: str) -> None:
        """A refusal."""
        logger.warning("commands_file_refusal", answer=text)

    def redraw(self, text: str) -> None:
        """The first of a row of answers."""
        self.show(text)

    def is_stopped_within(self, seconds: float) -> bool:
        """At once."""
        return True


def _actor() -> Actor | None:
    with borrowed_connection():
        return users.ensure_process_user(USERNAME, role=Role.OPERATOR, door=DOOR)


def _opened(path: Path) -> int:
    """The file, opened without following a link. Raises UnsafeFile unless it is ours and closed to the world."""
    handle = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
    facts = os.fstat(handle)
    fault = ""
    if not stat.S_ISREG(facts.st_mode):
        fault = "it is not a file"
    elif facts.st_uid != os.geteuid():
        fault = "it belongs to another user"
    elif facts.st_mode & stat.S_IWOTH:
        fault = "everybody may write to it"
    elif facts.st_size > limits.ADMIN_COMMANDS_FILE_BYTES_MAX:
        fault = f"it is larger than {limits.ADMIN_COMMANDS_FILE_BYTES_MAX} bytes"
    if fault:
        os.close(handle)
        raise UnsafeFile(f"the commands in {path} are not carried out: {fault}")
    return handle
