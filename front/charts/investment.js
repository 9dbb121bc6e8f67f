// Lines that add up over the year, and bars of single months, in one unit.
import { amounts, base, categories, legendHeight, roles, told, value } from "./look";

export function height(data, look) {
  return legendHeight(data.series.map(({ name }) => name), look) + (look.narrow ? 240 : 290);
}

export function option(data, look) {
  const options = base(look, data.series.map(({ name }) => name));
  const styles = roles(look);
  Object.assign(options.tooltip, told(look, data.unit));
  return {
    ...options,
    xAxis: categories(look, data.labels),
    yAxis: amounts(look, { name: data.unit, nameTextStyle: { color: look.colours.muted, fontSize: 12, align: "left" } }),
    series: data.series.map((series) => shaped(series, styles[series.role] || styles.month, look)),
  };
}

function shaped({ name, shape, values }, style, look) {
  const numbers = values.map(value);
  if (shape === "bar") {
    return { type: "bar", name, data: numbers, barMaxWidth: 26, itemStyle: { color: style.colour } };
  }
  return {
    type: "line", name, data: numbers, z: 3,
    symbol: style.symbol, symbolSize: (look.narrow ? 6 : 8) + (style.symbol === "diamond" ? 2 : 0), showAllSymbol: true,
    lineStyle: { color: style.colour, width: style.width, type: style.dash },
    itemStyle: { color: style.colour },
    emphasis: { disabled: true },
  };
}
