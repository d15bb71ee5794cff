// The board for whoever holds a link: it is looked at, and read anew every minute. Nothing here can be pressed.
import { el, tone } from "./dom.js";
import { drawGrid, drawHead, drawLegend } from "./grid.js";

const AGAIN = 60_000;
const tongue = document.documentElement.lang.slice(0, 2);
const nowhere = () => null;
const by = (path) => (path.startsWith("?") ? path : null);
let shown = "";

function drawAlerts(board) {
  const rows = board.alerts.map((one) => el("li", { class: `alert ${tone(one.tone)}${one.open ? "" : " held"}` },
    el("div", {},
      el("p", { class: "where" }, el("span", { class: "severity" }, one.severity), one.slice),
      el("h3", {}, one.title), el("p", {}, one.why), el("p", { class: "small" }, el("span", {}, one.since)))));
  return [el("header", { class: "head" }, el("h2", {}, board.words.alerts)),
    rows.length ? el("ol", { class: "alerts" }, ...rows) : el("p", {}, board.words["alerts-none"])];
}

async function look() {
  const query = new URLSearchParams({ tongue, by: new URLSearchParams(location.search).get("by") ?? "" });
  const answer = await fetch(`board.json?${query}`);
  const text = await answer.text();
  if (text === shown) return;
  shown = text;
  const board = JSON.parse(text);
  if (!answer.ok) {
    document.getElementById("alerts").replaceChildren();
    document.getElementById("grid").replaceChildren(el("p", { role: "alert" }, board.text));
    return;
  }
  document.getElementById("of").textContent = board.of;
  const numbers = board.rows.length ? [drawHead(board, by), drawGrid(board, nowhere), drawLegend(board)] : [el("p", {}, board.words["numbers-none"])];
  document.getElementById("grid").replaceChildren(...numbers);
  document.getElementById("alerts").replaceChildren(...drawAlerts(board));
  document.body.dataset.ready = "yes";
}

const again = () => look().catch(() => {}); // away for now: asked again in a minute
setInterval(again, AGAIN);
again();
