// Runs before the page is painted, so that no wrong theme flashes: "auto" follows the system.
(function () {
  "use strict";
  var root = document.documentElement;
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  function apply() {
    var choice = root.getAttribute("data-theme-choice") || "auto";
    root.setAttribute("data-bs-theme", choice === "auto" ? (dark.matches ? "dark" : "light") : choice);
    root.dispatchEvent(new CustomEvent("slmo:theme"));
  }
  apply();
  dark.addEventListener("change", apply);
  window.slmoTheme = apply;
})();
