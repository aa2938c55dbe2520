"""Which ports servers of our own listen on, when nobody names one."""

from pathlib import Path

from launch.servers import ports

OUTGOING = Path("/proc/sys/net/ipv4/ip_local_port_range")


def test_a_new_port_is_free_and_none_that_an_outgoing_connection_may_be_given():
    first_outgoing = int(OUTGOING.read_text().split()[0])
    found = [ports.any_free() for _ in range(50)]
    assert max(found) < first_outgoing
    assert all(ports.is_free(port) for port in found)


def test_processes_that_look_at_the_same_moment_do_not_find_the_same_port():
    assert len({ports.any_free() for _ in range(50)}) > 40


def test_a_port_is_remembered_as_long_as_it_is_free(tmp_path: Path):
    memory = tmp_path / "port"
    port = ports.remembered(memory)
    assert ports.remembered(memory) == port
