"""A market maker: quotes both sides of one instrument, and leans its quotes against what it holds.

Its orders go with its connection: if this program dies, so do its quotes.
"""

import argparse
import asyncio
import contextlib
import os
from decimal import Decimal

from marketops_client import AsyncClient, BookUpdate, Instrument, OrderStream, OrderTicket, Rejected, Side

HALF_SPREAD_TICKS = 3
LEAN_TICKS_PER_QUOTE = Decimal("0.5")
REQUOTE_S = 0.25


class MarketMaker:
    """Quotes ``quantity`` on each side, never more than it may hold."""

    def __init__(self, exchange: AsyncClient, account: str, instrument: Instrument, quantity: Decimal) -> None:
        self.exchange, self.account, self.instrument, self.quantity = exchange, account, instrument, quantity
        self.symbol = instrument.symbol
        self.quoted_at: Decimal | None = None

    async def quote(self, middle: Decimal) -> None:
        """Take the old quotes back and put new ones around the middle."""
        tick = self.instrument.tick_size
        held = sum(each.quantity for each in await self.exchange.positions(self.account) if each.symbol == self.symbol)
        lean = LEAN_TICKS_PER_QUOTE * held / self.quantity
        centre = (middle / tick - lean).to_integral_value() * tick
        if centre == self.quoted_at:
            return
        self.quoted_at = centre
        await self.exchange.cancel_all(self.account, symbol=self.symbol)
        for side, away in ((Side.BUY, -HALF_SPREAD_TICKS), (Side.SELL, HALF_SPREAD_TICKS)):
            terms = {"exec_inst": ("CANCEL_ON_DISCONNECT", "POST_ONLY")}
            price = centre + away * tick
            ticket = OrderTicket.limit(self.account, self.symbol, side, self.quantity, price, **terms)
            with contextlib.suppress(Rejected):  # nothing to sell, or nothing to buy with: quote the other side
                await self.exchange.place(ticket)


async def run(symbol: str, seconds: float) -> None:
    """Quote for some seconds, then take everything back."""
    async with AsyncClient(os.environ["MARKETOPS_URL"], api_key=os.environ["MARKETOPS_API_KEY"]) as exchange:
        account = (await exchange.accounts())[0].number
        instrument = await exchange.instrument(symbol)
        maker = MarketMaker(exchange, account, instrument, 10 * instrument.lot_size)
        own = exchange.own_orders().cancel_on_disconnect(account, timeout_s=5, session="market-maker")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds), exchange.market([symbol]) as market:
                listening = asyncio.create_task(listen(own))
                try:
                    async for update in market:
                        if isinstance(update, BookUpdate) and market.books[symbol].is_in_step:
                            await maker.quote(market.books[symbol].middle or instrument.reference_price)
                            await asyncio.sleep(REQUOTE_S)
                finally:
                    listening.cancel()
        await exchange.cancel_all(account, symbol=symbol)


async def listen(own: OrderStream) -> None:
    """Say what happens to one's own orders."""
    async with own:
        async for update in own:
            print(update)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("symbol")
    parser.add_argument("--seconds", type=float, default=60)
    asked = parser.parse_args()
    asyncio.run(run(asked.symbol, asked.seconds))
