/* The trading page by keyboard: sides, prices, canceling, finding an instrument, and the list of all this. */

const TYPING = "input:not([type=radio], [type=checkbox]), select, textarea, [contenteditable]";
const STEPS_BY_ITSELF = "input, select, textarea, button, summary, [tabindex='0']";

/** Wires up the keys. `ticket` takes sides and steps of the price; `askCancelAll` asks before it cancels. */
export function wireKeys({ ticket, askCancelAll }) {
  const keys = document.getElementById("keys");
  const search = document.getElementById("find-symbol");
  const acts = {
    b: () => ticket.pickSide("BUY"),
    s: () => ticket.pickSide("SELL"),
    "/": () => search?.focus(),
    "?": () => keys.showModal(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.key === "Escape") return void takeEscape(event, search, askCancelAll);
    if (event.key.startsWith("Arrow")) return void stepPrice(event, ticket);
    const act = acts[event.key.toLowerCase()];
    if (act === undefined || event.target.matches(TYPING)) return;
    event.preventDefault();
    act();
  });
  document.getElementById("keys-button")?.addEventListener("click", () => keys.showModal());
}

function takeEscape(event, search, askCancelAll) {
  event.preventDefault(); // else this very key closes what it opens
  if (event.target === search) search.blur();
  else askCancelAll();
}

function stepPrice(event, ticket) {
  const way = { ArrowUp: 1, ArrowDown: -1 }[event.key];
  if (way === undefined || event.target.matches(STEPS_BY_ITSELF)) return;
  event.preventDefault();
  ticket.stepPrice(way);
}
