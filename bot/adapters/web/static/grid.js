// The board's grid: metrics down, slices across. One cell is a stop of Tab, arrow keys go to the others, Enter follows.
import { el, sparkline, tone } from "./dom.js";

// A long name may part where it looks like one: Xiaohong-shu.
const parted = (name) => name.replace(/([A-Za-z]{8})(?=[A-Za-z]{3,})/g, "$1\u00AD");

function drawCell(cell, kind, href) {
  if (!cell || cell.state === "none") return el("div", { role: kind, class: "cell st-none" }, el("a", { tabindex: "-1", "aria-label": "–" }, "–"));
  const link = el("a", { href, tabindex: "-1", "aria-label": cell.said },
    el("span", { class: "number" }, cell.value),
    el("span", { class: "change" }, cell.sign === "!" ? el("b", {}, "!") : null, cell.change));
  return el("div", { role: kind, class: `cell st-${cell.state} ${tone(cell.tone)}` }, link);
}

export function drawGrid(board, href) {
  const names = board.columns;
  const head = el("div", { role: "row", class: "row names" },
    el("span", { role: "columnheader", class: "corner" }, ""),
    el("span", { role: "columnheader" }, board.all),
    ...names.map((name) => el("span", { role: "columnheader" }, parted(name))));
  const rows = board.rows.map((row) => {
    const report = row.report ? el("a", { class: "report", href: row.report, target: "_blank", rel: "noopener noreferrer", "aria-label": `${row.title} ↗` }, "↗") : null;
    const whole = drawCell(row.whole, "gridcell", href(row.path));
    whole.classList.add("whole");
    const cells = row.cells.map((cell, place) => {
      const drawn = drawCell(cell, "gridcell", href(row.path));
      drawn.prepend(el("span", { class: "slice", "aria-hidden": "true" }, names[place]));
      return drawn;
    });
    return el("div", { role: "row", class: "row" },
      el("div", { role: "rowheader", class: "metric" },
        el("a", { href: href(row.path), tabindex: "-1" }, row.title, row.period ? el("small", {}, ` ${row.period}`) : null), report,
        sparkline(row.spark)),
      whole, ...cells,
      row.calm ? el("span", { class: "calm-rest", role: "gridcell" }, row.calm) : null);
  });
  const grid = el("div", { role: "grid", class: "grid", "aria-label": [board.of, board.against, board.strange].join(" · ") }, head, ...rows);
  grid.style.setProperty("--columns", names.length);
  walk(grid);
  return grid;
}

// What is abnormal is where a keyboard begins; after that the cell that was last looked at.
function walk(grid) {
  const lines = [...grid.querySelectorAll(".row:not(.names)")].map((row) => [...row.querySelectorAll(".metric > a:first-child, .cell > a")]);
  const first = grid.querySelector(".cell.st-alert > a, .cell.st-sudden > a") ?? lines[0]?.[0];
  first?.setAttribute("tabindex", "0");
  const seen = (node) => node?.checkVisibility();
  const to = (node) => {
    grid.querySelector("[tabindex='0']")?.setAttribute("tabindex", "-1");
    node.setAttribute("tabindex", "0");
    node.focus();
  };
  grid.addEventListener("keydown", (event) => {
    const y = lines.findIndex((line) => line.includes(event.target));
    const x = lines[y]?.indexOf(event.target) ?? -1;
    if (x < 0) return;
    const step = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[event.key];
    let wanted = null;
    if (step) {
      let [across, down] = [x + step[0], y + step[1]];
      while (lines[down]?.[across] && !seen(lines[down][across])) [across, down] = [across + step[0], down + step[1]];
      wanted = lines[down]?.[across];
    } else if (event.key === "Home") wanted = lines[y].find(seen);
    else if (event.key === "End") wanted = lines[y].findLast(seen);
    else return;
    event.preventDefault();
    if (wanted) to(wanted);
  });
}

export function drawLegend(board) {
  return el("ul", { class: "legend" }, ...board.legend.map((one) =>
    el("li", {}, el("span", { class: `key ${one.sign === "!" ? "st-alert" : "st-sudden"} ${tone(one.tone)}`, "aria-hidden": "true" }, one.sign), one.text)));
}

export function drawHead(board, href, imports = null) {
  const fresh = board.fresh.map((one) => el(imports ? "a" : "span", { class: one.late ? "late" : null, href: imports }, one.late ? "⚠ " : "", one.text));
  const by = board.dimensions.length > 1 ? el("nav", { class: "by", "aria-label": board.against }, ...board.dimensions.map((one) =>
    el("a", { href: href(`?by=${one.code}`), "aria-current": one.on ? "true" : null }, one.title))) : null;
  return el("div", { class: "facts-of" },
    el("p", { class: `strange ${board.is_calm ? "tone-good" : "tone-bad"}` }, board.is_calm ? "✓ " : "", board.strange),
    el("p", { class: "quiet" }, board.against, board.rest ? ` · ${board.rest}` : ""), by,
    el("p", { class: "quiet fresh" }, ...fresh));
}
