/* Runs before the first paint: sets the reader's theme and marks that scripts run, so that nothing flashes. */
"use strict";
(() => {
  const root = document.documentElement;
  const systemIsLight = window.matchMedia("(prefers-color-scheme: light)");

  const chosenTheme = () => {
    try {
      return localStorage.getItem("theme");
    } catch {
      return null;
    }
  };
  const applyTheme = () => {
    root.dataset.theme = chosenTheme() ?? (systemIsLight.matches ? "light" : "dark");
    window.dispatchEvent(new Event("theme-changed"));
  };
  const toggleTheme = () => {
    try {
      localStorage.setItem("theme", root.dataset.theme === "light" ? "dark" : "light");
    } catch {
      return;
    }
    applyTheme();
  };

  root.dataset.scripts = "";
  applyTheme();
  systemIsLight.addEventListener("change", applyTheme);
  document.addEventListener("DOMContentLoaded", () => {
    const toggle = document.getElementById("theme-toggle");
    toggle.hidden = false;
    toggle.addEventListener("click", toggleTheme);
  });
})();
