/* Changing an open order in its row: what is typed survives a refresh of the table around it. */

const EDITABLE = "#own input[data-edit]";

function isEdited(field) {
  return field.value !== field.defaultValue;
}

function markRow(field) {
  const row = field.closest("tr");
  row.classList.toggle("is-edited", [...row.querySelectorAll("input[data-edit]")].some(isEdited));
}

function step(event) {
  const way = { ArrowUp: 1, ArrowDown: -1 }[event.key];
  if (way === undefined) return;
  event.preventDefault();
  const { target: field } = event;
  const size = Number(field.dataset.edit);
  const places = (field.dataset.edit.split(".")[1] ?? "").length;
  field.value = Math.max(Math.round(Number(field.value.replaceAll(",", "")) / size) * size + way * size, size).toFixed(places);
  markRow(field);
}

/** Keeps edits of the reader's open orders through refreshes, and drops them when they are sent or given up. */
export class OwnEdits {
  constructor() {
    this.kept = new Map();
    document.addEventListener("input", ({ target }) => target.matches(EDITABLE) && markRow(target));
    document.addEventListener("keydown", (event) => event.target.matches?.(EDITABLE) && this.takeKey(event), true);
    document.body.addEventListener("htmx:afterRequest", ({ detail }) => {
      if (detail.successful && detail.elt.matches?.("form[data-replace]")) this.settle(detail.elt);
    });
  }

  takeKey(event) {
    if (event.key !== "Escape") return void step(event);
    event.stopPropagation();
    event.target.value = event.target.defaultValue;
    markRow(event.target);
    event.target.blur();
  }

  settle(form) {
    for (const field of form.elements) if (field.dataset.edit !== undefined) field.defaultValue = field.value;
  }

  /** Before the table is drawn anew. */
  keep() {
    this.kept = new Map([...document.querySelectorAll(EDITABLE)].filter(isEdited).map((field) => [field.id, field.value]));
  }

  /** After it is. */
  restore() {
    for (const [id, value] of this.kept) {
      const field = document.getElementById(id);
      if (!field) continue;
      field.value = value;
      markRow(field);
    }
    this.kept.clear();
  }
}
