// Draws each .chart from the table it names: the first cell of a row is the category, the named columns are the
// series. Without this script the tables stand alone.
(function () {
  "use strict";
  if (!window.echarts) return;
  var colours = ["#0b4797", "#f2a900", "#0b6440", "#7d4a00", "#5b7fb8", "#8a4a8f", "#4f5d6e", "#a8181f"];

  function number(text) {
    var plain = text.replace(/[\s,%\u00a0]/g, "");
    return plain === "" || plain === "\u2014" || isNaN(plain) ? null : Number(plain);
  }

  function read(table, names) {
    var heads = Array.prototype.map.call(table.tHead.rows[0].cells, function (cell) { return cell.textContent.trim(); });
    var rows = Array.prototype.slice.call(table.tBodies[0].rows);
    return {
      categories: rows.map(function (row) { return row.cells[0].textContent.trim(); }),
      series: names.map(function (name) {
        var at = heads.indexOf(name);
        return { name: name, values: rows.map(function (row) { return number(row.cells[at].textContent); }) };
      })
    };
  }

  function option(kind, title, told) {
    var base = {
      animation: false,
      color: colours,
      title: { text: title, left: 0, top: 0, textStyle: { fontSize: 14, fontWeight: 600, color: "#15202e" } },
      tooltip: { renderMode: "richText", trigger: kind === "pie" ? "item" : "axis", confine: true },
      legend: { top: 26, left: 0, type: "scroll" }
    };
    if (kind === "pie") {
      base.series = [{
        type: "pie", radius: ["35%", "65%"], center: ["50%", "60%"],
        label: { formatter: "{b} {c}" },
        data: told.categories.map(function (name, n) {
          var tone = { "红": "#a8181f", "黄": "#f2a900" }[name.charAt(0)] || "#5b7fb8";
          return { name: name, value: told.series[0].values[n], itemStyle: { color: tone } };
        })
      }];
      return base;
    }
    var lying = kind === "bar";
    var names = { type: "category", data: told.categories, inverse: lying, axisLabel: { hideOverlap: true, width: lying ? 150 : undefined, overflow: "truncate" } };
    var values = { type: "value", min: 0, max: kind === "bar" && /%/.test(title) ? 100 : null };
    base.grid = { left: 8, right: 24, top: told.series.length > 1 ? 64 : 40, bottom: 8, outerBoundsMode: "same", outerBoundsContain: "axisLabel" };
    if (told.series.length === 1) base.legend = { show: false };
    base.xAxis = lying ? values : names;
    base.yAxis = lying ? names : values;
    base.series = told.series.map(function (each) {
      return {
        name: each.name, data: each.values, type: kind === "line" ? "line" : "bar", connectNulls: false,
        stack: kind === "stack" ? "all" : undefined, barMaxWidth: 28, symbolSize: 6
      };
    });
    return base;
  }

  var drawn = [];
  document.querySelectorAll(".chart").forEach(function (place) {
    var table = document.getElementById(place.dataset.table);
    if (!table || !table.tBodies[0] || !table.tBodies[0].rows.length) return;
    var told = read(table, place.dataset.series.split("|"));
    place.hidden = false;
    if (place.dataset.chart === "bar") place.style.height = Math.max(160, 60 + 30 * told.categories.length) + "px";
    var chart = window.echarts.init(place, null, { renderer: "svg" });
    chart.setOption(option(place.dataset.chart, place.getAttribute("aria-label").split("；")[0], told));
    drawn.push(chart);
  });
  function fit() { drawn.forEach(function (chart) { chart.resize(); }); }
  window.addEventListener("resize", fit);
  window.addEventListener("beforeprint", fit);
})();
