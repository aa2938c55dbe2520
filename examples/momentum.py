"""A momentum trader: buys when the last price stands above its average, sells when it stands below, within a limit."""

import argparse
import os
import time
from collections import deque
from decimal import Decimal

from marketops_client import Client, OrderTicket, Rejected, Side, TradesUpdate

TRADES_AVERAGED = 20
MOVES_BY_TICKS = 2
QUOTES_HELD_MAX = 5


class Momentum:
    """What the last trades say."""

    def __init__(self, tick_size: Decimal) -> None:
        self.prices: deque[Decimal] = deque(maxlen=TRADES_AVERAGED)
        self.threshold = MOVES_BY_TICKS * tick_size

    def direction(self, price: Decimal) -> Side | None:
        """Where the price goes, once enough trades have been seen."""
        self.prices.append(price)
        away = price - sum(self.prices, Decimal(0)) / len(self.prices)
        if len(self.prices) < TRADES_AVERAGED or abs(away) < self.threshold:
            return None
        return Side.BUY if away > 0 else Side.SELL


def run(symbol: str, seconds: float) -> None:
    """Follow the trades for some seconds, then close what is held."""
    ends_at = time.monotonic() + seconds
    with Client(os.environ["MARKETOPS_URL"], api_key=os.environ["MARKETOPS_API_KEY"]) as exchange:
        account = exchange.accounts()[0].number
        instrument = exchange.instrument(symbol)
        momentum, quantity, held = Momentum(instrument.tick_size), instrument.lot_size, Decimal(0)
        with exchange.market([symbol]) as market:
            while time.monotonic() < ends_at:
                update = next(market)
                if not isinstance(update, TradesUpdate):
                    continue
                side = momentum.direction(update.trades[-1].price)
                signed = quantity if side is Side.BUY else -quantity
                if side is not None and 0 <= held + signed <= QUOTES_HELD_MAX * quantity:
                    held += trade(exchange, OrderTicket.market(account, symbol, side, quantity))
        if held:
            trade(exchange, OrderTicket.market(account, symbol, Side.SELL, held))


def trade(exchange: Client, ticket: OrderTicket) -> Decimal:
    """Trade at once; by how much that changes what is held."""
    try:
        order = exchange.place(ticket, wait_s=5)
    except Rejected as reject:
        print("rejected:", reject.detail)
        return Decimal(0)
    print(order.side, order.cum_qty, "at", order.avg_px)
    return order.cum_qty if ticket.side is Side.BUY else -order.cum_qty


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("symbol")
    parser.add_argument("--seconds", type=float, default=60)
    asked = parser.parse_args()
    run(asked.symbol, asked.seconds)
