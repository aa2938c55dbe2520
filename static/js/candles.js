/* Candles: fetched from the exchange, kept up to date from trades. */

const STEPS_S = { "1s": 1, "1m": 60, "5m": 300, "15m": 900, "1h": 3600, "1d": 86_400 };
const HISTORY_CANDLES = 300;
const DAY_S = 86_400;

function candleOf(row) {
  return {
    time: Math.floor(Date.parse(row.open_time) / 1000),
    open: Number(row.open_px),
    high: Number(row.high_px),
    low: Number(row.low_px),
    close: Number(row.close_px),
    volume: Number(row.volume),
    turnover: Number(row.turnover),
  };
}

/** How many seconds a candle of this interval lasts. */
export function stepOf(interval) {
  return STEPS_S[interval];
}

/** Candles of an interval, oldest first: the newest ones, or those that begin before a time in seconds. */
export async function fetchCandles(address, { interval, count = HISTORY_CANDLES, before = null }) {
  const query = new URLSearchParams({ interval, count });
  if (before !== null) query.set("before", new Date(before * 1000).toISOString());
  const response = await fetch(`${address}?${query}`, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(`candles: ${response.status}`);
  const candles = await response.json();
  return candles.map(candleOf);
}

/** Adds a trade to the last candle or opens a new one; returns the candle, or null for a trade older than the last. */
export function addTrade(candles, { time, price, quantity }, step) {
  const start = time - (time % step);
  const last = candles.at(-1);
  const value = price * quantity;
  if (last !== undefined && start < last.time) return null;
  if (last !== undefined && start === last.time) {
    last.high = Math.max(last.high, price);
    last.low = Math.min(last.low, price);
    last.close = price;
    last.volume += quantity;
    last.turnover += value;
    return last;
  }
  const candle = { time: start, open: price, high: price, low: price, close: price, volume: quantity, turnover: value };
  candles.push(candle);
  return candle;
}

/** The volume-weighted average price up to each candle, begun anew each day: [{time, value}]. */
export function vwapOf(candles) {
  let [day, volume, turnover] = [null, 0, 0];
  return candles.map((candle) => {
    const today = Math.floor(candle.time / DAY_S);
    if (today !== day) [day, volume, turnover] = [today, 0, 0];
    volume += candle.volume;
    turnover += candle.turnover;
    return { time: candle.time, value: turnover / volume };
  });
}
