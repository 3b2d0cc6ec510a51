// What every page does by script, in five files; this one has what the others share. Each part works on events of the
// document, so that swapped-in fragments need no set-up.
(function () {
  "use strict";
  const YEAR = 365 * 86400;
  const $ = (selector, within) => (within || document).querySelector(selector);
  const $$ = (selector, within) => Array.from((within || document).querySelectorAll(selector));
  const words = () => ($("#words") || { dataset: {} }).dataset;
  const cookie = (name, value) => { document.cookie = `${name}=${encodeURIComponent(value)}; path=/; max-age=${YEAR}; samesite=lax`; };
  const token = () => ($("meta[name=csrf-token]") || {}).content || "";
  const typing = (target) => target instanceof Element && target.matches("input, textarea, select, [contenteditable]");

  // Announcements for screen readers, and toasts for everybody ------------------------------------------------
  function announce(text) {
    const place = $("#announcer");
    if (!place || !text) return;
    place.textContent = "";
    window.setTimeout(() => { place.textContent = text; }, 60);
  }
  function toast(text, tone) {
    const line = document.createElement("div");
    line.className = `toast-line tone-${tone || "info"}`;
    line.setAttribute("role", tone === "breach" ? "alert" : "status");
    const mark = document.createElement("span");
    mark.className = "mark";
    const words = document.createElement("p");
    words.textContent = text;
    line.append(mark, words);
    $("#toasts").append(line);
  }
  // Good news leaves by itself; what went wrong stays until it is dismissed.
  function toastsTime() {
    $$("#toasts .toast-line:not([data-timed])").forEach((line) => {
      line.dataset.timed = "1";
      if (!line.matches(".tone-breach, .tone-risk")) window.setTimeout(() => line.remove(), 6000);
    });
  }

  window.slmo = { $, $$, words, cookie, token, typing, announce, toast, toastsTime };
})();
