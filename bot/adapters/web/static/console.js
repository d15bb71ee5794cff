// The console's page. It draws what it is told, in words it was given: every text goes in as a text node, so that no
// name and no file can put markup here. Nothing is a record: after every pause it reads all afresh.

import { el, tone } from "./dom.js";
import { drawPage } from "./drill.js";
import { drawGrid, drawHead, drawLegend } from "./grid.js";
import { asked, follow, here, href, up } from "./road.js";

const $ = (id) => document.getElementById(id);
const narrow = matchMedia("(max-width: 999px)");
const NEAR = 40; // pixels of a message that must show for it to be seen

const state = {
  // The tongue last chosen, else the browser's own; a browser that speaks neither leaves it to the workspace.
  tongue: localStorage.getItem("beacon.tongue") ?? navigator.languages.map((one) => one.slice(0, 2)).find((one) => ["zh", "en"].includes(one)) ?? "",
  as: localStorage.getItem("beacon.as") ?? "",
  words: {},
  zone: "UTC",
  messages: new Map(),
  unread: 0,
  ready: false,
};
let source = null;

// ------------------------------------------------------------------------------------------------ small words

const word = (code) => state.words[code] ?? "";

function address(path, facts = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ tongue: state.tongue, as: state.as, ...facts })) if (value) query.set(name, value);
  return `${path}${path.includes("?") ? "&" : "?"}${query}`;
}

async function read(path) {
  const answer = await fetch(address(path));
  if (!answer.ok) throw new Error(`${path} ${answer.status}`);
  return answer.json();
}

