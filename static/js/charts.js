// Draws every [data-chart] from the JSON beside it (slmo/web/charts): theme colours from the design tokens, the table
// behind it, downloads. ECharts is loaded only where a chart is.
(function () {
  "use strict";
  const root = document.documentElement;
  const source = document.currentScript.dataset.echarts;
  const TIP = { "$tip": ["#17212b", "#e9edee"], "$on-tip": ["#ffffff", "#12181a"] };
  const drawn = new Map();
  let loading = null;

  function load() {
    if (window.echarts) return Promise.resolve();
    if (!loading) loading = new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = source;
      script.onload = resolve;
      script.onerror = reject;
      document.head.append(script);
    });
    return loading;
  }

  // A token's colour as the theme in force computes it.
  function colour(name) {
    if (TIP[name]) return TIP[name][root.getAttribute("data-bs-theme") === "dark" ? 1 : 0];
    const probe = document.createElement("span");
    probe.style.color = `var(--${name.slice(1)})`;
    document.body.append(probe);
    const found = getComputedStyle(probe).color;
    probe.remove();
    return found;
  }
  const language = () => root.lang || "en";
  const names = (kind) => Array.from({ length: kind === "month" ? 12 : 7 }, (_, place) => new Intl.DateTimeFormat(language(), kind === "month"
    ? { month: "short", timeZone: "UTC" } : { weekday: "short", timeZone: "UTC" }).format(new Date(Date.UTC(2023, kind === "month" ? place : 0, kind === "month" ? 1 : 1 + place))).replace(".", ""));
  const figure = (value, digits) => new Intl.NumberFormat(language(), { maximumFractionDigits: digits === undefined ? 4 : digits }).format(value);

  // The few functions that options may name.
  const FUNCTIONS = {
    "@from100": (value) => `${figure(100 - value, 4)} %`,
    "@plain": (value) => figure(value, 4),
    "@short": (value) => new Intl.NumberFormat(language(), { notation: "compact", maximumFractionDigits: 1 }).format(value),
    "@percent": (value) => `${figure(value, 4)} %`,
    "@span": (params, api) => {
      const from = api.coord([api.value(1), api.value(0)]);
      const till = api.coord([api.value(2), api.value(0)]);
      const tall = Math.min(api.size([0, 1])[1] * 0.6, 18);
      const area = params.coordSys;
      const left = Math.max(from[0], area.x), right = Math.min(Math.max(till[0], from[0] + 2), area.x + area.width);
      return { type: "rect", shape: { x: left, y: from[1] - tall / 2, width: Math.max(right - left, 2), height: tall, r: 2 }, style: api.style() };
    },
  };
  function resolve(value, cache) {
    if (Array.isArray(value)) return value.map((one) => resolve(one, cache));
    if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, resolve(one, cache)]));
    if (typeof value !== "string") return value;
    if (value === "$font") return getComputedStyle(document.body).fontFamily;
    if (value === "@months") return names("month");
    if (value === "@days") return names("day");
    if (value.startsWith("@number ")) return (one) => (one === null || one === undefined ? "–" : `${figure(one, 1)} ${value.slice(8)}`);
    if (FUNCTIONS[value]) return FUNCTIONS[value];
    if (/^\$[a-z][a-z0-9-]*$/.test(value)) { cache[value] = cache[value] || colour(value); return cache[value]; }
    return value;
  }
  function localeName() {
    const code = language().slice(0, 2).toUpperCase();
    if (code === "EN" || code === "ZH") return "EN";
    const months = names("month");
    const long = Array.from({ length: 12 }, (_, place) => new Intl.DateTimeFormat(language(), { month: "long", timeZone: "UTC" }).format(new Date(Date.UTC(2023, place, 1))));
    window.echarts.registerLocale(code, { time: { month: long, monthAbbr: months, dayOfWeek: names("day"), dayOfWeekAbbr: names("day") } });
    return code;
  }
  // Each colour is computed anew by asking for it, which is dear: what is drawn at once shares a cache of them.
  function options(box, cache) {
    const data = document.getElementById(box.dataset.chart);
    return resolve(JSON.parse(data.textContent), cache || {});
  }
  function redraw(after) {
    const cache = {};
    forget();
    drawn.forEach((chart, box) => { chart.setOption(options(box, cache), { notMerge: true }); if (after) after(chart, box); });
  }

  function draw(box, cache) {
    if (drawn.has(box)) return;
    const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const chart = window.echarts.init(box, null, { renderer: "canvas", locale: localeName() });
    chart.setOption({ ...options(box, cache), ...(still ? { animation: false } : {}) });
    chart.on("click", (event) => { if (event.data && event.data.url) window.location.assign(event.data.url); });
    drawn.set(box, chart);
    watcher.observe(box);
    const tools = box.closest(".chart") && box.closest(".chart").querySelector(".chart-tools");
    if (tools) tools.hidden = false;
  }
  const watcher = new ResizeObserver((entries) => entries.forEach((entry) => { const chart = drawn.get(entry.target); if (chart && !printing) chart.resize(); }));
  function forget() {
    drawn.forEach((chart, box) => { if (!box.isConnected) { watcher.unobserve(box); chart.dispose(); drawn.delete(box); } });
  }
  async function drawAll(within) {
    forget();
    const boxes = Array.from((within || document).querySelectorAll("[data-chart]"));
    if (!boxes.length) return;
    await load();
    const cache = {};
    boxes.filter((box) => box.isConnected).forEach((box) => draw(box, cache)); // the page may have gone on meanwhile
  }

  // Downloads --------------------------------------------------------------------------------------------------------
  function save(name, url) {
    const link = document.createElement("a");
    link.href = url;
    link.download = name;
    link.click();
  }
  const saveText = (name, text, kind) => {
    const url = URL.createObjectURL(new Blob([text], { type: kind }));
    save(name, url);
    window.setTimeout(() => URL.revokeObjectURL(url), 1000);
  };
  function tableText(table) {
    const cell = (text) => (/[",\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text);
    return Array.from(table.rows).map((row) => Array.from(row.cells).map((one) => cell(one.textContent.trim().replace(/\s+/g, " "))).join(",")).join("\r\n") + "\r\n";
  }
  const acts = {
    table: (box, holder) => { const table = holder.querySelector(".chart-table"); if (table) { table.open = !table.open; if (table.open) table.querySelector("div").focus(); } },
    png: (box) => save(`${box.id}.png`, drawn.get(box).getDataURL({ pixelRatio: 2, backgroundColor: colour("$surface") })),
    svg: (box) => {
      const paper = window.echarts.init(null, null, { renderer: "svg", ssr: true, width: box.clientWidth, height: box.clientHeight, locale: localeName() });
      paper.setOption({ ...options(box), animation: false, backgroundColor: colour("$surface") });
      saveText(`${box.id}.svg`, paper.renderToSVGString(), "image/svg+xml");
      paper.dispose();
    },
    csv: (box, holder) => { const table = holder.querySelector(".chart-table table"); if (table) saveText(`${box.id}.csv`, "\ufeff" + tableText(table), "text/csv"); },
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest("[data-chart-act]");
    if (!button) return;
    const holder = button.closest(".chart");
    acts[button.dataset.chartAct](holder.querySelector("[data-chart]"), holder);
    const menu = button.closest("details[data-menu]");
    if (menu) menu.open = false;
  });

  root.addEventListener("slmo:theme", () => redraw());
  // Paper is white and 180 mm wide, whatever the screen shows.
  const PAPER = 630;
  let screenTheme = "", printing = false;
  window.addEventListener("beforeprint", () => {
    printing = true;
    screenTheme = root.getAttribute("data-bs-theme") || "light";
    root.setAttribute("data-bs-theme", "light");
    redraw((chart, box) => chart.resize({ width: box.closest(".side") ? box.clientWidth : PAPER }));
  });
  window.addEventListener("afterprint", () => {
    printing = false;
    root.setAttribute("data-bs-theme", screenTheme);
    redraw((chart) => chart.resize({ width: "auto" }));
  });
  document.addEventListener("htmx:afterSettle", (event) => drawAll(event.detail.elt.parentElement || document));
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => drawAll()); else drawAll();
  if (document.fonts) document.fonts.ready.then(() => redraw());
})();
