"""What the pages' addresses may contain. Anything else is not a page: 404 before a view or the database sees it."""

from vocabulary.identifiers import CLASS_CODE_PATTERN, SYMBOL_PATTERN

ROW_ID_DIGITS_MAX = 18


class SymbolConverter:
    """An instrument's symbol."""

    regex = SYMBOL_PATTERN

    def to_python(self, value: str) -> str:
        """The symbol as it stands in the address."""
        return value

    def to_url(self, value: str) -> str:
        """The symbol as it stands in the address."""
        return value


class CodeConverter:
    """A class's code."""

    regex = CLASS_CODE_PATTERN

    def to_python(self, value: str) -> str:
        """The code as it stands in the address."""
        return value

    def to_url(self, value: str) -> str:
        """The code as it stands in the address."""
        return value


class RowIdConverter:
    """The number of a row, never larger than the database can hold."""

    regex = rf"[0-9]{{1,{ROW_ID_DIGITS_MAX}}}"

    def to_python(self, value: str) -> int:
        """The number."""
        return int(value)

    def to_url(self, value: int) -> str:
        """The number in decimal digits."""
        return str(value)
