"""The fixed grammar of command lines: words, one command's name, its parameters, three options. No shell anywhere."""

import shlex
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum

from access.records import Actor
from adminshell.answers import Answer
from adminshell.refusals import UsageError
from market.errors import NotFound
from vocabulary import limits
from vocabulary.identifiers import is_account_number, is_symbol

BIGINT_MAX = 2**63 - 1
JSON = "--json"
HELP = ("--help", "-h")
ALL = "--all"
END_OF_OPTIONS = "--"


@dataclass(frozen=True)
class Parameter:
    """One word of a command, or with ``takes_rest`` all that are left."""

    name: str
    read: Callable[[str], object]
    is_optional: bool = False
    takes_rest: bool = False

    @property
    def usage(self) -> str:
        """The parameter as a usage line shows it."""
        word = f"{self.name.upper()}..." if self.takes_rest else self.name.upper()
        return f"[{word}]" if self.is_optional else word


@dataclass(frozen=True)
class Invocation:
    """A command asked for: by whom and with what. A parameter that was left out has no entry."""

    actor: Actor
    values: dict[str, object]

    def symbol(self) -> str | None:
        """The symbol that was named, if one was."""
        return self._text("symbol")

    def number(self, name: str, *, default: int = 0) -> int:
        """A number that was given, or the default."""
        value = self.values.get(name, default)
        assert isinstance(value, int), "the grammar has read it as a number"
        return value

    def text(self, name: str) -> str:
        """A text that was given, or an empty one."""
        return self._text(name) or ""

    def _text(self, name: str) -> str | None:
        value = self.values.get(name)
        assert value is None or isinstance(value, str), "the grammar has read it as a text"
        return value


@dataclass(frozen=True)
class Command:
    """A command of the console: its name, what it does in a sentence, its parameters and the function behind it.

    The function gives one answer, or an endless row of them for a command that goes on until it is stopped.
    """

    name: str
    summary: str
    perform: Callable[[Invocation], Answer | Iterator[Answer]]
    parameters: Sequence[Parameter] = field(default=())
    takes_all: bool = False

    @property
    def usage(self) -> str:
        """How the command is written."""
        words = [parameter.usage for parameter in self.parameters]
        if self.takes_all:
            words[0] = f"[SYMBOL | {ALL}]"
        return " ".join([self.name, *words])


@dataclass(frozen=True)
class Line:
    """A command line that was understood."""

    command: Command
    values: dict[str, object]
    is_json: bool
    is_help: bool


def read_line(line: str, *, commands: dict[str, Command]) -> Line:
    """The command in a line. Raises UsageError for a line that is none, NotFound for one about what cannot be."""
    words = _words(line)
    if not words:
        raise UsageError("There is no command.", usage="help")
    name, *rest = words
    if name in (JSON, *HELP):
        raise UsageError("A command comes first.", usage="help")
    command = commands.get(name)
    if command is None:
        raise UsageError(f"There is no command {_quoted(name)}.", usage="help")
    options, arguments = _parted(rest, command=command)
    is_help = bool(options & set(HELP))
    values = {} if is_help else _values(arguments, command=command, options=options)
    return Line(command, values, is_json=JSON in options, is_help=is_help)


def symbol(word: str) -> str:
    """A symbol, in capitals whichever way it was typed."""
    if not is_symbol(word.upper()):
        raise ValueError(f"{_quoted(word)} is not a symbol")
    return word.upper()


def account(word: str) -> str:
    """An account's number."""
    if not is_account_number(word):
        raise ValueError(f"{_quoted(word)} is not an account's number")
    return word


def order_id(word: str) -> int:
    """An order id. Raises NotFound for a number that no order can have."""
    if not (word.isascii() and word.isdigit()):
        raise ValueError(f"{_quoted(word)} is not an order id")
    if len(word) > len(str(BIGINT_MAX)) or int(word) > BIGINT_MAX:
        raise NotFound("There is no such order.", field="order_id")
    return int(word)


def count_to(most: int) -> Callable[[str], int]:
    """A reader of numbers from 1 to ``most``."""

    def count(word: str) -> int:
        if not (word.isascii() and word.isdigit() and len(word) <= len(str(most)) and 0 < int(word) <= most):
            raise ValueError(f"{_quoted(word)} is not a number from 1 to {most}")
        return int(word)

    return count


def word_of(words: type[Enum]) -> Callable[[str], str]:
    """A reader of the glossary's words, in capitals whichever way they were typed."""

    def word(typed: str) -> str:
        name = typed.upper().replace("-", "_")
        if name not in words.__members__:
            raise ValueError(f"{_quoted(typed)} is not one of {', '.join(words.__members__)}")
        return name

    return word


def text(words: str) -> str:
    """Any text, as it is."""
    return words


def _words(line: str) -> list[str]:
    if len(line) > limits.SSH_COMMAND_LENGTH_MAX:
        raise UsageError(f"A command has at most {limits.SSH_COMMAND_LENGTH_MAX} characters.")
    if not line.isprintable():
        raise UsageError("A command is one line of printable characters.")
    try:
        return shlex.split(line)
    except ValueError as error:
        raise UsageError("A quotation mark is not closed.") from error


def _parted(words: Sequence[str], *, command: Command) -> tuple[set[str], list[str]]:
    known = {JSON, *HELP, *((ALL,) if command.takes_all else ())}
    options: set[str] = set()
    arguments: list[str] = []
    is_open = True
    for word in words:
        if is_open and word == END_OF_OPTIONS:
            is_open = False
        elif is_open and word == ALL and command.takes_all and arguments:
            # Else "halt ACME --all" would halt everything, with ACME for a reason.
            raise UsageError(f"{ALL} comes in the place of the symbol.", usage=command.usage)
        elif is_open and word in known:
            options.add(word)
        elif is_open and word.startswith("--"):
            raise UsageError(f"There is no option {_quoted(word)}.", usage=command.usage)
        else:
            arguments.append(word)
    return options, arguments


def _values(arguments: list[str], *, command: Command, options: set[str]) -> dict[str, object]:
    values: dict[str, object] = {}
    left = list(arguments)
    parameters = list(command.parameters)
    if ALL in options:
        values[ALL] = True
        del parameters[0]
    for parameter in parameters:
        if not left:
            if not parameter.is_optional:
                raise UsageError(f"{parameter.name.upper()} is missing.", usage=command.usage)
            break
        word = " ".join(left) if parameter.takes_rest else left[0]
        left = [] if parameter.takes_rest else left[1:]
        try:
            values[parameter.name] = parameter.read(word)
        except ValueError as error:
            raise UsageError(f"{str(error)[:1].upper()}{str(error)[1:]}.", usage=command.usage) from error
    if left:
        raise UsageError(f"{_quoted(left[0])} is one word too many.", usage=command.usage)
    return values


def _quoted(word: str) -> str:
    return repr(word if len(word) <= 40 else f"{word[:40]}…")