async function send(path, body) {
  const answer = await fetch(address(path), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path} ${answer.status}`);
  return answer.json();
}

const locale = () => (state.tongue === "zh" ? "zh-CN" : "en-GB");
const moment = (at, how) => new Intl.DateTimeFormat(locale(), { timeZone: state.zone, ...how }).format(new Date(at));
const clockOf = (at) => moment(at, { hour: "2-digit", minute: "2-digit", hour12: false });
const dayOf = (at) => moment(at, { month: "short", day: "numeric", weekday: "short" });

// ------------------------------------------------------------------------------------------------ the chat

function drawBlock(block, message) {
  switch (block.kind) {
    case "prose":
      return el("p", { class: `prose ${block.role}` }, block.text);
    case "facts":
      return el("dl", { class: "facts" }, ...block.facts.flatMap((fact) => [
        el("dt", {}, fact.label), el("dd", { class: tone(fact.tone) }, fact.value)]));
    case "table": {
      const side = (place) => (block.numeric.includes(place) ? "number" : null);
      const head = block.columns.map((name, place) => el("th", { scope: "col", class: side(place) }, name));
      const rows = block.rows.map((row) => el("tr", {}, ...row.map((cell, place) => el("td", { class: side(place) }, cell))));
      const table = el("table", {}, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...rows));
      return el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": message.card.title }, table);
    }
    case "picture": {
      const of = (size, dark) => `/charts/${encodeURIComponent(block.chart)}.png?size=${size}${dark ? "&dark=true" : ""}`;
      const dark = "(prefers-color-scheme: dark)";
      // Beside the board the chat is as narrow as a phone.
      const small = message.id === "page" ? "(max-width: 599px)" : "(max-width: 599px), (min-width: 1000px) and (max-width: 1699px)";
      const both = small.split(", ").map((one) => `${one} and ${dark}`).join(", ");
      return el("picture", { class: "chart" },
        el("source", { srcset: of("narrow", true), media: both, width: 340, height: 220 }),
        el("source", { srcset: of("narrow", false), media: small, width: 340, height: 220 }),
        el("source", { srcset: of("wide", true), media: dark, width: 520, height: 260 }),
        el("img", { src: of("wide", false), alt: block.alt, width: 520, height: 260, decoding: "async" }));
    }
    case "buttons":
      return el("div", { class: "buttons" }, ...block.buttons.map((button) =>
        el("button", { type: "button", class: button.style, title: button.command,
          onclick: (event) => press(event.currentTarget, button.command, message.id) }, button.label)));
    case "ways":
      return el("p", { class: "ways" }, ...block.ways.map((way) =>
        el("a", { href: way.url, rel: "noopener noreferrer", target: new URL(way.url, location).origin === location.origin ? null : "_blank" }, way.label)));
    default:
      throw new Error(`no way to draw ${block.kind}`);
  }
}

function drawMessage(message) {
  const card = message.card;
  const when = el("time", { datetime: message.at }, clockOf(message.at));
  if (!card) {
    const name = $("as").querySelector(`option[value="${CSS.escape(message.by ?? "")}"]`)?.textContent;
    return el("article", { class: "said-by", id: `m-${message.id}` },
      el("p", {}, message.text), el("small", {}, `${name ?? word("you")} · `, when));
  }
  const said = { bad: word("bad"), warning: word("warning"), good: word("good") }[card.tone];
  const title = el("h3", {}, said ? el("span", { class: "tone" }, said) : null, card.title);
  return el("article", { class: `card ${tone(card.tone)}`, id: `m-${message.id}`, lang: card.tongue === "zh" ? "zh-CN" : "en" },
    el("header", {}, title, when),
    ...card.blocks.map((block) => drawBlock(block, message)),
    el("div", { class: "replies" }));
}

// One alert told to the room and to its owner is one card to its owner.
function isTwice(message) {
  if (!message.alert || message.chat === ownChat()) return false;
  for (const other of state.messages.values())
    if (other.alert === message.alert && other.chat === ownChat() && other.card && !other.under) return true;
  return false;
}
const ownChat = () => state.own;

function drawLog() {
  const log = $("log");
  const [follows, last] = [isFollowing(), log.lastElementChild];
  const messages = [...state.messages.values()].sort((one, other) => one.order - other.order);
  const shown = messages.filter((message) => !isTwice(message));
  const wanted = [];
  let day = "";
  for (const message of shown.filter((one) => !one.under || !state.messages.has(one.under))) {
    const its = dayOf(message.at);
    if (its !== day) wanted.push(keyed(`day ${its} ${message.id}`, () => el("p", { class: "day" }, its)));
    day = its;
    const made = keyed(`${message.id} ${message.revision} ${state.tongue}`, () => drawMessage(message));
    const replies = shown.filter((one) => one.under === message.id)
      .map((one) => keyed(`${one.id} ${one.revision} ${state.tongue}`, () => drawMessage(one)));
    if (replies.length) arrange(made.querySelector(":scope > .replies"), replies);
    wanted.push(made);
  }
  if (!shown.length) {
    wanted.push(keyed(`welcome ${state.tongue}`, () =>
      el("div", { class: "welcome" }, el("p", {}, word("welcome")), el("p", {}, word("welcome-hint")))));
  }
  arrange(log, wanted);
  forget();
  if (follows && log.lastElementChild !== last) toEnd();
}

// A node is kept as long as what it shows: what changes does so in place, and a finger about to press finds its button.
let drawn = new Map();
function keyed(key, make) {
  if (!drawn.has(key)) drawn.set(key, make());
  return drawn.get(key);
}
function forget() {
  drawn = new Map([...drawn].filter(([, node]) => node.isConnected));
}
function arrange(parent, wanted) {
  const keep = new Set(wanted);
  for (const child of [...parent.children]) if (!keep.has(child)) child.remove();
  wanted.forEach((node, place) => {
    if (parent.children[place] !== node) parent.insertBefore(node, parent.children[place] ?? null);
  });
}

// A reader follows as long as the newest message shows, be it only its head.
function isFollowing() {
  const [log, last] = [$("log"), $("log").lastElementChild];
  return !last || last.getBoundingClientRect().top < log.getBoundingClientRect().bottom - NEAR;
}

// Down to the end, but never past the head of what is to be read.
function toEnd() {
  const [log, last] = [$("log"), $("log").lastElementChild];
  if (last) last.scrollIntoView({ block: last.offsetHeight > log.clientHeight - NEAR / 2 ? "start" : "end" });
  $("newer").hidden = true;
}

function isReading() {
  return !narrow.matches || document.body.dataset.view === "chat";
}

function take(message, { isNew }) {
  const known = state.messages.get(message.id);
  if (known && known.revision >= message.revision) return;
  state.messages.set(message.id, message);
  drawLog();
  if (!isNew || !message.card || known) return;
  if (!isReading()) badge($("chat-badge"), ++state.unread);
  else if (!isFollowing() && !message.under) $("newer").hidden = false;
}

function badge(node, count) {
  node.hidden = !count;
  node.textContent = count > 99 ? "99+" : String(count);
}

async function say(text, under = null) {
  const { messages, files } = await send("/api/say", { text, as: state.as || null, tongue: state.tongue, under });
  for (const message of messages) take(message, { isNew: false });
  for (const file of files) keep(file);
  return messages;
}

// Hand over a file that came with an answer, as a download.
function keep({ name, content }) {
  const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([bytes]));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

// Bring a file: it is shown as it would be read, and a button takes it in.
async function drop(file) {
  if (!file) return;
  show("chat");
  try {
    const answer = await fetch(address("/api/drop", { name: file.name.slice(0, 200) }), { method: "POST", body: file });
    if (!answer.ok) throw new Error(`/api/drop ${answer.status}`);
    for (const message of (await answer.json()).messages) take(message, { isNew: false });
    toEnd();
  } catch {
    fail();
  }
}

async function press(button, command, under) {
  const row = [...button.parentElement.children];
  row.forEach((one) => { one.disabled = true; });
  try {
    await say(command, under);
  } catch {
    fail();
  } finally {
    row.forEach((one) => { one.disabled = false; });
  }
}

function fail() {
  $("offline").textContent = word("failed");
  $("offline").hidden = false;
  setTimeout(() => { if (source?.readyState === EventSource.OPEN) $("offline").hidden = true; }, 6000);
}

async function ask(text) {
  show("chat");
  try {
    await say(text);
    toEnd();
  } catch {
    fail();
  }
}

// ------------------------------------------------------------------------------------------------ the board

// What was answered to a button of a row stays readable a while, however often the row is drawn anew meanwhile.
const answered = new Map();
const READABLE = 6000;

async function act(event, alert, command) {
  if (command.startsWith("why")) return ask(command);
  const button = event.currentTarget;
  button.disabled = true;
  try {
    const messages = await say(command);
    const text = messages.findLast((one) => one.card)?.card.summary ?? word("done");
    answered.set(alert.handle, text);
    setTimeout(() => { answered.delete(alert.handle); readBoard(); }, READABLE);
    readBoard();
  } catch {
    fail();
  } finally {
    button.disabled = false;
  }
}

function drawAlert(alert) {
  const text = answered.get(alert.handle) ?? "";
  const said = el("p", { class: "said", role: "status", hidden: !text }, text);
  const acts = alert.buttons.map((button, place) => el("button", {
    type: "button", class: place === 0 && alert.open && alert.tone === "bad" ? "primary" : "plain",
    onclick: (event) => act(event, alert, button.command),
  }, button.label));
  return el("li", { class: `alert ${tone(alert.tone)}${alert.open ? "" : " held"}` },
    el("div", {},
      el("p", { class: "where" }, el("span", { class: "severity" }, alert.severity), alert.slice),
      el("h3", {}, el("a", { href: href(`alert/${alert.handle}`) }, alert.title)),
      el("p", {}, alert.why),
      el("p", { class: "small" }, el("span", { class: "state" }, alert.state), el("span", {}, alert.owner), el("span", {}, alert.since))),
    el("div", { class: "acts" }, ...acts),
    said);
}

function drawBoard(board) {
  $("of").textContent = board.of;
  const { alerts: _, ...numbers } = board;
  const shown = () => el("div", {}, drawHead(board, href, "/imports"), drawGrid(board, href), drawLegend(board));
  const nothing = () => el("p", { class: "quiet" }, word("numbers-none"));
  arrange($("grid"), [keyed(`grid ${state.tongue} ${JSON.stringify(numbers)}`, board.rows.length ? shown : nothing)]);
  const open = board.alerts.filter((alert) => alert.open).length;
  $("alerts-count").textContent = board.alerts.length ? String(board.alerts.length) : "";
  const rows = board.alerts.map((alert) =>
    keyed(`alert ${JSON.stringify([alert, answered.get(alert.handle)])}`, () => drawAlert(alert)));
  const quiet = () => el("li", { class: "empty" }, el("p", {}, word("alerts-none")), el("p", {}, word("alerts-none-hint")));
  arrange($("alerts"), rows.length ? rows : [quiet()]);
  forget();
  badge($("board-badge"), open);
}

// One reading at a time, and one more if something changed meanwhile.
let reading = null;
let again = false;
async function readBoard() {
  if (reading) {
    again = true;
    return;
  }
  readPage({ isLed: false });
  looked = Date.now();
  const by = asked();
  reading = read(by ? `/api/board?by=${encodeURIComponent(by)}` : "/api/board");
  try {
    const board = await reading;
    const held = document.activeElement?.closest?.(".alert");
    const stop = [...document.querySelectorAll("#grid a")].indexOf(document.activeElement);
    const place = held ? [...held.parentElement.children].indexOf(held) : -1;
    const list = held?.parentElement.id;
    drawBoard(board);
    if (stop >= 0) document.querySelectorAll("#grid a")[stop]?.focus({ preventScroll: true });
    if (list) ($(list).children[place]?.querySelector("button") ?? $(list).children[place])?.focus({ preventScroll: true });
  } catch {
    // The stream says when we are back, and then it is read again.
  } finally {
    reading = null;
    if (again) {
      again = false;
      setTimeout(readBoard, 250);
    }
  }
}

// Below the board: the page that the address names, drawn anew when the house says that something is other now.
let below = "";
async function readPage({ isLed }) {
  const path = here();
  for (const part of document.querySelectorAll("[data-part]")) part.hidden = (part.dataset.part === "page") !== Boolean(path);
  if (!path) {
    if (below) $("page").replaceChildren();
    below = "";
    return;
  }
  const answer = await fetch(address(`/api/board/${path}`));
  const page = await answer.json();
  if (path !== here()) return;
  const text = `${state.tongue} ${path} ${JSON.stringify(page)}`;
  if (below !== text) {
    const wrong = () => [el("nav", { class: "crumbs" }, el("ol", {}, el("li", {}, el("a", { href: href("") }, word("board"))))), el("p", { role: "alert" }, page.text ?? word("failed"))];
    $("page").replaceChildren(...(answer.ok ? drawPage(page, href, (card) => drawMessage({ card, id: "page", at: Date.now() })) : wrong()));
    below = text;
  }
  if (isLed) {
    show("board");
    $("board").scrollTop = 0;
    $("page").focus({ preventScroll: true });
  }
}

// ------------------------------------------------------------------------------------------------ the demo's clock

let paused = false;
let hour = "";
let looked = 0;
const LOOK_AGAIN = 60_000; // a board that nobody told of anything still ages
const LOOK_FAST = 3_000; // while the demo's hours fly
function drawClock(clock) {
  $("demo").hidden = !clock;
  if (!clock) return;
  $("clock").textContent = `${clock.day} ${clock.time}`;
  $("pace").textContent = clock.over ? word("over") : clock.pace;
  paused = clock.paused;
  $("pause").textContent = word(paused ? "resume" : "pause");
  for (const button of document.querySelectorAll("[data-jump]")) button.disabled = clock.over || button.dataset.busy === "yes";
  const its = `${clock.day} ${clock.time.slice(0, 2)}`;
  if (hour && hour !== its && Date.now() - looked > LOOK_FAST) readBoard();
  hour = its;
}

async function turn(body, button) {
  button.disabled = true;
  button.dataset.busy = "yes";
  try {
    drawClock(await send("/api/clock", body));
  } catch {
    fail();
  } finally {
    button.dataset.busy = "";
    button.disabled = false;
  }
}

// ------------------------------------------------------------------------------------------------ the page

function show(view) {
  document.body.dataset.view = view;
  for (const tab of document.querySelectorAll("[data-tab]")) {
    if (tab.dataset.tab === view) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
  if (view === "chat") {
    state.unread = 0;
    badge($("chat-badge"), 0);
    requestAnimationFrame(toEnd);
  }
}

async function readAll() {
  state.words = await read("/api/words");
  const house = await read("/api/workspace");
  if (!state.tongue) {
    state.tongue = house.tongue;
    return readAll();
  }
  if (state.as && !house.people.some((one) => one.id === state.as)) state.as = "";
  if (!state.as) state.as = house.people[0]?.id ?? "";
  state.zone = house.zone;
  document.documentElement.lang = state.tongue === "zh" ? "zh-CN" : "en";
  for (const node of document.querySelectorAll("[data-word]")) node.textContent = word(node.dataset.word);
  for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", word(node.dataset.label));
  document.title = `${house.name} · ${word("title")}`;
  $("workspace").textContent = house.name;
  $("say").placeholder = word("say");
  $("tongue").textContent = word("other-tongue");
  $("tongue").setAttribute("aria-label", word("tongue"));
  const people = house.people.length ? house.people : [{ id: "", name: word("guest") }];
  $("as").replaceChildren(...people.map((one) => el("option", { value: one.id }, one.name)));
  $("as").value = state.as;
  state.own = house.people.find((one) => one.id === state.as)?.chat ?? "guest";
  $("chips").replaceChildren(...house.suggestions.map((text) => el("button", { type: "button", onclick: () => ask(text) }, text)));
  drawClock(house.clock);
}

async function readTimeline() {
  const messages = await read("/api/timeline");
  $("log").setAttribute("aria-busy", "true");
  state.messages = new Map(messages.map((message) => [message.id, message]));
  drawLog();
  $("log").setAttribute("aria-busy", "false");
}

function listen() {
  source?.close();
  source = new EventSource(address("/events"));
  source.addEventListener("open", async () => {
    $("offline").hidden = true;
    try {
      await Promise.all([readTimeline(), readBoard()]);
      if (!state.ready) toEnd();
      state.ready = true;
      document.body.dataset.ready = "yes";
    } catch {
      fail();
    }
  });
  source.addEventListener("error", () => {
    $("offline").textContent = word("offline");
    $("offline").hidden = false;
  });
  source.addEventListener("message", (event) => take(JSON.parse(event.data), { isNew: true }));
  source.addEventListener("edit", (event) => take(JSON.parse(event.data), { isNew: true }));
  source.addEventListener("board", () => readBoard());
  source.addEventListener("clock", (event) => drawClock(JSON.parse(event.data)));
}

async function start() {
  state.ready = false;
  delete document.body.dataset.ready;
  try {
    await readAll();
  } catch {
    $("offline").textContent = word("offline") || "…";
    $("offline").hidden = false;
    setTimeout(start, 2000);
    return;
  }
  listen();
}

$("composer").addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = $("say").value.trim();
  if (!text) return;
  $("say").value = "";
  await ask(text);
});
$("attach").addEventListener("click", () => $("file").click());
$("file").addEventListener("change", async () => {
  await drop($("file").files[0]);
  $("file").value = "";
});
for (const [kind, isOver] of [["dragover", true], ["dragleave", false], ["drop", false]]) {
  $("chat").addEventListener(kind, (event) => {
    event.preventDefault();
    $("chat").classList.toggle("over", isOver);
    if (kind === "drop") drop(event.dataTransfer.files[0]);
  });
}
$("as").addEventListener("change", () => {
  state.as = $("as").value;
  localStorage.setItem("beacon.as", state.as);
  state.messages = new Map();
  start();
});
$("tongue").addEventListener("click", () => {
  state.tongue = state.tongue === "zh" ? "en" : "zh";
  localStorage.setItem("beacon.tongue", state.tongue);
  start();
});
$("pause").addEventListener("click", (event) => turn({ pause: !paused }, event.currentTarget));
for (const button of document.querySelectorAll("[data-jump]")) {
  button.addEventListener("click", () => turn({ jump: button.dataset.jump }, button));
}
for (const tab of document.querySelectorAll("[data-tab]")) tab.addEventListener("click", () => show(tab.dataset.tab));
$("newer").addEventListener("click", toEnd);
$("log").addEventListener("scroll", () => {
  if (isFollowing()) $("newer").hidden = true;
}, { passive: true });

follow((isLed) => {
  readPage({ isLed });
  if (!here()) readBoard();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !here() || event.target.closest("input, select")) return;
  up();
  readPage({ isLed: true });
  readBoard();
});
setInterval(readBoard, LOOK_AGAIN);
show("board");
start();
