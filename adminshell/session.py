"""What happens on the one channel of a connection: one command, a console, or lines from a pipe."""

import contextlib
from collections.abc import Iterator

import paramiko
from django.db import InterfaceError, OperationalError

from adminshell import rendering, runner
from adminshell.commands.manual import EXIT
from adminshell.console import Console
from adminshell.database import borrowed_connection
from adminshell.guests import Guest
from adminshell.interface import TerminalSize
from adminshell.refusals import DATABASE_AWAY, NO_LONGER_WELCOME, TOO_MANY_SESSIONS
from adminshell.terminal import READ_BYTES, ChannelScreen
from vocabulary import limits
from vocabulary.exit_status import ExitStatus


def hold(
    channel: paramiko.Channel,
    *,
    guest: Guest,
    terminal: TerminalSize,
    command: bytes | None,
    idle_s: float,
    has_place: bool,
) -> None:
    """Serve a guest and close the channel with the exit status of their last command."""
    screen = ChannelScreen(channel, terminal=terminal, is_welcome=lambda: _is_welcome(guest))
    desk = Desk(guest, screen=screen)
    if not has_place:
        screen.complain(rendering.refusal_as_text(TOO_MANY_SESSIONS))
        status = TOO_MANY_SESSIONS.status
    elif command is not None:
        status = desk.carry_out(_decoded(command))
    elif terminal.is_there:
        status = _hold_console(desk, channel, screen=screen, terminal=terminal, idle_s=idle_s)
    else:
        status = _read_pipe(desk, channel, idle_s=idle_s)
    with contextlib.suppress(OSError, EOFError, paramiko.SSHException):
        channel.send_exit_status(status.value)
        channel.shutdown_write()
        channel.close()


class Desk:
    """Takes a guest's lines, as long as they are welcome."""

    def __init__(self, guest: Guest, *, screen: ChannelScreen) -> None:
        self.is_open = True
        self._guest = guest
        self._screen = screen

    def carry_out(self, line: str) -> ExitStatus:
        """Carry out one line for the guest, if they are still welcome. ``exit`` closes the desk."""
        try:
            with borrowed_connection():
                actor = self._guest.actor()
        except (OperationalError, InterfaceError):
            self._screen.complain(rendering.refusal_as_text(DATABASE_AWAY))
            return DATABASE_AWAY.status
        if actor is None:
            self.is_open = False
            self._screen.complain(rendering.refusal_as_text(NO_LONGER_WELCOME))
            return NO_LONGER_WELCOME.status
        status = runner.run(line, actor=actor, screen=self._screen)
        if line.split()[:1] == [EXIT] and status is ExitStatus.OK:
            self.is_open = False
        return status


def _hold_console(
    desk: Desk, channel: paramiko.Channel, *, screen: ChannelScreen, terminal: TerminalSize, idle_s: float
) -> ExitStatus:
    status = ExitStatus.OK
    with Console(channel, terminal=terminal, idle_s=idle_s) as console:
        screen.show("MarketOps operator console. help lists the commands, Tab completes, exit leaves.\n")
        while desk.is_open and (line := console.next_line()) is not None:
            if line.strip():
                status = desk.carry_out(line.strip())
    return status


def _read_pipe(desk: Desk, channel: paramiko.Channel, *, idle_s: float) -> ExitStatus:
    status = ExitStatus.OK
    for line in _lines(channel, idle_s=idle_s):
        if line.strip():
            status = desk.carry_out(line.strip())
        if not desk.is_open:
            break
    return status


def _lines(channel: paramiko.Channel, *, idle_s: float) -> Iterator[str]:
    """The lines that the client sends; one that is too long comes as it is, to be refused, and is the last.

    A last line without its end counts only when the client has closed its side: a connection that was lost may have
    taken half of the line with it.
    """
    waiting = b""
    while True:
        channel.settimeout(idle_s)
        try:
            received = channel.recv(READ_BYTES)
        except OSError:
            return
        finally:
            channel.settimeout(limits.SSH_STALL_S_MAX)
        *whole, waiting = (waiting + received).split(b"\n")
        yield from (_decoded(line.removesuffix(b"\r")) for line in whole)
        if len(waiting) > limits.SSH_COMMAND_LENGTH_MAX or (not received and channel.eof_received):
            yield _decoded(waiting)
            return
        if not received:
            return


def _decoded(line: bytes) -> str:
    # What is not UTF-8 becomes a lone surrogate, which is not printable, so that the grammar refuses the line.
    return line.decode(errors="surrogateescape")


def _is_welcome(guest: Guest) -> bool:
    with borrowed_connection():
        return guest.actor() is not None
