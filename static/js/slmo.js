// What every page does by script. Each part works on events of the document, so that swapped-in fragments need no set-up.
(function () {
  "use strict";
  const root = document.documentElement;
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

  // Questions before destructive acts: data-confirm="sentence" on a form or button --------------------------------------------------
  function ask(sentence) {
    return new Promise((resolve) => {
      const box = document.createElement("dialog");
      box.className = "ask";
      const text = document.createElement("p");
      text.textContent = sentence || words().sure;
      const acts = document.createElement("form");
      acts.method = "dialog";
      acts.className = "form-acts";
      [["yes", words().ok, "btn btn-primary"], ["no", words().cancel, "btn"]].forEach(([value, label, css]) => {
        const button = document.createElement("button");
        button.value = value; button.textContent = label; button.className = css;
        acts.append(button);
      });
      box.append(text, acts);
      document.body.append(box);
      box.addEventListener("close", () => { resolve(box.returnValue === "yes"); box.remove(); });
      box.showModal();
    });
  }
  document.addEventListener("submit", async (event) => {
    const sentence = (event.submitter && event.submitter.dataset.confirm) || event.target.dataset.confirm;
    if (!sentence || event.target.dataset.confirmed) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (await ask(sentence)) {
      event.target.dataset.confirmed = "1";
      event.target.requestSubmit(event.submitter || undefined);
      delete event.target.dataset.confirmed;
    }
  }, true);
  document.addEventListener("htmx:confirm", (event) => {
    if (!event.detail.question) return;
    event.preventDefault();
    ask(event.detail.question).then((yes) => { if (yes) event.detail.issueRequest(true); });
  });

  // Typed input survives: forms with data-keep are remembered in this tab until they are sent ------------------------------------------
  const keepKey = (form) => `slmo:form:${location.pathname}:${form.id || form.getAttribute("action") || ""}`;
  const kept = (form) => $$("input, textarea, select", form).filter((field) => field.name && !["hidden", "password", "file", "submit"].includes(field.type));
  function formRemember(form) {
    const values = kept(form).map((field) => [field.name, field.type === "checkbox" || field.type === "radio" ? [field.value, field.checked] : field.value]);
    sessionStorage.setItem(keepKey(form), JSON.stringify(values));
  }
  function formRestore(form) {
    const found = sessionStorage.getItem(keepKey(form));
    if (!found) return;
    let changed = false;
    const fields = kept(form);
    JSON.parse(found).forEach(([name, value]) => {
      const field = fields.find((one) => one.name === name && (!Array.isArray(value) || one.value === value[0]));
      if (!field) return;
      if (Array.isArray(value)) { changed = changed || field.checked !== value[1]; field.checked = value[1]; }
      else if (field.value !== value) { field.value = value; changed = true; }
    });
    if (changed) toast(words().discard, "info");
  }
  document.addEventListener("input", (event) => {
    const form = event.target.closest && event.target.closest("form[data-keep]");
    if (form) formRemember(form);
  });
  document.addEventListener("submit", (event) => {
    if (event.target.matches("form[data-keep]")) event.target.dataset.sent = "1";
  });

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

  // htmx: token, load bar, focus, failures ------------------------------------------------------------------------------------------------------------------
  let focused = null;
  const bar = (on) => { const line = $(".load-bar"); if (line) line.classList.toggle("on", on); };
  // A list's address holds what was chosen and no more: empty filters and an untouched choice of columns stay out of it.
  function addressTidy(form, parameters) {
    const boxes = $$("[name=cols]", form);
    if (boxes.every((box) => box.checked)) delete parameters.cols;
    Object.keys(parameters).forEach((name) => { if (parameters[name] === "") delete parameters[name]; });
  }
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token();
    else if (event.detail.elt.matches("form.list-tools")) addressTidy(event.detail.elt, event.detail.parameters);
  });
  document.addEventListener("htmx:beforeRequest", () => bar(true));
  document.addEventListener("htmx:afterRequest", () => bar(false));
  document.addEventListener("htmx:beforeSwap", () => {
    const at = document.activeElement;
    focused = at && at !== document.body ? { id: at.id, name: at.getAttribute("name"), href: at.getAttribute("href"), start: "selectionStart" in at ? at.selectionStart : null, typed: at.matches("[data-list-search]") ? at.value : null } : null;
  });
  function focusKeep() {
    if (!focused || (document.activeElement && document.activeElement !== document.body)) return;
    const again = (focused.id && document.getElementById(focused.id)) || (focused.name && $(`[name="${CSS.escape(focused.name)}"]`)) || (focused.href && $(`[href="${CSS.escape(focused.href)}"]`));
    if (!again) return;
    again.focus({ preventScroll: true });
    // What was typed while the answer was on its way is not lost: it asks again.
    if (focused.typed !== null && again.value !== focused.typed) { again.value = focused.typed; again.dispatchEvent(new Event("input", { bubbles: true })); }
    if (focused.start !== null && again.matches("textarea, input[type=text], input[type=search]")) again.setSelectionRange(focused.start, focused.start);
  }
  document.addEventListener("htmx:afterSettle", (event) => {
    focusKeep();
    prepare(event.detail.elt);
    const said = event.detail.elt.closest && event.detail.elt.closest("[data-announce]");
    if (said) announce(said.dataset.announce || words().results);
  });
  ["htmx:sendError", "htmx:timeout"].forEach((name) => document.addEventListener(name, () => { bar(false); toast(words().failed, "breach"); }));

  function prepare(within) {
    toastsTime();
    const summary = $("[data-focus]", within);
    if (summary) summary.focus();
    $$("form[data-keep]", within).forEach(formRestore);
  }
  window.addEventListener("pageshow", () => {
    $$("form[data-keep]").forEach((form) => { if (form.dataset.sent) delete form.dataset.sent; });
  });
  window.addEventListener("beforeunload", () => {
    $$("form[data-keep][data-sent]").forEach((form) => sessionStorage.setItem(`${keepKey(form)}:sent`, "1"));
  });
  // A form that was sent and did not come back with errors is done: forget what was remembered.
  function forgetSent() {
    Object.keys(sessionStorage).filter((key) => key.startsWith("slmo:form:") && key.endsWith(":sent")).forEach((key) => {
      const base = key.slice(0, -5);
      const back = $$("form[data-keep]").find((form) => keepKey(form) === base);
      if (!back || !$(".form-errors", back.parentElement)) sessionStorage.removeItem(base);
      sessionStorage.removeItem(key);
    });
  }
  forgetSent();
  prepare(document);
  window.slmo = { announce, toast, ask };
})();
