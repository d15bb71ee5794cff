// What is wrong with a page as it stands: too wide, clipped, overlapping, too small to touch, too pale to read.
() => {
  const seen = (el) => {
    const box = el.getBoundingClientRect();
    return box.width > 2 && box.height > 2 && getComputedStyle(el).visibility !== "hidden" && el.checkVisibility();
  };
  const name = (el) => `${el.tagName.toLowerCase()}#${el.id}.${el.className} "${el.textContent.slice(0, 24)}"`;
  const all = [...document.body.querySelectorAll("*")].filter((el) => el.namespaceURI.endsWith("xhtml") && seen(el));
  const rolls = (el) => el.closest(".chips, .scroll, .unseen, .skip, select");
  const wide = all.filter((el) => !rolls(el) && el.getBoundingClientRect().right > innerWidth + 1).map(name);

  const isLeaf = (el) => el.children.length === 0 && el.textContent.trim() && !el.matches(".workspace, option");
  const isCut = (el) => el.clientWidth > 0 && el.scrollWidth > el.clientWidth + 1;
  const clipped = all.filter((el) => !rolls(el) && isLeaf(el) && isCut(el)).map(name);

  const families = [".cell", ".metric > *", ".row > *:not(.slice)", ".alert", ".log > *", ".chips button", ".composer > *:not(.unseen)", ".turns > *", ".tabs > *",
    ".top > *", ".alert > *", ".tile > *", ".demo > *", ".card > *", "main > *", "body > *:not(.skip):not(script)"];
  const overlapping = [];
  for (const family of families) {
    const boxes = all.filter((el) => el.matches(family));
    boxes.forEach((one, place) => boxes.slice(place + 1).forEach((other) => {
      if (one.parentElement !== other.parentElement) return;
      const [a, b] = [one.getBoundingClientRect(), other.getBoundingClientRect()];
      const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (across > 1 && down > 1) overlapping.push(`${name(one)} × ${name(other)}`);
    }));
  }

  const heights = all.filter((el) => el.matches("button, select, input"))
    .map((el) => [name(el), el.getBoundingClientRect().height]);

  const numbers = (colour) => (colour.match(/[\d.]+/g) ?? []).map(Number);
  // A mixed colour is written color(srgb 0.9 0.8 0.7).
  const parts = (colour) => (colour.startsWith("color(") ? numbers(colour.slice(6)).map((part) => part * 255) : numbers(colour));
  const straight = (part) => (part / 255 <= 0.03928 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4);
  const light = ([r, g, b]) => 0.2126 * straight(r) + 0.7152 * straight(g) + 0.0722 * straight(b);
  const ground = (el) => {
    for (let at = el; at; at = at.parentElement) {
      const colour = parts(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const speaks = (el) => [...el.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
  const contrasts = all.filter((el) => speaks(el) && !el.closest(":disabled, .unseen, .skip")).map((el) => {
    const [one, other] = [light(parts(getComputedStyle(el).color)), light(ground(el))];
    return [name(el), (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05)];
  });
  return { wide, clipped, overlapping, heights, contrasts, across: document.documentElement.scrollWidth - innerWidth };
}
