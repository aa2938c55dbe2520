"""The course of a start, what it refuses, and that nothing is left behind."""

import os
import signal
import socket
import stat
from pathlib import Path

from launch.servers import ports
from tests.launch.conftest import StandInProject, processes_of, wait_until


def a_port(folder: Path) -> str:
    return str(ports.remembered(folder / "port"))


def test_one_start_brings_everything_up_and_shows_how_to_come_in(project: StandInProject, folder: Path) -> None:
    port = a_port(folder)
    copy = project.start("--port", port, var=folder / "var")
    wait_until(copy.is_up)
    wait_until(lambda: "Ctrl-C" in copy.said())

    screen = copy.said()
    assert f"http://localhost:{port}/" in screen
    assert "tina   password p   (trader)" in screen
    assert "Authorization: Bearer k" in screen
    for name in ("postgres", "valkey", "web", "grpc", "adminshell", "matching", "general", "traders"):
        assert f"{name}: ready after" in screen
    settings = (copy.var / "marketops.env").read_text()
    assert f"MARKETOPS_HTTP_PORT={port}\n" in settings
    grpc_port = (project.root / "grpc-port").read_text().strip()
    assert f"MARKETOPS_GRPC_PORT={grpc_port}\n" in settings
    assert f"gRPC         localhost:{grpc_port} " in screen
    ssh_port = (project.root / "ssh-port").read_text().strip()
    assert f"MARKETOPS_SSH_PORT={ssh_port}\n" in settings
    assert f"ssh -p {ssh_port} olga@localhost   (with the password, or -i /k)\n" in screen
    assert "DATABASE_URL=postgres://marketops:" in settings
    assert stat.S_IMODE((copy.var / "marketops.env").stat().st_mode) == 0o600


def test_sigterm_stops_everything_and_leaves_nothing_behind(project: StandInProject, folder: Path) -> None:
    copy = project.start("--port", a_port(folder), var=folder / "var")
    wait_until(copy.is_up)

    copy.process.send_signal(signal.SIGTERM)

    assert copy.process.wait(30) == 0
    assert processes_of(folder) == []
    assert not (copy.var / "marketops.env").exists()
    assert not (copy.var / "postgres" / "data" / "postmaster.pid").exists()


def test_a_killed_launcher_leaves_nothing_behind_and_the_next_start_works(
    project: StandInProject, folder: Path
) -> None:
    copy = project.start("--port", a_port(folder), "--no-agents", var=folder / "var")
    wait_until(copy.is_up)

    copy.process.kill()
    copy.process.wait()

    wait_until(lambda: not processes_of(folder))
    (copy.var / "marketops.env").unlink()
    again = project.start("--port", a_port(folder), "--no-agents", var=folder / "var")
    wait_until(again.is_up)
    assert "traders" not in again.said()
    assert "prepare --skip-static" in again.said()  # nothing changed, so nothing is collected again


def test_what_dies_is_started_again_on_the_same_port(project: StandInProject, folder: Path) -> None:
    copy = project.start("--port", a_port(folder), "--no-agents", var=folder / "var")
    wait_until(copy.is_up)
    before = (copy.var / "marketops.env").read_text()
    names = ("web", "matching", "general", "valkey", "postgres")
    old_pids = {name: copy.pid_of(name) for name in names}

    for pid in old_pids.values():
        os.kill(pid, signal.SIGKILL)

    wait_until(lambda: all(f"{name}: ready again after" in copy.said() for name in names))
    assert all(copy.pid_of(name) not in (0, old_pids[name]) for name in names)
    assert "matching: ended by SIGKILL; starting it again at once" in copy.said()
    wait_until(lambda: not members_of_group(old_pids["general"]))  # its beat went with it
    port_lines = [line for line in before.splitlines() if "URL=" in line]
    assert all(ports.answers(int(line.rsplit(":", 1)[1].split("/")[0])) for line in port_lines)


def members_of_group(group: int) -> list[Path]:
    def is_member(process: Path) -> bool:
        try:
            return (process / "stat").read_text().rsplit(")", 1)[1].split()[2] == str(group)
        except OSError:
            return False

    return [process for process in Path("/proc").glob("[0-9]*") if is_member(process)]


def test_a_port_in_use_is_refused_in_one_line_before_anything_starts(project: StandInProject, folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as occupant:
        port = occupant.getsockname()[1]
        copy = project.start("--port", str(port), var=folder / "var")
        assert copy.process.wait(30) == 1
    assert copy.said() == (
        f"Port {port} on 127.0.0.1 is not free; stop what listens there or choose another with --port {port + 1}.\n"
    )
    assert not (copy.var / "postgres").exists()


def test_a_grpc_port_in_use_is_refused_by_its_own_option(project: StandInProject, folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as occupant:
        port = occupant.getsockname()[1]
        copy = project.start("--port", a_port(folder), "--grpc-port", str(port), var=folder / "var")
        assert copy.process.wait(30) == 1
    assert copy.said().endswith(f"choose another with --grpc-port {port + 1}.\n")


def test_a_second_copy_in_the_same_folder_is_refused(project: StandInProject, folder: Path) -> None:
    copy = project.start("--port", a_port(folder), "--no-agents", var=folder / "var")
    wait_until(lambda: (copy.var / "run" / "lock").exists() and (copy.var / "run" / "lock").read_text())

    second = project.start("--port", "1", "--fresh", var=folder / "var")

    assert second.process.wait(30) == 1
    assert second.said() == (
        f"MarketOps already runs in {copy.var} (pid {copy.process.pid}); "
        "stop it or choose another folder with --var DIR.\n"
    )
    wait_until(copy.is_up)


def test_a_stop_during_the_start_is_heard(project: StandInProject, folder: Path) -> None:
    copy = project.start("--port", a_port(folder), var=folder / "var")
    wait_until(lambda: copy.pid_of("postgres"))

    copy.process.send_signal(signal.SIGINT)

    assert copy.process.wait(30) == 0
    assert processes_of(folder) == []


def test_a_part_that_cannot_start_ends_the_start_with_its_last_words(project: StandInProject, folder: Path) -> None:
    (project.root / "celery.py").write_text("raise SystemExit('no such queue')\n")
    copy = project.start("--port", a_port(folder), var=folder / "var")

    assert copy.process.wait(30) == 1
    assert ": exit status 1. Its last words:\nno such queue\n" in copy.said()
    assert processes_of(folder) == []


def test_fresh_never_empties_a_foreign_folder(project: StandInProject, folder: Path) -> None:
    letters = folder / "letters"
    letters.mkdir()
    (letters / "letter.txt").write_text("dear")
    copy = project.start("--fresh", var=letters)

    assert copy.process.wait(30) == 1
    assert "does not look like a folder of MarketOps" in copy.said()
    assert [path.name for path in letters.iterdir()] == ["letter.txt"]
