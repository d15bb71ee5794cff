// Sends the file that is dropped or chosen, or the button that is pressed, and shows the page that answers.
"use strict";

const door = () => document.getElementById("door");

function look() {
  const form = door();
  const file = form.elements.file.files[0];
  if (!file) return;
  const state = document.getElementById("state");
  state.textContent = `${form.dataset.reading} ${file.name} …`;
  const query = new URLSearchParams({ name: file.name, as: form.elements.as.value, tongue: form.elements.tongue.value });
  if (form.elements.source?.value) query.set("source", form.elements.source.value);
  show(`${form.dataset.look}?${query}`, file);
}

async function show(address, body) {
  try {
    const answer = await fetch(address, { method: "POST", body });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!page.querySelector("main")) throw new Error(String(answer.status));
    document.querySelector("main").replaceWith(document.adoptNode(page.querySelector("main")));
    document.getElementById("answer")?.focus();
  } catch {
    document.getElementById("state").textContent = door().dataset.failed;
  }
}

document.addEventListener("change", (event) => {
  if (event.target.id === "file") look();
});
document.addEventListener("submit", (event) => {
  event.preventDefault();
  if (event.submitter?.name === "say") show(event.target.action, new URLSearchParams(new FormData(event.target, event.submitter)));
});
for (const name of ["dragover", "drop"]) {
  document.addEventListener(name, (event) => {
    event.preventDefault();
    if (name === "drop" && event.dataTransfer.files.length && door()) {
      door().elements.file.files = event.dataTransfer.files;
      look();
    }
  });
}
