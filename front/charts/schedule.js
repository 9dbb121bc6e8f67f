// One row a milestone. Upper lane: from the original date (hollow diamond) to the one in force
// (full diamond). Lower lane: to the day it was reached (a tick in a full circle, in a ring when
// late), or how long it is overdue.
import { base, besideWidth, cut, legendHeight } from "./look";

const DAY = 86400000;
const PLACES = ["original", "current", "actual"];
const DIAMOND = "path://M6 0L12 6L6 12L0 6Z";
const TICK = "path://M6 0A6 6 0 1 0 6 12A6 6 0 1 0 6 0ZM3 6.2L3.8 5.4L5.2 6.8L8.4 3.4L9.2 4.2L5.2 8.4Z";

export function height(data, look) {
  return top(data, look) + data.rows.length * (look.narrow ? 64 : 46) + 30;
}

function top(data, look) {
  return legendHeight(PLACES.map((place) => data.names[place]), look) + 26;
}

/** Midnight of "2026-11-26" where the reader is, so that the axis and the marks agree. */
function moment(day) {
  if (!day) { return null; }
  const [year, month, date] = day.slice(0, 10).split("-").map(Number);
  return new Date(year, month - 1, date).getTime();
}

export function option(data, look) {
  const { colours } = look;
  const { names } = data;
  const rows = data.rows.map((row) => ({
    ...row, original: moment(row.original), current: moment(row.current), actual: moment(row.actual),
  }));
  const today = moment(data.today);
  const options = base(look, []);
  options.legend = { ...options.legend, selectedMode: false, data: keys(names, colours) };
  options.grid.top = top(data, look);
  options.tooltip.formatter = ([{ dataIndex }]) => told(data.rows[dataIndex], names, look);
  const series = PLACES.map((place) => ({
    type: "custom", name: names[place], z: 3,
    itemStyle: { color: colours.ink },
    encode: { x: 0, y: 1 }, clip: false,
    data: rows.map((row, index) => [row[place], index]),
    renderItem: (_params, api) => parts[place](placed(rows[api.value(1)], today, api, look), colours),
  }));
  series[0].markLine = line(today, names.today, look);
  series.push(...(look.narrow ? [captions(rows, look)] : []));
  return { ...options, xAxis: time(rows, today, look), yAxis: milestones(rows, look), series };
}

function told(row, names, look) {
  const label = cut(row.label, look.width - 60, look);
  return [label, ...PLACES.map((place) => `${names[place]}  ${row[place] || "—"}`)].join("\n");
}

function keys(names, colours) {
  const hollow = { color: colours.surface, borderColor: colours.ink, borderWidth: 1.5 };
  const full = { color: colours.ink, borderWidth: 0 };
  return [
    { name: names.original, icon: DIAMOND, itemStyle: hollow },
    { name: names.current, icon: DIAMOND, itemStyle: full },
    { name: names.actual, icon: TICK, itemStyle: { color: colours.accent, borderWidth: 0 } },
  ];
}

function time(rows, today, { colours, narrow }) {
  const moments = rows.flatMap((row) => PLACES.map((place) => row[place])).concat(today).filter((each) => each !== null);
  const first = Math.min(...moments), last = Math.max(...moments);
  const margin = Math.max(20 * DAY, (last - first) * (narrow ? 0.06 : 0.03));
  return {
    type: "time", min: first - margin, max: last + margin, splitNumber: narrow ? 3 : 7,
    axisLabel: {
      color: colours.muted, fontSize: 12, hideOverlap: true, showMinLabel: false, showMaxLabel: false,
      formatter: { year: "{yyyy}", month: "{yyyy}-{MM}", day: "{yyyy}-{MM}-{dd}" },
    },
    axisLine: { lineStyle: { color: colours["line-strong"] } },
    splitLine: { show: true, lineStyle: { color: colours.line } },
  };
}

