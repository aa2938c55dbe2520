"""Commands written into a file: each line once, never half of one, and only from a file that is nobody else's."""

import os
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from access.models import User
from access.selectors import audit
from adminshell.commands_file import CommandsFile, UnsafeFile
from market.selectors import instruments
from tests.adminshell.conftest import commands_in_audit, wait_until
from tests.market_place import MarketPlace
from vocabulary import limits


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "shared" / "admin_commands.txt"


@pytest.fixture
def watched(market: MarketPlace, file: Path) -> Iterator[Path]:
    """The file, with a watcher on it."""
    stop = threading.Event()
    watcher = threading.Thread(target=CommandsFile(file).watch, args=[stop], kwargs={"pause_s": 0.02})
    watcher.start()
    wait_until(file.exists)
    yield file
    stop.set()
    watcher.join()


def phase() -> str:
    return instruments.by_symbol("ACME").phase.name


def carried_out() -> list[tuple[str, object]]:
    return [
        (entry.subject, entry.detail["exit_status"]) for entry in commands_in_audit() if entry.detail["stage"] == "done"
    ]


def test_echo_halt_halts_everything_and_is_audited(watched: Path):
    subprocess.run(f"echo halt > {watched}", shell=True, check=True)

    wait_until(lambda: phase() == "HALTED")

    wait_until(lambda: carried_out() == [("halt", 0)])
    wait_until(lambda: watched.read_text() == "")
    acts = {(entry.action, entry.actor_name, entry.door) for entry in audit.newest(count=9)}
    assert {("instrument.halt", "commands file", "file"), ("ssh.command", "commands file", "file")} <= acts
    user = User.objects.get(username="commands file")
    assert (user.role, user.has_usable_password()) == ("OPERATOR", False)


def test_lines_are_carried_out_in_their_order_each_once(watched: Path):
    for line in ("halt ACME first", "frobnicate", "# a remark", "", "watch ACME", "resume ACME"):
        with watched.open("a") as file:
            file.write(f"{line}\n")

    wait_until(lambda: len(carried_out()) == 4)

    assert carried_out() == [("halt ACME first", 0), ("frobnicate", 2), ("watch ACME", 0), ("resume ACME", 0)]
    wait_until(lambda: list(watched.parent.iterdir()) == [watched])
    assert len(carried_out()) == 4


def test_a_line_without_its_end_waits_for_it(watched: Path):
    with watched.open("a", buffering=1) as file:
        file.write("halt ACME half")
        file.flush()
        wait_until(lambda: watched.stat().st_size == 0)  # taken, and still being written
        assert carried_out() == []
        file.write(" of a reason\n")
    wait_until(lambda: carried_out() == [("halt ACME half of a reason", 0)])


def test_a_line_that_never_ends_is_never_carried_out(market: MarketPlace, file: Path):
    commands = CommandsFile(file)
    commands.look()
    file.write_text("halt")
    commands.look()
    (taken,) = file.parent.glob("*.taken-*")
    long_ago = time.time() - limits.ADMIN_COMMANDS_FILE_LINGER_S - 1
    os.utime(taken, (long_ago, long_ago))

    commands.look()

    assert list(file.parent.iterdir()) == [file]
    assert (phase(), carried_out()) == ("CONTINUOUS", [])


def test_what_a_crash_left_is_carried_out_from_where_it_stopped(market: MarketPlace, file: Path):
    file.parent.mkdir()
    left = file.with_name(f"{file.name}.taken-00000000000000000001")
    left.write_text("#alt ACME begun before the crash\nhalt ACME asked for before the crash\n")

    CommandsFile(file).look()

    assert carried_out() == [("halt ACME asked for before the crash", 0)]
    CommandsFile(file).look()
    assert len(carried_out()) == 1


def test_a_file_that_others_may_have_written_is_left_alone(market: MarketPlace, file: Path, tmp_path: Path):
    commands = CommandsFile(file)
    commands.look()
    file.write_text("halt\n")

    file.chmod(0o606)
    with pytest.raises(UnsafeFile, match="everybody may write to it"):
        commands.look()
    file.chmod(0o600)
    if os.geteuid() == 0:
        os.chown(file, 65534, -1)
        with pytest.raises(UnsafeFile, match="it belongs to another user"):
            commands.look()
    own = tmp_path / "own"
    own.write_text("halt\n")
    file.unlink()
    file.symlink_to(own)
    with pytest.raises(OSError):
        commands.look()
    file.unlink()
    file.write_text("status\n" * 10_000)
    with pytest.raises(UnsafeFile, match="it is larger than 65536 bytes"):
        commands.look()
    assert (phase(), carried_out()) == ("CONTINUOUS", [])


def test_a_deactivated_file_user_does_nothing(market: MarketPlace, file: Path):
    commands = CommandsFile(file)
    commands.look()
    file.write_text("status\n")
    commands.look()
    User.objects.filter(username="commands file").update(is_active=False)

    file.write_text("halt\n")
    commands.look()

    assert (phase(), carried_out()) == ("CONTINUOUS", [("status", 0)])


def test_the_file_keeps_the_rights_that_it_was_given(market: MarketPlace, file: Path):
    commands = CommandsFile(file)
    commands.look()
    assert file.stat().st_mode & 0o777 == 0o600
    file.chmod(0o660)
    file.write_text("status\n")
    commands.look()
    assert file.stat().st_mode & 0o777 == 0o660
