// The operations board: keeps itself up to date, but never moves what somebody is about to click.
(function () {
  "use strict";
  const EVERY = 10000;
  const board = document.querySelector("[data-board]");
  if (!board) return;
  const live = document.querySelector(".board-live");
  const word = live && live.querySelector("[data-live-word]");
  let hovered = false;
  let waiting = false;

  // Somebody is in the list: the pointer is over a row, or the focus is in one.
  const held = () => hovered || board.contains(document.activeElement);
  function show() {
    if (!live) return;
    const still = held();
    live.classList.toggle("board-held", still);
    const text = still ? live.dataset.heldText : live.dataset.liveText;
    if (word.textContent !== text) word.textContent = text;
  }
  function refresh() { waiting = false; window.htmx.trigger(board, "board-refresh"); }
  function tick() { if (document.hidden) return; if (held()) { waiting = true; return; } refresh(); }
  function left() { show(); if (waiting && !held()) refresh(); }

  board.addEventListener("pointerenter", () => { hovered = true; show(); });
  board.addEventListener("pointerleave", () => { hovered = false; left(); });
  board.addEventListener("focusin", show);
  board.addEventListener("focusout", () => window.setTimeout(left, 0));
  document.addEventListener("visibilitychange", () => { if (!document.hidden) tick(); });
  window.setInterval(tick, EVERY);

  // Keys: a acknowledges the row with the focus, r refreshes.
  document.addEventListener("keydown", (event) => {
    const typing = event.target instanceof Element && event.target.matches("input, textarea, select, [contenteditable]");
    if (event.ctrlKey || event.metaKey || event.altKey || typing || document.querySelector("dialog[open]")) return;
    if (event.key === "r") { event.preventDefault(); refresh(); }
    if (event.key !== "a") return;
    const row = document.activeElement && document.activeElement.closest("[data-board] tr");
    const button = row && row.querySelector("[data-key=a]");
    if (button) { event.preventDefault(); button.click(); }
  });

  // The page's own keys join the list that "?" opens.
  const more = document.querySelector("[data-more-keys]");
  const list = document.querySelector("#keys dl");
  if (more && list) list.append(more.content.cloneNode(true));
})();
