// Bars side by side, standing or lying; each series has its own colour and its own filling.
import { amounts, base, besideWidth, categories, legendHeight, textWidth, told, value } from "./look";

const THICK = 18;
const SHORT = 48; // pixels: a name up to this, such as a month, may be left out where others stand

export function height(data, look) {
  const legend = legendHeight(data.series.map(({ name }) => name), look);
  if (!lying(data, look)) { return legend + (look.narrow ? 240 : 270); }
  return legend + 56 + data.labels.length * (data.series.length * (THICK + 3) + 18);
}

/** Names that do not fit below their bars, on a phone in one line, else in three, stand beside them. */
function lying(data, look) {
  const place = look.width / data.labels.length - 4;
  const room = place < SHORT ? 0 : place * (look.narrow ? 1 : 3);
  return data.horizontal || data.labels.some((label) => textWidth(label, look) > Math.max(SHORT, room));
}

export function option(data, look) {
  const flat = lying(data, look);
  const options = base(look, data.series.map(({ name }) => name));
  Object.assign(options.tooltip, told(look, data.unit));
  const count = data.labels.length;
  const labelled = flat || count * data.series.length * 34 < look.width;
  const width = flat ? besideWidth(data.labels, look, 0.34) : Math.max(SHORT, (look.width - 60) / count - 8);
  const named = { interval: flat || !look.narrow ? 0 : "auto", width, overflow: "break", lineHeight: 16 };
  const names = categories(look, data.labels, { axisLabel: named, inverse: flat });
  const figures = data.series.flatMap((series) => series.values.map((each) => look.number(value(each))));
  if (flat) { options.grid.right = Math.max(...figures.map((figure) => textWidth(figure, look))) + 8; }
  const numbers = amounts(look, {
    name: data.unit,
    nameLocation: flat ? "middle" : "end",
    nameGap: flat ? 6 : 12,
    nameTextStyle: { color: look.colours.muted, fontSize: 12, align: flat ? "center" : "left" },
    splitNumber: look.narrow ? 3 : 4,
  });
  return {
    ...options,
    xAxis: flat ? numbers : names,
    yAxis: flat ? names : numbers,
    series: data.series.map((series, order) => ({
      type: "bar", name: series.name, data: series.values.map(value),
      barMaxWidth: flat ? THICK : 30, barGap: "12%",
      itemStyle: filled(series.role, order, look.colours),
      label: {
        show: labelled, position: flat ? "right" : "top", distance: 4,
        color: look.colours.text, fontSize: 12, formatter: ({ value: given }) => look.number(given),
      },
      emphasis: { disabled: true },
    })),
  };
}

function filled(role, order, colours) {
  const striped = { symbol: "rect", color: colours.surface, dashArrayX: [1, 0], dashArrayY: [2, 5], rotation: -Math.PI / 4 };
  const dotted = { symbol: "circle", color: colours.surface, dashArrayX: [[6, 6], [0, 6, 6, 0]], dashArrayY: [6, 0], symbolSize: 0.6 };
  const pale = { color: colours.line, borderColor: colours.muted, borderWidth: 1 };
  const known = {
    plan: pale,
    actual: { color: colours.accent },
    statistics: { color: colours.ink, decal: striped },
    month: { color: colours["line-strong"] },
  };
  const others = [known.actual, known.statistics, pale, { color: colours.muted, decal: dotted }];
  return known[role] || others[order % others.length];
}
