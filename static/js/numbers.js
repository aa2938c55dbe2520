/* Numbers as people read them. Prices and quantities arrive as decimal strings and are shown digit for digit. */

const NOTHING = "–";
const MINUS = "−";

/** Groups the digits of a decimal string by thousands; a dash for none. */
export function plain(text) {
  if (text === null || text === undefined || text === "") return NOTHING;
  const [whole, fraction] = String(text).split(".");
  const grouped = whole.replace("-", MINUS).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** The decimal string with a plus sign when it is above zero. */
export function signed(text) {
  return Number(text) > 0 ? `+${plain(text)}` : plain(text);
}

/** A signed percentage with two decimal places. */
export function percent(text) {
  if (text === null || text === undefined || text === "") return NOTHING;
  return `${signed(Number(text).toFixed(2))}%`;
}

/** Which way a change goes, as a style class. */
export function direction(text) {
  const value = Number(text ?? 0);
  if (value > 0) return "up";
  return value < 0 ? "down" : "flat";
}

/** How many decimal places a step such as "0.01" has. */
export function placesOf(step) {
  return (String(step).split(".")[1] ?? "").length;
}

/** A computed number, such as a sum or an estimate, with a fixed count of places. */
export function fixed(value, places) {
  return plain(value.toFixed(places));
}

const PHASE_LABELS = { CONTINUOUS: "Open" };

/** A trading phase as the pages name it. */
export function phaseLabel(phase) {
  return PHASE_LABELS[phase] ?? phase.charAt(0) + phase.slice(1).toLowerCase().replaceAll("_", " ");
}