function milestones(rows, look) {
  const { colours, narrow } = look;
  return {
    type: "category", inverse: true, data: rows.map(({ label }) => label),
    axisTick: { show: false },
    axisLine: { lineStyle: { color: colours["line-strong"] } },
    splitLine: { show: true, interval: 0, lineStyle: { color: colours.line } },
    axisLabel: {
      show: !narrow, interval: 0, color: colours.text, fontSize: 13, lineHeight: 17,
      width: besideWidth(rows.map(({ label }) => label), look, 0.26), overflow: "break", height: 36, lineOverflow: "truncate", ellipsis: "…",
    },
  };
}

function line(today, name, { colours }) {
  return {
    silent: true, symbol: "none", animation: false,
    lineStyle: { color: colours.ink, width: 1.5, type: [5, 4] },
    label: { formatter: name, position: "start", color: colours.ink, fontSize: 12, fontWeight: 600 },
    data: today === null ? [] : [{ xAxis: today }],
  };
}

/** On a phone the names stand in the rows, where they have the whole width. */
function captions(rows, look) {
  return {
    type: "custom", silent: true, z: 4, encode: { y: 0 }, tooltip: { show: false },
    data: rows.map((_row, index) => [index]),
    renderItem: (params, api) => {
      const { x, width } = params.coordSys;
      const y = api.coord([0, api.value(0)])[1];
      return {
        type: "text", x: x + 6, y: y - api.size([0, 1])[1] / 2 + 5,
        style: {
          text: rows[api.value(0)].label, fill: look.colours.text, font: `13px ${look.font}`,
          width: width - 12, overflow: "truncate", ellipsis: "…",
        },
      };
    },
  };
}

/** The row in pixels: x of each date (null without one), y of both lanes. */
function placed(row, today, api, look) {
  const index = api.value(1);
  const at = (date) => (date === null ? null : api.coord([date, index])[0]);
  const [, middle] = api.coord([0, index]);
  const upper = middle + (look.narrow ? 5 : -8);
  return {
    state: row.state, upper, lower: upper + 17,
    original: at(row.original), current: at(row.current), actual: at(row.actual), today: at(today),
  };
}

function bar(from, to, y, thick, fill) {
  return { type: "rect", shape: { x: Math.min(from, to), y: y - thick / 2, width: Math.abs(to - from), height: thick }, style: { fill } };
}

function diamond(x, y, size, style) {
  return {
    type: "polygon", style,
    shape: { points: [[x, y - size], [x + size, y], [x, y + size], [x - size, y]] },
  };
}

const parts = {
  original({ original, current, upper }, colours) {
    if (original === null) { return null; }
    const mark = diamond(original, upper, 7, { fill: colours.surface, stroke: colours.ink, lineWidth: 1.5 });
    const slip = current === null || current === original ? [] : [bar(original, current, upper, 4, colours["line-strong"])];
    return { type: "group", children: [...slip, mark] };
  },
  current({ current, state, today, upper, lower }, colours) {
    if (current === null) { return null; }
    const overdue = state === "overdue" && today !== null;
    const mark = diamond(current, upper, 5, { fill: overdue ? colours.alert : colours.ink });
    const shape = { x1: current, y1: lower, x2: today, y2: lower };
    const lapse = { type: "line", shape, style: { stroke: colours.alert, lineWidth: 4, lineDash: [6, 3] } };
    return { type: "group", children: overdue ? [lapse, mark] : [mark] };
  },
  actual({ original, current, actual, state, lower }, colours) {
    if (actual === null) { return null; }
    const late = state === "late";
    const colour = late ? colours.ink : colours.accent;
    const from = original === null ? current : original;
    const style = late ? { fill: colours.surface, stroke: colour, lineWidth: 1.6 } : { fill: colour };
    const circle = { type: "circle", shape: { cx: actual, cy: lower, r: late ? 6.2 : 7 }, style };
    const points = [[actual - 3.2, lower + 0.2], [actual - 0.8, lower + 2.6], [actual + 3.4, lower - 2.4]];
    const tick = { type: "polyline", shape: { points }, style: { fill: "none", stroke: late ? colour : colours.surface, lineWidth: 1.8 } };
    const way = from === null ? [] : [bar(from, actual, lower, 4, colour)];
    return { type: "group", children: [...way, circle, tick] };
  },
};
