/* Going from one instrument to another by typing its symbol. */

/** Makes the search field lead to the instrument that is typed or chosen; anything else is searched among the markets. */
export function wireFindSymbol() {
  const search = document.getElementById("find-symbol");
  if (!search) return;
  const form = search.form;
  const symbols = new Set([...document.querySelectorAll("#symbols option")].map((option) => option.value));
  const go = () => {
    const symbol = search.value.trim().toUpperCase();
    if (!symbols.has(symbol)) return false;
    location.assign(form.dataset.instrument.replace("SYMBOL", encodeURIComponent(symbol)));
    return true;
  };
  form.addEventListener("submit", (event) => go() && event.preventDefault());
  search.addEventListener("input", (event) => event.inputType === "insertReplacementText" && go());
}
