"""The signals of the launching process: a request to stop, and a bell that rings when a child ends."""

import select
import signal
import socket
from types import FrameType
from typing import Self

from launch.errors import StopRequestedError

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Bell:
    """Waits that a signal cuts short; signals are only noted when they come, so nothing is interrupted half-way."""

    def __init__(self) -> None:
        self.stops_requested = 0
        self._ear, self._clapper = socket.socketpair()
        for end in (self._ear, self._clapper):
            end.setblocking(False)

    def __enter__(self) -> Self:
        """Take the signals over; nothing gives them back, since the process ends with the bell."""
        signal.set_wakeup_fd(self._clapper.fileno(), warn_on_full_buffer=False)
        for number in STOP_SIGNALS:
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup stays nohup
                signal.signal(number, self._note_stop)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        return self

    def __exit__(self, *exception: object) -> None:
        """Stay deaf from here on."""
        signal.set_wakeup_fd(-1)
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_IGN)

    def wait(self, seconds: float) -> None:
        """Sleep, until a signal comes at the latest."""
        if select.select([self._ear], [], [], seconds)[0]:
            self._ear.recv(1024)

    def pause(self, seconds: float) -> None:
        """Sleep like `wait`; raises StopRequestedError once a stop was asked for."""
        self.wait(seconds)
        if self.stops_requested:
            raise StopRequestedError

    def is_impatient(self) -> bool:
        """Whether a stop was asked for more than once."""
        return self.stops_requested > 1

    def _note_stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stops_requested += 1
