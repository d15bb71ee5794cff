// A page below the board: where it hangs, and its parts. What leads further is a link, so that Back and sharing work.
import { el, tone } from "./dom.js";

function drawRows(part, href) {
  if (!part.rows.length) return null;
  const lead = (row, text) => (row.path ? el("a", { href: href(row.path) }, text) : text);
  const rows = part.rows.map((row) => el("tr", { class: row.sign ? `marked ${tone(row.tone)}` : null },
    ...row.cells.map((cell, place) => (place
      ? el("td", { class: part.columns.length ? "number" : null }, cell, place === row.cells.length - 1 && row.sign === "!" ? " !" : "")
      : el("th", { scope: "row" }, lead(row, cell))))));
  const head = part.columns.length ? el("thead", {}, el("tr", {}, ...part.columns.map((name, place) =>
    el("th", { scope: "col", class: place ? "number" : null }, name)))) : null;
  return el("section", { class: "rows" }, el("h3", {}, part.title), el("table", {}, head, el("tbody", {}, ...rows)));
}

export function drawPage(page, href, drawCard) {
  const crumbs = page.crumbs.map((one) => el("li", {}, el("a", { href: href(one.path) }, one.label)));
  return [
    el("nav", { class: "crumbs", "aria-label": page.crumbs[0].label },
      el("ol", {}, ...crumbs, el("li", { "aria-current": "page" }, page.title))),
    ...page.parts.map((part) => (part.kind === "card" ? drawCard(part.card) : drawRows(part, href))).filter(Boolean),
  ];
}
