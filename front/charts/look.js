// What the kinds share: colours from the style sheet, numbers as the page's language writes them.

export const PAPER = 640; // pixels across a printed A4 page within its margins
const NARROW = 560;
const SIZE = 13;
const LINE = 18;
const GAP = 12;
const TOKENS = ["surface", "text", "muted", "line", "line-strong", "ink", "accent", "alert"];
const pen = document.createElement("canvas").getContext("2d");

/** {colours, font, width, narrow, number} at this moment; on paper always the colours of the day. */
export function readLook(width, paper) {
  const root = document.documentElement;
  const chosen = root.getAttribute("data-bs-theme");
  if (paper) { root.setAttribute("data-bs-theme", "light"); }
  const style = getComputedStyle(root);
  const colours = {};
  TOKENS.forEach((name) => { colours[name] = style.getPropertyValue(`--${name}`).trim(); });
  if (paper && chosen) { root.setAttribute("data-bs-theme", chosen); }
  if (paper && !chosen) { root.removeAttribute("data-bs-theme"); }
  const format = new Intl.NumberFormat(root.lang || "zh-CN", { maximumFractionDigits: 2 });
  return {
    colours,
    font: getComputedStyle(document.body).fontFamily,
    width,
    narrow: width < NARROW,
    number: (value) => (missing(value) ? "—" : format.format(value)),
  };
}

/** JSON carries a Decimal as text; what is not filled in stays empty and is no zero. */
export function value(given) {
  return missing(given) ? null : Number(given);
}

function missing(given) {
  return given === null || given === undefined || given === "" || given === "-" || Number.isNaN(given);
}

export function textWidth(text, look) {
  pen.font = `${SIZE}px ${look.font}`;
  return pen.measureText(text).width;
}

/** Width of the names beside a drawing: what the longest takes, at most this share of the whole. */
export function besideWidth(labels, look, share) {
  return Math.min(look.width * share, Math.max(...labels.map((label) => textWidth(label, look))) + 4);
}

/** How each role is told from the others: by colour, by dash and by mark. */
export function roles({ colours }) {
  return {
    plan: { colour: colours.muted, dash: [7, 5], symbol: "rect", width: 2 },
    actual: { colour: colours.accent, dash: "solid", symbol: "circle", width: 3 },
    statistics: { colour: colours.ink, dash: [2, 3], symbol: "diamond", width: 2 },
    month: { colour: colours["line-strong"], dash: "solid", symbol: "circle", width: 2 },
  };
}

/** Pixels a legend of these names takes above the drawing; ECharts does not make room by itself. */
export function legendHeight(names, look) {
  let rows = 1, used = 0;
  names.forEach((name) => {
    const wide = 28 + 5 + textWidth(name, look) + GAP;
    if (used && used + wide > look.width) { rows += 1; used = 0; }
    used += wide;
  });
  return rows * (LINE + GAP);
}

export function base(look, names) {
  const { colours } = look;
  return {
    textStyle: { color: colours.text, fontFamily: look.font, fontSize: SIZE },
    legend: {
      left: 0, top: 0, padding: 0, itemGap: GAP, itemWidth: 28, itemHeight: 11, data: names,
      inactiveColor: colours["line-strong"],
      textStyle: { color: colours.text, fontSize: SIZE, lineHeight: LINE },
    },
    // Rich text is drawn into the SVG; an HTML tooltip would need inline styles.
    tooltip: {
      trigger: "axis", renderMode: "richText", confine: true, padding: [8, 12], transitionDuration: 0,
      backgroundColor: colours.surface, borderColor: colours["line-strong"], borderWidth: 1,
      textStyle: { color: colours.text, fontSize: SIZE, lineHeight: 20 },
      axisPointer: {
        type: "shadow", z: 0, shadowStyle: { color: colours.line, opacity: 0.5 },
        lineStyle: { color: colours["line-strong"] },
      },
    },
    grid: {
      left: 2, right: 12, bottom: 2, top: legendHeight(names, look) + 8,
      outerBoundsMode: "same", outerBoundsContain: "all",
    },
  };
}

/** A tooltip of figures; on a phone the figure comes first and a long name is cut. */
export function told(look, unit) {
  const figure = (given) => (missing(given) ? look.number(given) : `${look.number(given)} ${unit}`);
  if (!look.narrow) { return { valueFormatter: figure }; }
  const row = ({ marker, seriesName, value: given }) => {
    const said = figure(given);
    return `${marker}${said}  ${cut(seriesName, look.width - 80 - textWidth(said, look), look)}`;
  };
  return { formatter: (series) => [cut(series[0].axisValueLabel, look.width - 60, look), ...series.map(row)].join("\n") };
}

export function cut(text, room, look) {
  let kept = text;
  while (kept && textWidth(`${kept}…`, look) > room) { kept = kept.slice(0, -1); }
  return textWidth(text, look) > room ? `${kept}…` : text;
}

export function categories(look, labels, more) {
  return {
    type: "category", data: labels,
    axisLine: { lineStyle: { color: look.colours["line-strong"] } },
    axisTick: { show: false },
    ...more,
    axisLabel: { color: look.colours.muted, fontSize: 12, hideOverlap: true, ...(more && more.axisLabel) },
  };
}

export function amounts(look, more) {
  return {
    type: "value",
    splitNumber: 4,
    axisLabel: { color: look.colours.muted, fontSize: 12, hideOverlap: true, formatter: look.number },
    splitLine: { lineStyle: { color: look.colours.line } },
    nameTextStyle: { color: look.colours.muted, fontSize: 12 },
    ...more,
  };
}
