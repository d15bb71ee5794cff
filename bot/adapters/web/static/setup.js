// Sends the file or the answer, shows the question that comes next, and at the end waits for the console to open.
"use strict";

const form = (id) => document.getElementById(id);

async function show(address, body) {
  try {
    const answer = await fetch(address, { method: "POST", body });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!page.querySelector("main")) throw new Error(String(answer.status));
    document.querySelector("main").replaceWith(document.adoptNode(page.querySelector("main")));
    form("answer")?.focus();
    if (form("over")) wait();
  } catch {
    form("state").textContent = form("door").dataset.failed;
  }
}

function look(file) {
  const { look, reading } = form("door").dataset;
  form("state").textContent = `${reading} ${file.name} …`;
  const fields = form("door").elements;
  show(`${look}?${new URLSearchParams({ name: file.name, code: fields.code.value, tongue: fields.tongue.value })}`, file);
}

// While the house is opened nobody listens for a moment, and then it is another that answers.
async function wait() {
  const is = await fetch("/readyz").then((answer) => answer.json(), () => null);
  if (is && !is.waiting_for?.includes("setup")) location.assign("/");
  else setTimeout(wait, 300);
}

document.addEventListener("change", (event) => {
  if (event.target.id === "file" && event.target.files[0]) look(event.target.files[0]);
});
document.addEventListener("submit", (event) => {
  event.preventDefault();
  show(event.target.action, new URLSearchParams(new FormData(event.target, event.submitter)));
});
for (const name of ["dragover", "drop"]) {
  document.addEventListener(name, (event) => {
    event.preventDefault();
    if (name === "drop" && event.dataTransfer.files.length && form("door")) look(event.dataTransfer.files[0]);
  });
}
