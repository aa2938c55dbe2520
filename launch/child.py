"""Becomes the command it is given, tied to the life of its parent; run by file name, so it imports nothing of ours.

    python -I -S child.py PARENT_PID DEATH_SIGNAL UID:GID|- COMMAND...

The parent-death signal has to be asked for by the child itself, after it has given up root (changing identity clears
the signal) and before it becomes the command. The new program keeps it; what the program forks does not.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Give up root where asked, tie this process to its parent and become the command."""
    parent_pid, death_signal, identity, *command = arguments
    if identity != "-":
        uid, gid = (int(part) for part in identity.split(":"))
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
    if os.getppid() != int(parent_pid):
        sys.exit(1)  # the parent died before it could be asked to tell us
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    os.execvp(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])
