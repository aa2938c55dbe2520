"""The course of a start: servers, preparation, processes, one screen; then watching until a stop is asked for."""

import sys
from collections.abc import Sequence

from launch import options as asked_for
from launch import parts, static_files, welcome
from launch.bell import Bell
from launch.console import Console
from launch.errors import LaunchRefusedError, StopRequestedError
from launch.options import Options
from launch.process import Running, last_lines
from launch.servers.postgres import Postgres
from launch.servers.valkey import Valkey
from launch.supervisor import Supervisor
from launch.var_folder import VarFolder

PREPARE_MARK = "prepare: "
PREPARE_POLL_S = 0.05


def main(arguments: Sequence[str] | None = None, *, program: str = "script/server") -> int:
    """Run MarketOps until it is stopped; the result is the exit status."""
    options = asked_for.parse(arguments, program=program)
    var = VarFolder(options.var)
    console = Console()
    try:
        asked_for.refuse_unsupported_machine()
        if options.fresh:
            var.refuse_foreign_content()
        with Bell() as bell, var.taken():
            for option, port in options.ports.items():
                asked_for.refuse_port_in_use(port=port, bind=options.bind, option=option)
            if options.fresh:
                var.empty()
            var.furnish()
            _run(options, var=var, bell=bell, console=console)
    except LaunchRefusedError as refusal:
        print(refusal, file=sys.stderr)
        return 1
    return 0


def _run(options: Options, *, var: VarFolder, bell: Bell, console: Console) -> None:
    var.settings_file.unlink(missing_ok=True)
    try:
        with Supervisor(bell=bell, console=console, pid_folder=var.run) as supervisor:
            addresses, admin_addresses = _servers(options, var=var, supervisor=supervisor, bell=bell)
            shared = parts.settings(options, var=var, servers=addresses)
            _prepare(var=var, shared=shared, bell=bell, console=console)
            supervisor.start(*parts.doors_and_workers(options, var=var, shared=shared))
            if options.agents:
                supervisor.start(parts.traders(var=var, shared=shared))
            var.write_settings({**shared, **admin_addresses})
            console.say("everything is ready")
            console.show(welcome.screen(options, var=var))
            supervisor.watch()
    except StopRequestedError:
        pass
    finally:
        var.settings_file.unlink(missing_ok=True)
    console.say("stopped")


def _servers(
    options: Options, *, var: VarFolder, supervisor: Supervisor, bell: Bell
) -> tuple[dict[str, str], dict[str, str]]:
    """Bring up what is not given; the addresses for the application, and those for a person who repairs something."""
    addresses, admin_addresses, embedded = {}, {}, []
    postgres = valkey = None
    if options.database_url:
        asked_for.refuse_silent_server("DATABASE_URL", options.database_url, default_port=5432)
        addresses["DATABASE_URL"] = options.database_url
    else:
        postgres = Postgres(var.root / "postgres", secret_folder=var.secrets, log=var.log("postgres"), pause=bell.pause)
        embedded.append(postgres.prepared())
    if options.redis_url:
        asked_for.refuse_silent_server("REDIS_URL", options.redis_url, default_port=6379)
        addresses["REDIS_URL"] = options.redis_url
    else:
        valkey = Valkey(var.root / "valkey", secret_folder=var.secrets, log=var.log("valkey"))
        embedded.append(valkey.prepared())
    if embedded:
        supervisor.start(*embedded)
    if postgres:
        postgres.make_database()
        addresses["DATABASE_URL"] = postgres.url
        admin_addresses["MARKETOPS_POSTGRES_ADMIN_URL"] = postgres.admin_url
    if valkey:
        addresses["REDIS_URL"] = valkey.url
        admin_addresses["MARKETOPS_REDIS_ADMIN_URL"] = valkey.admin_url
    return addresses, admin_addresses


def _prepare(*, var: VarFolder, shared: dict[str, str], bell: Bell, console: Console) -> None:
    """Run the preparation to its end, telling the console each step as it begins."""
    part = parts.preparation(var=var, shared=shared, static_files=not static_files.are_collected(var.root))
    part.log.write_text("")
    running = Running(part)
    try:
        with part.log.open(errors="replace") as log:
            ended = False
            while not ended:
                ended = running.has_ended()
                for line in log:
                    if line.startswith(PREPARE_MARK):
                        console.say(line.removeprefix(PREPARE_MARK).strip())
                bell.pause(PREPARE_POLL_S)
    finally:
        running.kill()
    if running.returncode != 0:
        raise LaunchRefusedError(f"The preparation failed ({running.how_it_ended()}):\n{last_lines(part.log)}")
    static_files.note_collected(var.root)
