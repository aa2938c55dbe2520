/* Canceling all of one's orders in the instrument: it asks once. */

import { setText } from "./draw.js";

const form = document.getElementById("cancel-all");
const dialog = document.getElementById("ask-cancel-all");

function openOrders() {
  return document.querySelectorAll("[data-own-order]").length;
}

/** Asks whether all open orders are to be canceled; when there is none, there is nothing to ask. */
export function askCancelAll() {
  const count = openOrders();
  if (!form || count === 0 || dialog.open) return;
  setText(dialog.querySelector("[data-count]"), count === 1 ? "the one open order" : `all ${count} open orders`);
  dialog.returnValue = "";
  dialog.showModal();
}

/** Makes the button ask first; only what is confirmed is sent. */
export function wireCancelAll() {
  if (!form) return;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    askCancelAll();
  });
  dialog.addEventListener("close", () => {
    if (dialog.returnValue === "yes") window.htmx.trigger(form, "cancel-all-confirmed");
  });
}
