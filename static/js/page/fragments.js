// Fragments that htmx swaps in: token, load bar, focus, failures.
(function () {
  "use strict";
  const { $, $$, words, token, announce, toast, toastsTime, formRestore } = window.slmo;

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
    $$("[data-scroll-end]", within).forEach((one) => { one.scrollLeft = one.scrollWidth; });  // the latest first
  }
  prepare(document);
})();
