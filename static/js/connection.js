/* The sign in the top bar that says whether prices are live. */

import { setText } from "./draw.js";

const WORDS = { connecting: "Connecting", live: "Live", reconnecting: "Reconnecting", halted: "Halted" };
const sign = document.getElementById("connection");

/** Shows "connecting", "live", "reconnecting" or "halted". */
export function showConnection(state) {
  if (sign.dataset.state === state) return;
  sign.dataset.state = state;
  setText(sign.querySelector("[data-text]"), WORDS[state]);
}
