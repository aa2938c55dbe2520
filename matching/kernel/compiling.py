"""How the kernel is compiled, and where the result is kept.

The kernel is many small functions, called *sections*, so that each rule can be found by its name. Each is compiled by
itself, once, into a function of machine words, and the others call it by its symbol: left to itself the compiler would
take every function into each of its callers, over and over, and would be at it for minutes.

The compiled sections are kept in a folder whose name holds a digest of the kernel's source and of the words that it was
built with. The compiler's own cache would notice an edit of one file only; with this, an edit anywhere compiles anew.
"""

import ast
import dis
import hashlib
import inspect
from collections.abc import Callable, Hashable, Iterator
from pathlib import Path
from typing import Any

import llvmlite.binding
import numba
import numba.core.config
from llvmlite.ir import FunctionType
from numba import cfunc, njit, types
from numba.core.cgutils import get_or_insert_function
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

records: dict[str, Callable[..., Any]] = {}
"""Arguments of these names are records, each with what finds it by an address; all others are 64-bit integers."""


class _Section:
    """A function with a symbol of its own."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.symbol = f"{SYMBOL_PREFIX}{function.__module__.rpartition('.')[2]}_{function.__name__}"
        self.arguments = list(inspect.signature(function).parameters)
        self.gives_nothing = inspect.signature(function).return_annotation is None
        self.function = function
        self.signature = types.int64(*[types.int64] * len(self.arguments))
        self.address = 0

    def caller(self) -> Callable[..., Any]:
        """What other sections call, under the function's own name."""

        def type_call(typing_context: Any, *arguments: Any) -> Any:
            def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
                word = context.get_value_type(types.int64)
                words_handed = [
                    builder.ptrtoint(value, word)
                    if isinstance(its_type, types.Record)
                    else context.cast(builder, value, its_type, types.int64)
                    for value, its_type in zip(values, signature.args, strict=True)
                ]
                type_of_symbol = FunctionType(word, [word] * len(words_handed))
                return builder.call(get_or_insert_function(builder.module, type_of_symbol, self.symbol), words_handed)  # type: ignore[no-untyped-call]

            return types.int64(*arguments), generate

        return intrinsic_of(type_call, arguments=len(self.arguments))

    def compile(self) -> None:
        """Compile it, or load it from the cache, and let the sections that come later find it."""
        tree = _ToldInIntegers(self.gives_nothing).visit(ast.parse(inspect.getsource(self.function)))
        definition = tree.body[0]
        definition.name, definition.decorator_list = self.symbol, []
        for argument in definition.args.args:
            argument.annotation = None
            if argument.arg in records:
                row = f"{argument.arg} = record_{argument.arg}({argument.arg}_at, 0)"
                definition.body.insert(0, ast.parse(row).body[0])
                argument.arg += "_at"
        ast.increment_lineno(tree, self.function.__code__.co_firstlineno - 1)
        names = self.function.__globals__ | {f"record_{name}": row for name, row in records.items()}
        exec(compile(ast.fix_missing_locations(tree), inspect.getfile(self.function), "exec"), names)
        made = names[self.symbol]
        self.compiled = cfunc(self.signature, cache=True)(made)
        address = self.compiled.address
        assert address is not None, "a compiled section has an address"
        self.address = address
        llvmlite.binding.add_symbol(self.symbol, self.address)


class _ToldInIntegers(ast.NodeTransformer):
    """Makes a function that gives nothing give 0."""

    def __init__(self, gives_nothing: bool) -> None:
        self._gives_nothing = gives_nothing

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.generic_visit(node)
        node.returns = None
        if self._gives_nothing:
            node.body.append(ast.Return(ast.Constant(0)))
        return node

    def visit_Return(self, node: ast.Return) -> ast.AST:
        return ast.Return(ast.Constant(0)) if self._gives_nothing else node


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
        if isinstance(called, Dispatcher):
            yield from _called_by(called.py_func)
        elif isinstance(called, Hashable) and called in _sections:
            yield _sections[called]


def entrance(function: Callable[..., Any]) -> Callable[..., Any]:
    """Makes a function one that Python calls, with addresses and integers."""
    return njit(function, nogil=True, cache=True)  # type: ignore[no-any-return]


def intrinsic_of(type_call: Callable[..., Any], *, arguments: int) -> Callable[..., Any]:
    """An intrinsic of a fixed number of arguments, which the compiler wants to see by name."""
    names = ", ".join(f"argument_{number}" for number in range(arguments))
    made: Callable[..., Any] = intrinsic(
        eval(f"lambda context, {names}: type_call(context, {names})", {"type_call": type_call})
    )
    return made


def _type_highest_bit(typing_context: Any, word: Any) -> Any:
    """The number of the highest set bit of a word that is not zero."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        leading_zeros = builder.ctlz(arguments[0], context.get_constant(types.boolean, True))
        return builder.sub(context.get_constant(types.int64, 63), leading_zeros)

    return types.int64(types.uint64), generate


def _type_lowest_bit(typing_context: Any, word: Any) -> Any:
    """The number of the lowest set bit of a word that is not zero."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], context.get_constant(types.boolean, True))

    return types.int64(types.uint64), generate


highest_bit: Any = intrinsic(_type_highest_bit)
lowest_bit: Any = intrinsic(_type_lowest_bit)
