"""Numbers as people read them: plain digits, grouped by thousands, never an exponent."""

from decimal import ROUND_HALF_EVEN, Decimal

CENT = Decimal("0.01")
MINUS = "\N{MINUS SIGN}"


def plain(value: Decimal) -> str:
    """All digits of the value, grouped by thousands: ``1,234.50``."""
    return f"{value:,f}".replace("-", MINUS)


def money(value: Decimal) -> str:
    """The value in whole cents, grouped by thousands."""
    return plain(value.quantize(CENT, rounding=ROUND_HALF_EVEN) if value.adjusted() < 24 else value)


def exact_money(value: Decimal) -> str:
    """The value in cents, with the places below them that say something."""
    cents = value.quantize(CENT, rounding=ROUND_HALF_EVEN)
    return plain(cents if cents == value else value.normalize())


def average(value: Decimal, *, price: Decimal) -> str:
    """An average of prices: with the places of ``price``, and up to two more where they say something."""
    places = -int(price.as_tuple().exponent)
    rounded = value.quantize(Decimal(1).scaleb(-places - 2), rounding=ROUND_HALF_EVEN)
    least = rounded.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)
    return plain(least if least == rounded else rounded.normalize())


def signed(text: str) -> str:
    """A formatted number with a plus sign when it is above zero."""
    is_zero = not any(digit in "123456789" for digit in text)
    return text if is_zero or text.startswith(MINUS) else f"+{text}"
