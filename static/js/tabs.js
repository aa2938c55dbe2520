/* Tabs: a group of buttons names its panel's part; the stylesheet shows that part. */

/** Wires up every group of tabs on the page. */
export function wireTabs() {
  for (const group of document.querySelectorAll("[data-tabs]")) {
    const panel = document.getElementById(group.dataset.tabs);
    for (const button of group.querySelectorAll("button[data-tab]")) {
      button.addEventListener("click", () => showTab(panel.id, button.dataset.tab));
    }
  }
}

/** Shows one part of a panel. */
export function showTab(panelId, tab) {
  const panel = document.getElementById(panelId);
  panel.dataset.tab = tab;
  for (const button of document.querySelectorAll(`[data-tabs="${panelId}"] button[data-tab]`)) {
    button.setAttribute("aria-pressed", String(button.dataset.tab === tab));
  }
}
