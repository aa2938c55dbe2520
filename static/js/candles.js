/* Candles: fetched from the exchange, kept up to date from trades. */

const STEPS_S = { "1s": 1, "1m": 60, "5m": 300, "15m": 900, "1h": 3600, "1d": 86_400 };
const HISTORY_CANDLES = 300;

function candleOf(row) {
  return {
    time: Math.floor(Date.parse(row.open_time) / 1000),
    open: Number(row.open_px),
    high: Number(row.high_px),
    low: Number(row.low_px),
    close: Number(row.close_px),
    volume: Number(row.volume),
  };
}

/** How many seconds a candle of this interval lasts. */
export function stepOf(interval) {
  return STEPS_S[interval];
}

/** The newest candles of an interval, oldest first. */
export async function fetchCandles(address, { interval, count = HISTORY_CANDLES }) {
  const response = await fetch(`${address}?interval=${interval}&count=${count}`, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(`candles: ${response.status}`);
  const candles = await response.json();
  return candles.map(candleOf);
}

/** Adds a trade to the last candle or opens a new one; returns the candle, or null for a trade older than the last. */
export function addTrade(candles, { time, price, quantity }, step) {
  const start = time - (time % step);
  const last = candles.at(-1);
  if (last !== undefined && start < last.time) return null;
  if (last !== undefined && start === last.time) {
    last.high = Math.max(last.high, price);
    last.low = Math.min(last.low, price);
    last.close = price;
    last.volume += quantity;
    return last;
  }
  const candle = { time: start, open: price, high: price, low: price, close: price, volume: quantity };
  candles.push(candle);
  return candle;
}
