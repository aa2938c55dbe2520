"""How the kernel is compiled, and where the result is kept.

The kernel is many small functions, called *sections*, so that each rule can be found by its name. Each is compiled by
itself, once, into a function of machine words, and the others call it by its symbol: left to itself the compiler would
take every function into each of its callers, over and over, and would be at it for minutes.

The compiled sections are kept in a folder whose name holds a digest of the kernel's source and of the words that it was
built with. The compiler's own cache would notice an edit of one file only; with this, an edit anywhere compiles anew.
"""

import dis
import hashlib
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import llvmlite.binding
import numba
import numba.core.config
from numba import cfunc, njit, types
from numba.core.dispatcher import Dispatcher
from numba.extending import intrinsic

from matching import layout
from matching.kernel import words

HERE = Path(__file__).parent
DIGEST_DIGITS = 16
SYMBOL_PREFIX = "marketops_kernel_"


def source_digest() -> str:
    """A digest of everything that the compiled code depends on."""
    digest = hashlib.blake2b()
    for path in sorted(HERE.glob("*.py")):
        digest.update(path.read_bytes())
    numbers = sorted((name, value) for name, value in vars(words).items() if isinstance(value, int))
    digest.update(repr((numba.__version__, numbers, layout.COMMAND.descr, layout.EVENT.descr)).encode())
    digest.update(repr(layout.RESTING_ORDER.descr).encode())
    return digest.hexdigest()[:DIGEST_DIGITS]


def cache_folder() -> Path:
    """Where the compiled kernel is kept: below NUMBA_CACHE_DIR if that is set, else beside the source."""
    given = numba.core.config.CACHE_DIR  # type: ignore[attr-defined]
    return Path(given or HERE / "__pycache__") / f"kernel-{source_digest()}"


# Read by the compiler when an entrance is decorated, and by nothing else in this process.
numba.core.config.CACHE_DIR = str(cache_folder())  # type: ignore[attr-defined]

inlined_section: Callable[..., Any] = njit(forceinline=True)
"""Makes a function part of each section that uses it: for what is smaller than a call."""

_sections: dict[Callable[..., Any], "_Section"] = {}
"""The sections, by what calls them."""

_RECORDS = {"b": "book_row", "command": "command_row", "listed": "listed_row"}
"""Arguments of these names are records; a section is handed their addresses. All others are 64-bit integers."""


class _Section:
    """A function with a symbol of its own."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.name = function.__name__
        self.symbol = SYMBOL_PREFIX + self.name
        self.arguments = list(inspect.signature(function).parameters)
        self.gives_nothing = inspect.signature(function).return_annotation is None
        self.function = function
        self.signature = types.int64(*[types.int64] * len(self.arguments))
        self.address = 0

    def caller(self) -> Callable[..., Any]:
        """What other sections call, under the function's own name."""
        handed = [f"address_of({name})" if name in _RECORDS else name for name in self.arguments]
        source = f"def {self.name}({', '.join(self.arguments)}):\n    return symbol({', '.join(handed)})\n"
        external = types.ExternalFunction(self.symbol, self.signature)
        return njit(self._made(source, symbol=external, address_of=address_of), forceinline=True)  # type: ignore[no-any-return]

    def compile(self) -> None:
        """Compile it, or load it from the cache, and let the sections that come later find it."""
        from matching.kernel import rows

        body = njit(self.function, forceinline=True)
        taken = [f"{_RECORDS[name]}({name}, 0)" if name in _RECORDS else name for name in self.arguments]
        call = f"body({', '.join(taken)})"
        lines = [f"    {call}", "    return 0"] if self.gives_nothing else [f"    return {call}"]
        source = "\n".join([f"def {self.symbol}({', '.join(self.arguments)}):", *lines, ""])
        made = self._made(source, body=body, **{row: getattr(rows, row) for row in _RECORDS.values()})
        self.compiled = cfunc(self.signature, cache=True)(made)
        address = self.compiled.address
        assert address is not None, "a compiled section has an address"
        self.address = address
        llvmlite.binding.add_symbol(self.symbol, self.address)

    def _made(self, source: str, **names: Any) -> Callable[..., Any]:
        """A function out of its source, which for the compiler's cache stands in the section's own file."""
        scope = {"__name__": self.function.__module__, **names}
        exec(compile(source, inspect.getfile(self.function), "exec"), scope)
        made: Callable[..., Any] = scope[source[4 : source.index("(")]]
        return made


def section(function: Callable[..., Any]) -> Any:
    """Makes a function a section of the kernel. It takes and gives integers, and records by their names."""
    made = _Section(function)
    caller = made.caller()
    _sections[caller] = made
    return caller


def compile_sections() -> None:
    """Compile all sections that are not yet, each after those that it calls: a symbol must be known to be linked."""
    for made in _sections.values():
        _compile_after_its_own(made)


def _compile_after_its_own(made: _Section) -> None:
    if made.address == 0:
        for called in _called_by(made.function):
            _compile_after_its_own(called)
        made.compile()


def _called_by(function: Callable[..., Any]) -> Iterator[_Section]:
    """The sections that a function calls, itself or through what is inlined into it."""
    for name in {step.argval for step in dis.get_instructions(function) if step.opname == "LOAD_GLOBAL"}:
        called = function.__globals__.get(name)
        if isinstance(called, Dispatcher) and called in _sections:
            yield _sections[called]
        elif isinstance(called, Dispatcher):
            yield from _called_by(called.py_func)


def entrance(function: Callable[..., Any]) -> Callable[..., Any]:
    """Makes a function one that Python calls, with addresses and integers."""
    return njit(function, nogil=True, cache=True)  # type: ignore[no-any-return]


def _type_highest_bit(typing_context: Any, word: Any) -> Any:
    """The number of the highest set bit of a word that is not zero."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        leading_zeros = builder.ctlz(arguments[0], context.get_constant(types.boolean, True))
        return builder.sub(context.get_constant(types.int64, 63), leading_zeros)

    return types.int64(types.uint64), generate


highest_bit: Any = intrinsic(_type_highest_bit)


def _type_address_of(typing_context: Any, record: Any) -> Any:
    """Where a record lies."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.ptrtoint(arguments[0], context.get_value_type(types.int64))

    return types.int64(record), generate


address_of: Any = intrinsic(_type_address_of)
