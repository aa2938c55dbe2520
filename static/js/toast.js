/* A short notice about a request that got no proper answer. */

const SHOWN_MS = 9000;
const toast = document.getElementById("toast");
let timer = null;

function showToast(text) {
  toast.textContent = text;
  toast.hidden = false;
  clearTimeout(timer);
  timer = setTimeout(() => {
    toast.hidden = true;
  }, SHOWN_MS);
}

/** Tells the reader when a form's answer did not arrive. A background refresh fails silently; the next one repairs it. */
export function wireToast() {
  const isForm = ({ detail }) => detail.elt instanceof HTMLFormElement;
  for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
    document.body.addEventListener(name, (event) => {
      if (!isForm(event)) return;
      showToast("No clear answer from the exchange. Send the same form again: it cannot be done twice.");
    });
  }
}
