// Making elements. Every text goes in as a text node, so that no name and no file can put markup into a page.

export function el(tag, props = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "class") made.className = value;
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

export function svg(tag, props) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(props)) made.setAttribute(name, value);
  return made;
}

export const tone = (name) => `tone-${["bad", "warning", "good"].includes(name) ? name : "plain"}`;

// A line as small as a word; its end is a dot of the tone that its row has.
export function sparkline(path) {
  const line = svg("svg", { viewBox: "0 0 120 32", preserveAspectRatio: "none", "aria-hidden": "true" });
  line.append(svg("path", { d: path }));
  const spark = el("span", { class: "spark" }, line);
  const ends = path.match(/[ML]([\d.]+) ([\d.]+)(?:h0)?$/);
  if (ends) {
    const dot = el("i");
    dot.style.left = `${(Number(ends[1]) / 120) * 100}%`;
    dot.style.top = `${(Number(ends[2]) / 32) * 100}%`;
    spark.append(dot);
  }
  return spark;
}
