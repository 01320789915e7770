// Files of the complaint form go up as soon as they are chosen, one after the other, with their progress in a tile.
// Without this script they go up with the step.
import { draw } from "./thumbnail.js";

const form = document.querySelector("[data-files]");

function enhance() {
  for (const each of form.querySelectorAll("[data-pick]")) each.hidden = false;
  for (const each of form.querySelectorAll("[data-plain]")) each.hidden = true;
  for (const input of form.querySelectorAll("[data-send]")) {
    input.addEventListener("change", () => sendAll([...input.files]));
  }
}

async function sendAll(files) {
  const refusals = [];
  for (const file of files) {
    const tile = placeholder(file);
    const page = await send(file, tile).catch(() => null);
    warn(page?.querySelector("main > .alert"));
    if (page) refusals.push(...page.querySelectorAll("[data-refused] > *"));
    const fresh = page?.querySelector("[data-held]");
    if (fresh) form.querySelector("[data-held]").replaceWith(fresh);
    else tile.replaceWith(word(tile, "没传上，请再选一次"));
    enhance();
  }
  form.querySelector("[data-refused]").replaceChildren(...refusals);
}

// What the page would have said above everything else: no room, too many, not finished.
function warn(alert) {
  document.querySelector("main > .alert")?.remove();
  if (!alert) return;
  form.before(alert);
  alert.focus();
}

function placeholder(file) {
  const tile = document.createElement("li");
  tile.className = "tile";
  const bar = document.createElement("progress");
  bar.max = 1;
  bar.value = 0;
  bar.setAttribute("aria-label", "正在传");
  tile.append(bar);
  const adding = form.querySelector("[data-tiles] [data-pick]");
  if (adding) adding.before(tile);
  else form.querySelector("[data-tiles]").append(tile);
  if (file.type.startsWith("image/")) draw(file, tile).catch(() => {});
  return tile;
}

function word(tile, said) {
  const left = document.createElement("li");
  left.className = "tile tile-word";
  left.textContent = said;
  return left;
}

function send(file, tile) {
  const body = new FormData(form);
  body.delete("files");
  body.delete("remove");
  body.set("go", "stay");
  body.append("files", file, file.name);
  const request = new XMLHttpRequest(); // fetch does not tell how far it has come
  return new Promise((done, failed) => {
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      const bar = tile.querySelector("progress");
      if (bar) bar.value = loaded / total;
    });
    request.addEventListener("load", () => done(request.responseXML));
    request.addEventListener("error", failed);
    request.open("POST", form.action);
    request.responseType = "document";
    request.send(body);
  });
}

if (form) enhance();
