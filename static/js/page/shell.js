// What stands around each page: theme, rail, zone, menus, the command palette, definitions of terms.
(function () {
  "use strict";
  const { $, $$, words, cookie, token, announce } = window.slmo;

  const root = document.documentElement;

  // Theme, rail, zone -----------------------------------------------------------------------------------------------
  function themeChoose(choice) {
    cookie("slmo_theme", choice);
    root.setAttribute("data-theme-choice", choice);
    window.slmoTheme();
    $$("[data-theme-form] [name=theme]").forEach((button) => button.setAttribute("aria-pressed", String(button.value === choice)));
  }
  function railToggle() {
    const small = root.getAttribute("data-rail") === "small" ? "" : "small";
    if (small) root.setAttribute("data-rail", small); else root.removeAttribute("data-rail");
    cookie("slmo_rail", small);
    window.dispatchEvent(new Event("resize"));
  }
  cookie("slmo_timezone", Intl.DateTimeFormat().resolvedOptions().timeZone || "");

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.matches("[data-theme-form]") && event.submitter) {
      event.preventDefault();
      themeChoose(event.submitter.value);
      fetch(form.action, { method: "POST", headers: { "X-CSRFToken": token(), "HX-Request": "true" }, body: new URLSearchParams({ theme: event.submitter.value }) });
      const menu = form.closest("details");
      if (menu) menu.open = false;
    }
  });

  // Menus: one open at a time; Escape and a click elsewhere close ---------------------------------------------------------
  document.addEventListener("toggle", (event) => {
    const menu = event.target;
    if (!(menu instanceof HTMLDetailsElement) || !menu.matches("[data-menu]") || !menu.open) return;
    $$("details[data-menu][open]").forEach((other) => { if (other !== menu && !other.contains(menu)) other.open = false; });
  }, true);
  document.addEventListener("click", (event) => {
    $$("details[data-menu][open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });
  function menuKeys(event) {
    const menu = event.target instanceof Element && event.target.closest("details[data-menu][open]");
    if (!menu) return false;
    if (event.key === "Escape") { menu.open = false; $("summary", menu).focus(); return true; }
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return false;
    const items = $$(".menu-item", menu);
    if (!items.length) return false;
    const place = items.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
    items[(place + items.length) % items.length].focus();
    return true;
  }

  // Command palette ------------------------------------------------------------------------------------------------------------
  const palette = $("#palette");
  let paletteStart = null, paletteTimer = 0, paletteAsk = null;
  const options = () => $$("[role=option]", palette);
  function optionChoose(place) {
    const all = options();
    all.forEach((option, index) => option.setAttribute("aria-selected", String(index === place)));
    const chosen = all[place];
    $("#palette-input").setAttribute("aria-activedescendant", chosen ? chosen.id : "");
    if (chosen) chosen.scrollIntoView({ block: "nearest" });
  }
  function paletteOpen() {
    if (!palette || palette.open) return;
    if (paletteStart === null) paletteStart = $("#palette-results").innerHTML;
    $("#palette-input").value = "";
    $("#palette-results").innerHTML = paletteStart;
    palette.showModal();
    optionChoose(0);
  }
  async function paletteSearch(text) {
    const where = palette.dataset.search;
    if (paletteAsk) paletteAsk.abort();
    if (!text || !where) { $("#palette-results").innerHTML = paletteStart; optionChoose(0); return; }
    paletteAsk = new AbortController();
    try {
      const answer = await fetch(`${where}?q=${encodeURIComponent(text)}`, { headers: { "HX-Request": "true" }, signal: paletteAsk.signal });
      if (!answer.ok) return;
      $("#palette-results").innerHTML = await answer.text();
      options().forEach((option, index) => { if (!option.id) option.id = `palette-option-${index}`; });
      optionChoose(0);
    } catch (error) { if (error.name !== "AbortError") announce(words().failed); }
  }
  if (palette) {
    $("#palette-input").addEventListener("input", (event) => {
      window.clearTimeout(paletteTimer);
      paletteTimer = window.setTimeout(() => paletteSearch(event.target.value.trim()), 140);
    });
    palette.addEventListener("keydown", (event) => {
      const all = options();
      const now = all.findIndex((option) => option.getAttribute("aria-selected") === "true");
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        optionChoose((now + (event.key === "ArrowDown" ? 1 : -1) + all.length) % (all.length || 1));
      } else if (event.key === "Enter" && all[now]) { event.preventDefault(); all[now].click(); }
    });
    palette.addEventListener("click", (event) => { if (event.target === palette) palette.close(); });
  }

  // Terms: keep the definition inside the window ------------------------------------------------------------------------------------------------------
  function termPlace(event) {
    const term = event.target.closest && event.target.closest(".term");
    if (!term) return;
    term.classList.remove("term-closed", "flip", "below");
    const box = $(".term-tip", term).getBoundingClientRect();
    term.classList.toggle("flip", box.right > window.innerWidth - 8);
    term.classList.toggle("below", box.top < 64);
  }
  document.addEventListener("mouseover", termPlace);
  document.addEventListener("focusin", termPlace);

  Object.assign(window.slmo, { railToggle, menuKeys, paletteOpen });

  // Tabs: the present one is in sight, however many stand before it -----------------------------------------------------------------
  $$(".tabs [aria-current]").forEach((tab) => {
    const list = tab.closest(".tabs"), at = tab.getBoundingClientRect(), seen = list.getBoundingClientRect();
    if (at.right > seen.right) list.scrollLeft += at.left - seen.left - (seen.width - at.width) / 2;
  });
})();
