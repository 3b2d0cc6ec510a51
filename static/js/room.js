// The negotiation room: asks what is new, keeps quiet where there is no evidence, and its keys.
(function () {
  "use strict";
  const EVERY = 6000;
  const room = document.querySelector("[data-room]");
  if (!room) return;

  // What is new is asked for as long as somebody looks; the answer is empty while nothing changed.
  function ask() {
    const pulse = document.getElementById("room-pulse");
    if (pulse && !document.hidden) window.htmx.trigger(pulse, "room-refresh");
  }
  window.setInterval(ask, EVERY);
  document.addEventListener("visibilitychange", ask);

  // No evidence is no failure: the column says so itself.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const asked = event.detail.requestConfig && event.detail.requestConfig.elt;
    if (!asked || !asked.matches("[data-evidence]") || event.detail.xhr.status !== 404) return;
    event.detail.shouldSwap = false;
    event.detail.isError = false;
  });
  // While evidence is being judged its place says so, even where what asked for it was drawn anew meanwhile.
  const judging = new Set();
  function busy() {
    const place = document.getElementById("evidence-body");
    if (place) place.setAttribute("aria-busy", String(judging.size > 0));
  }
  document.addEventListener("htmx:beforeSend", (event) => {
    if (!event.target.matches("[data-evidence]")) return;
    const { xhr } = event.detail;
    judging.add(xhr);
    busy();
    xhr.addEventListener("loadend", () => { judging.delete(xhr); busy(); });
  });
  // A lost connection is asked again a little later, without a word.
  document.addEventListener("htmx:sendError", (event) => {
    if (event.detail.elt && event.detail.elt.id === "room-pulse") event.stopImmediatePropagation();
  }, true);

  // What was sent, or given up, is no longer kept in the browser; the answer may have changed the page's address.
  const kept = (form) => `slmo:form:${location.pathname}:${form.id}`;
  document.addEventListener("htmx:beforeRequest", (event) => {
    const form = event.detail.elt;
    if (form.matches && form.matches("form[data-keep]")) form.dataset.kept = kept(form);
  }, true);
  // A form that comes back with what is wrong in it is an answer, no failure.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { requestConfig, xhr } = event.detail;
    if (xhr.status === 422 && requestConfig && requestConfig.elt.matches("form[data-keep]")) event.detail.isError = false;
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const { requestConfig, xhr } = event.detail;
    const form = requestConfig ? requestConfig.elt : event.detail.elt;  // by now the form itself may be gone from the page
    if (!form.matches || !form.matches("form[data-keep]") || !xhr.status || xhr.status >= 400) return;
    sessionStorage.removeItem(form.dataset.kept || kept(form));
    $$(`#${CSS.escape(form.id)}:not(:has([name=changed_at])) textarea`).forEach((field) => { field.value = ""; });
  }, true);
  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest("[data-forget]");
    if (link) sessionStorage.removeItem(kept(link.closest("form")));
  }, true);
  function $$(selector) { return Array.from(document.querySelectorAll(selector)); }

  // On a phone the outline starts folded.
  const phone = window.matchMedia("(max-width: 820px)");
  function fold() { $$("[data-fold-phone]").forEach((one) => { if (!one.dataset.folded) { one.dataset.folded = "1"; one.open = !phone.matches; } }); }
  document.addEventListener("htmx:afterSettle", fold);
  fold();

  // Keys: n and p go to the next and previous clause, c to the comment, a accepts, e edits, Escape leaves the editor.
  document.addEventListener("keydown", (event) => {
    const typing = event.target instanceof Element && event.target.matches("input, textarea, select, [contenteditable]");
    if (event.ctrlKey || event.metaKey || event.altKey || typing || document.querySelector("dialog[open]")) return;
    const place = document.querySelector(`[data-focus-key="${CSS.escape(event.key)}"]`);
    const button = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (place) { event.preventDefault(); place.focus(); } else if (button) { event.preventDefault(); button.click(); }
  });

  // The page's own keys join the list that "?" opens.
  const more = document.querySelector("[data-more-keys]");
  const list = document.querySelector("#keys dl");
  if (more && list) list.append(more.content.cloneNode(true));
})();
