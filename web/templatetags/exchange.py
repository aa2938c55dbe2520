"""How templates write prices, quantities, money, enum members and moments."""

from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from market.records import OrderRecord
from vocabulary.orders import PegOffsetType, PegPriceType
from web import numbers, sentences

register = template.Library()

NOTHING = "\N{EN DASH}"
FOLLOWED = {
    PegPriceType.MID: "follows the middle",
    PegPriceType.PRIMARY: "follows its own side",
    PegPriceType.MARKET: "follows the other side",
}


@register.filter
def plain(value: Decimal | None) -> str:
    """All digits of a price or quantity; a dash for none."""
    return NOTHING if value is None else numbers.plain(value)


@register.filter
def money(value: Decimal | None) -> str:
    """An amount of money in cents; a dash for none."""
    return NOTHING if value is None else numbers.money(value)


@register.filter
def average_like(value: Decimal | None, price: Decimal | None) -> str:
    """An average of prices with the places of ``price`` and two more at most; a dash for none."""
    if value is None or price is None:
        return plain(value)
    return numbers.average(value, price=price)


@register.filter
def signed_money(value: Decimal | None) -> str:
    """An amount of money in cents with its sign; a dash for none."""
    return NOTHING if value is None else numbers.signed(numbers.money(value))


@register.filter
def signed_exact_money(value: Decimal) -> str:
    """An amount of money with its sign, to the last place that says something."""
    return numbers.signed(numbers.exact_money(value))


@register.filter
def signed(value: Decimal | None) -> str:
    """All digits of a change, with its sign; a dash for none."""
    return NOTHING if value is None else numbers.signed(numbers.plain(value))


@register.filter
def percent(value: Decimal | None) -> str:
    """A signed percentage with two decimal places; a dash for none."""
    return NOTHING if value is None else f"{numbers.signed(numbers.money(value))}%"


@register.filter
def input_number(value: Decimal | None) -> str:
    """A number as an input field takes it back: digits and a point only."""
    return "" if value is None else f"{value:f}"


@register.filter
def direction(value: Decimal | None) -> str:
    """Which way a change goes, as a style class: up, down or flat."""
    if not value:
        return "flat"
    return "up" if value > 0 else "down"


@register.filter
def words(member: Enum | None) -> str:
    """An enum member's name as words: ``Partially filled``."""
    return "" if member is None else member.name.replace("_", " ").capitalize()


@register.filter
def phase_label(member: Enum) -> str:
    """A trading phase as the pages name it: continuous trading is Open."""
    return "Open" if member.name == "CONTINUOUS" else words(member)


@register.filter
def in_words(text: str) -> str:
    """The exchange's answer in a person's words."""
    return sentences.in_words(text)


@register.filter
def terms_label(order: OrderRecord) -> str:
    """What an order waits for, follows and shows, as far as its type and its price do not say it."""
    said = []
    if order.stop_px is not None:
        said.append(f"when {numbers.plain(order.stop_px)} trades")
    if order.peg_price_type is PegPriceType.TRAILING_STOP and order.peg_offset is not None:
        unit = " basis points" if order.peg_offset_type is PegOffsetType.BASIS_POINTS else ""
        said.append(f"{numbers.plain(order.peg_offset)}{unit} behind the market")
    elif order.peg_price_type is not None:
        now = NOTHING if order.pegged_price is None else numbers.plain(order.pegged_price)
        said.append(f"{FOLLOWED[order.peg_price_type]}, now {now}")
    if order.display_qty is not None:
        said.append(f"shows {numbers.plain(order.display_qty)}")
    return ", ".join(said)


@register.filter
def order_label(order: OrderRecord) -> str:
    """An open order in a few words: ``buy 3 NOVA at 10.05``."""
    price = order.price if order.price is not None else order.stop_px
    at = "" if price is None else f" at {numbers.plain(price)}"
    return f"{order.side.name.lower()} {numbers.plain(order.leaves_qty)} {order.symbol}{at}"


@register.filter
def kind_label(kind: str) -> str:
    """A kind of instrument or account as words: ``Currency pair``."""
    return kind.replace("_", " ").capitalize()


@register.simple_tag
def moment(value: datetime, shape: str = "time") -> SafeString:
    """A moment in UTC, which the page's script turns into the reader's own time.

    ``shape`` is ``time`` or ``datetime``.
    """
    utc = value.astimezone(UTC)
    text = utc.strftime("%H:%M:%S" if shape == "time" else "%Y-%m-%d %H:%M:%S")
    return format_html(
        '<time datetime="{}" data-shape="{}" title="{} UTC">{}</time>',
        utc.isoformat(timespec="milliseconds"),
        shape,
        utc.strftime("%Y-%m-%d %H:%M:%S"),
        text,
    )
