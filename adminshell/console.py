"""The interactive console's line: editing, history and completion over an SSH channel."""

import asyncio
import contextlib
from collections.abc import Iterable, Iterator
from typing import Self, TextIO, cast

import paramiko
from django.db import InterfaceError, OperationalError
from prompt_toolkit import PromptSession
from prompt_toolkit.application import create_app_session
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.data_structures import Size
from prompt_toolkit.document import Document
from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output.vt100 import Vt100_Output
from prompt_toolkit.shortcuts import CompleteStyle

from adminshell.commands import COMMANDS
from adminshell.database import borrowed_connection
from adminshell.grammar import ALL, JSON, Command
from adminshell.interface import TerminalSize
from adminshell.terminal import READ_BYTES
from market.selectors import instruments

PROMPT = "marketops> "
TERMINAL_KIND = "xterm"


class LineDropped(Exception):
    """Ctrl-C at the prompt: what was typed is forgotten."""


class Console:
    """Reads lines from a person at a terminal. Nothing that is typed can reach a program: there is only the line."""

    def __init__(self, channel: paramiko.Channel, *, terminal: TerminalSize, idle_s: float) -> None:
        self._channel = channel
        self._terminal = terminal
        self._idle_s = idle_s
        self._words = WordCompleter()
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Self:
        """Set up the line, its keyboard and its screen."""
        self._keyboard: PipeInput = self._stack.enter_context(create_pipe_input())
        screen = Vt100_Output(
            cast("TextIO", _ChannelText(self._channel)),
            lambda: Size(rows=self._terminal.rows, columns=self._terminal.columns),
            term=TERMINAL_KIND,
            enable_cpr=False,
        )
        self._stack.enter_context(create_app_session(input=self._keyboard, output=screen))
        self._loop = self._stack.enter_context(asyncio.Runner())
        self._line: PromptSession[str] = PromptSession(
            PROMPT,
            history=InMemoryHistory(),
            completer=self._words,
            complete_while_typing=False,
            complete_style=CompleteStyle.READLINE_LIKE,
            # These three would start a program or stop this one.
            enable_system_prompt=False,
            enable_open_in_editor=False,
            enable_suspend=False,
            # asyncio would take Python's own KeyboardInterrupt for the end of the whole process.
            interrupt_exception=LineDropped,
        )
        return self

    def __exit__(self, *exception: object) -> None:
        """Take it down."""
        self._stack.close()

    def next_line(self) -> str | None:
        """The next line; None at the end, which is Ctrl-D, a lost connection or nobody typing for too long."""
        self._words.learn_symbols()
        return self._loop.run(self._read())

    async def _read(self) -> str | None:
        loop = asyncio.get_running_loop()
        loop.add_reader(self._channel.fileno(), self._hand_on)
        try:
            while True:
                try:
                    return await asyncio.wait_for(self._line.prompt_async(), timeout=self._idle_s)
                except LineDropped:
                    continue
        except (EOFError, TimeoutError, OSError):
            return None
        finally:
            loop.remove_reader(self._channel.fileno())

    def _hand_on(self) -> None:
        keys = self._channel.recv(READ_BYTES)
        if keys:
            self._keyboard.send_bytes(keys)
        else:
            asyncio.get_running_loop().remove_reader(self._channel.fileno())
            self._keyboard.close()


class WordCompleter(Completer):
    """Completes the first word to a command, and further ones to what that command takes."""

    def __init__(self) -> None:
        self._symbols: list[str] = []

    def learn_symbols(self) -> None:
        """Read the symbols that there are; without a database those known before must do."""
        with contextlib.suppress(OperationalError, InterfaceError), borrowed_connection():
            self._symbols = [instrument.symbol for instrument in instruments.every()]

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        """What the word before the cursor may become."""
        *before, word = document.text_before_cursor.split(" ")
        for choice in sorted(self._choices([part for part in before if part])):
            if choice.casefold().startswith(word.casefold()):
                yield Completion(choice, start_position=-len(word))

    def _choices(self, before: list[str]) -> Iterator[str]:
        if not before:
            yield from COMMANDS
        elif (command := COMMANDS.get(before[0])) is not None:
            yield from self._arguments(command, place=len(before) - 1)

    def _arguments(self, command: Command, *, place: int) -> Iterator[str]:
        yield JSON
        if place < len(command.parameters):
            match command.parameters[place].name:
                case "symbol":
                    yield from self._symbols
                    if command.takes_all:
                        yield ALL
                case "command":
                    yield from COMMANDS


class _ChannelText:
    """As much of a text file as a prompt's output needs."""

    encoding = "utf-8"

    def __init__(self, channel: paramiko.Channel) -> None:
        self._channel = channel

    def write(self, text: str) -> None:
        self._channel.sendall(text.replace("\n", "\r\n").encode())

    def flush(self) -> None:
        """Nothing is held back."""

    def isatty(self) -> bool:
        return True
