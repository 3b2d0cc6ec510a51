// Forms: questions before destructive acts, and typed input that survives.
(function () {
  "use strict";
  const { $, $$, words, toast } = window.slmo;

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
  Object.assign(window.slmo, { ask, formRestore });
})();
