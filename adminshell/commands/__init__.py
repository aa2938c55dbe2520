"""The table of commands: everything that the console can do, and nothing else."""

from adminshell.commands import manual, market_data, money, operations, schedules, standings, trading
from adminshell.grammar import Command

_IN_ORDER = (
    *market_data.COMMANDS,
    *trading.COMMANDS,
    *schedules.COMMANDS,
    *standings.COMMANDS,
    *money.COMMANDS,
    *operations.COMMANDS,
)

COMMANDS: dict[str, Command] = {command.name: command for command in _IN_ORDER}
COMMANDS |= {command.name: command for command in manual.commands_beside(COMMANDS)}
