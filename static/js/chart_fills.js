/* The reader's own fills as marks on the candles: one for each candle and side, so that many do not crowd. */

const WITH_QUANTITY_MAX = 12;

/** Marks for fills [{time, side, quantity}], times in seconds, on candles of a step from `first` on. */
export function marksOf(fills, { step, first, color }) {
  const sums = new Map();
  for (const { time, side, quantity } of fills) {
    if (time < first) continue;
    const start = time - (time % step);
    const key = `${start} ${side}`;
    const sum = sums.get(key) ?? { time: start, side, quantity: 0 };
    sum.quantity += Number(quantity);
    sums.set(key, sum);
  }
  const isRoomy = sums.size <= WITH_QUANTITY_MAX;
  return [...sums.values()]
    .sort((one, other) => one.time - other.time)
    .map(({ time, side, quantity }) => ({
      time,
      position: side === "BUY" ? "belowBar" : "aboveBar",
      shape: side === "BUY" ? "arrowUp" : "arrowDown",
      color,
      text: isRoomy ? `${side === "BUY" ? "+" : "−"}${quantity}` : "",
    }));
}
