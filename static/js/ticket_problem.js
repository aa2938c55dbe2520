/* What the exchange would say against the ticket as it stands, shown beside the field that it is about. */

const PROBLEM_ID = "ticket-problem";

function clear(form) {
  document.getElementById(PROBLEM_ID)?.remove();
  for (const field of form.querySelectorAll("[data-has-problem]")) {
    delete field.dataset.hasProblem;
    field.removeAttribute("aria-invalid");
    field.setAttribute("aria-describedby", field.dataset.describedBefore);
  }
}

/** Moves the preview's problem beside its field; one without a field, or of a field out of sight, stays where it is. */
export function placeProblem(form) {
  clear(form);
  const said = form.querySelector("#ticket-preview [data-problem]");
  if (!said) return;
  said.id = PROBLEM_ID;
  const field = form.elements[said.dataset.field];
  const wrapper = field instanceof HTMLElement ? field.closest(".field") : null;
  if (!wrapper?.checkVisibility()) return;
  wrapper.querySelector(".field-error:not([data-problem])")?.remove();
  wrapper.append(said);
  field.dataset.hasProblem = "";
  field.dataset.describedBefore = field.getAttribute("aria-describedby") ?? "";
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", `${PROBLEM_ID} ${field.dataset.describedBefore}`.trim());
}
