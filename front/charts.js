/*! Bundles Apache ECharts (Apache-2.0) and zrender (BSD-3-Clause): see node_modules/echarts/LICENSE. */
// Draws every [data-chart] of templates/components/_chart.html; without this the data table stays open.
import { init, use } from "echarts/core";
import { BarChart, CustomChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { SVGRenderer } from "echarts/renderers";
import * as bars from "./charts/bars";
import * as investment from "./charts/investment";
import { PAPER, readLook } from "./charts/look";
import * as schedule from "./charts/schedule";

use([
  BarChart, CustomChart, LineChart,
  GridComponent, LegendComponent, MarkLineComponent, TooltipComponent,
  SVGRenderer,
]);

const KINDS = { bars, investment, schedule };
const drawn = new Map(); // canvas → {chart, kind, data, width}
const still = window.matchMedia("(prefers-reduced-motion: reduce)");
let waiting = new Set();
let printing = false;

// A chart in a closed fold has no width: it is drawn when it gets one. Drawing sets the height, so
// it waits for the next frame and does not answer its own change.
const sizes = new ResizeObserver((entries) => {
  entries.forEach(({ target, contentRect }) => {
    const known = drawn.get(target);
    if (contentRect.width && !(known && known.width === target.clientWidth)) { later(target); }
  });
});

function later(canvas) {
  if (!waiting.size) {
    requestAnimationFrame(() => {
      const canvases = waiting;
      waiting = new Set();
      if (!printing) { canvases.forEach((each) => draw(each)); }
    });
  }
  waiting.add(canvas);
}

function draw(canvas, paper) {
  const figure = canvas.closest(".chart");
  const first = !drawn.has(canvas);
  try {
    const known = first ? begin(canvas) : drawn.get(canvas);
    const width = paper ? Math.min(PAPER, canvas.clientWidth) : canvas.clientWidth;
    const look = readLook(width, paper);
    const height = known.kind.height && known.kind.height(known.data, look);
    if (height) { canvas.style.height = `${height}px`; }
    known.chart = known.chart || init(canvas, null, { renderer: "svg" });
    known.width = paper ? 0 : width;
    known.chart.resize({ width, silent: true });
    const option = known.kind.option(known.data, look);
    known.chart.setOption({ ...option, animation: first && !still.matches, animationDuration: 400 }, true);
    drawn.set(canvas, known);
    if (paper) { known.chart.getZr().flush(); }
  } catch (error) {
    // The table says the same: it stays, an empty drawing goes.
    sizes.unobserve(canvas);
    figure.classList.remove("chart--drawn");
    figure.querySelector(".chart__table").open = true;
    throw error;
  }
  if (first) { figure.querySelector(".chart__table").open = false; }
}

function begin(canvas) {
  const data = JSON.parse(document.getElementById(canvas.dataset.source).textContent);
  return { kind: KINDS[canvas.dataset.chart], data };
}

function scan() {
  drawn.forEach(({ chart }, canvas) => {
    if (canvas.isConnected) { return; }
    sizes.unobserve(canvas);
    chart.dispose();
    drawn.delete(canvas);
  });
  document.querySelectorAll("[data-chart]").forEach((canvas) => {
    if (drawn.has(canvas)) { return; }
    // Shown before it is measured.
    canvas.closest(".chart").classList.add("chart--drawn");
    sizes.observe(canvas);
  });
}

function again() {
  drawn.forEach((_known, canvas) => { later(canvas); });
}

new MutationObserver(again).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
window.addEventListener("beforeprint", () => {
  printing = true;
  drawn.forEach((_known, canvas) => { draw(canvas, true); });
});
window.addEventListener("afterprint", () => {
  printing = false;
  again();
});
document.addEventListener("htmx:afterSettle", scan);
scan();
