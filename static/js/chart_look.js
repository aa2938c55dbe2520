/* How charts look: the page's colours, and times in the reader's zone. */

import { dateAndTime } from "./times.js";

const { TickMarkType } = window.LightweightCharts;

/** A colour of the page, as it is now: dark or light. */
export function colorOf(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** A mark of the time axis in the reader's own time: the day where one begins, seconds where they matter. */
export function localTick(time, tickMarkType) {
  const text = dateAndTime(new Date(time * 1000));
  if (text.endsWith("00:00:00")) return text.slice(5, 10);
  return tickMarkType === TickMarkType.TimeWithSeconds ? text.slice(11) : text.slice(11, 16);
}
