/* Moments in the reader's own time, with the zone on hover. */

const TIME = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const DAY = new Intl.DateTimeFormat("sv-SE", { year: "numeric", month: "2-digit", day: "2-digit" });
const WITH_ZONE = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long", hourCycle: "h23" });

/** The time of day, to the second. */
export function timeOfDay(date) {
  return TIME.format(date);
}

/** The date and the time of day. */
export function dateAndTime(date) {
  return `${DAY.format(date)} ${TIME.format(date)}`;
}

/** Date, time and zone, for a title. */
export function withZone(date) {
  return WITH_ZONE.format(date);
}

/** Turns every time element under root from UTC into the reader's time. */
export function localizeTimes(root) {
  for (const element of root.querySelectorAll("time[data-shape]")) {
    const date = new Date(element.dateTime);
    element.textContent = element.dataset.shape === "time" ? timeOfDay(date) : dateAndTime(date);
    element.title = withZone(date);
  }
}
