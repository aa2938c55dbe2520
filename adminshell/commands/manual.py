"""Commands about the console itself."""

from collections.abc import Mapping

from adminshell.answers import Answer, Table, sentence
from adminshell.grammar import ALL, Command, Invocation, Parameter, text
from adminshell.refusals import UsageError

EXIT = "exit"


def commands_beside(others: Mapping[str, Command]) -> list[Command]:
    """``help`` and ``exit``, which know the commands that they stand beside."""

    def help_(invocation: Invocation) -> Answer:
        name = invocation.text("command")
        if not name:
            return _contents(known)
        if name not in known:
            raise UsageError(f"There is no command {name[:40]!r}.", usage="help")
        return manual_of(known[name])

    known = dict(others)
    own = [
        Command(
            "help", "What there is, or how one command is used.", help_, [Parameter("command", text, is_optional=True)]
        ),
        Command(EXIT, "End the session.", lambda _invocation: sentence("Goodbye.")),
    ]
    known |= {command.name: command for command in own}
    return own


def manual_of(command: Command) -> Answer:
    """How one command is used."""
    document = {"command": command.name, "usage": command.usage, "summary": command.summary}
    return Answer(document, sentences=[f"usage: {command.usage} [--json]", command.summary])


def _contents(commands: Mapping[str, Command]) -> Answer:
    rows = [(command.usage, command.summary) for command in commands.values()]
    document = [
        {"command": command.name, "usage": command.usage, "summary": command.summary} for command in commands.values()
    ]
    notes = [
        "Every command takes --json. Words with spaces go in quotes; after -- nothing is an option any more.",
        f"{ALL} in the place of a symbol means every instrument, and so does leaving out both.",
    ]
    return Answer(document, tables=[Table(["command", "what it does"], rows), Table([], [], empty="\n".join(notes))])
