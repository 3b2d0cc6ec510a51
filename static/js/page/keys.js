// Acts named by data-act, and the keyboard.
(function () {
  "use strict";
  const { $, $$, words, typing, announce, toast, railToggle, menuKeys, paletteOpen } = window.slmo;

  // Acts named by data-act ------------------------------------------------------------------------------------------------------------------
  const acts = {
    rail: railToggle,
    palette: paletteOpen,
    keys: () => $("#keys").showModal(),
    back: () => window.history.back(),
    print: () => window.print(),
    dismiss: (button) => button.closest(".toast-line, .notice").remove(),
    copy: async (button) => { await navigator.clipboard.writeText(button.dataset.copy); announce(words().copied); toast(words().copied, "met"); },
    fill: (button) => {
      Object.entries(JSON.parse(button.dataset.fill)).forEach(([name, value]) => { const field = $(`[name="${name}"]`); if (field) field.value = value; });
      $("[name=password]").closest("form").requestSubmit();
    },
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest("[data-act]");
    if (!button || !acts[button.dataset.act]) return;
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    acts[button.dataset.act](button);
  });
  document.addEventListener("change", (event) => {
    const field = event.target;
    if (field.matches("[data-submit-on-change]") && !field.closest("[hx-get], [hx-post]")) field.form.requestSubmit();
    if (field.matches("[data-check-all]")) $$(field.dataset.checkAll).forEach((box) => { box.checked = field.checked; });
  });

  // Keyboard ---------------------------------------------------------------------------------------------------------------------------------------
  const rows = () => $$("[data-rows] > tbody > tr, [data-rows] > li").filter((row) => row.offsetParent !== null && $("a, button", row));
  function rowMove(step) {
    const all = rows();
    if (!all.length) return;
    const now = all.findIndex((row) => row.contains(document.activeElement));
    const next = all[Math.min(all.length - 1, Math.max(0, now + step))];
    $("a, button", next).focus();
    next.scrollIntoView({ block: "nearest" });
  }
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") { event.preventDefault(); paletteOpen(); return; }
    if (menuKeys(event)) { event.preventDefault(); return; }
    if (event.key === "Escape" && event.target.closest && event.target.closest(".term")) event.target.closest(".term").classList.add("term-closed");
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || $("dialog[open]")) return;
    if (event.key === "j") rowMove(1);
    else if (event.key === "k") rowMove(-1);
    else if (event.key === "/" && $("[data-list-search]")) { event.preventDefault(); $("[data-list-search]").focus(); }
    else if (event.key === "?" && $("#keys")) $("#keys").showModal();
  });
})();
