// The simulator: ties residents, chat, menu and panel together.
import { arrivals, deliver, explain, keepPicture } from "./sim-link.js";
import { drawEntry, drawPeople, drawQuick, sayLinks } from "./sim-draw.js";
import { loadState, newResident, saveState } from "./sim-state.js";
import { openPage, watchView } from "./sim-view.js";
import { fillTimes, showReading, watchSides } from "./sim-panel.js";

const LOOK_EVERY_MS = 3000;
const desk = document.querySelector("[data-sim]");
const words = desk.dataset;
const find = (name) => desk.querySelector(`[data-${name}]`);
const log = find("log");
const form = find("form");
const input = form.elements.text;
const state = loadState(words);

const current = () => state.residents.find((resident) => resident.id === state.current);

function show() {
  const resident = current();
  log.replaceChildren(...resident.history.flatMap((entry) => drawEntry(entry, resident, words)));
  drawPeople(find("people"), state, choose);
  drawQuick(find("quick"), resident, (text) => say(text));
  scroll();
  for (const button of desk.querySelectorAll('[data-act="again"]')) button.disabled = !resident.last;
}

// To the end; but an answer taller than the screen is shown from the question on.
function scroll() {
  const question = [...log.querySelectorAll(".msg-me")].at(-1);
  const end = log.scrollHeight - log.clientHeight;
  log.scrollTop = question ? Math.min(end, question.offsetTop - log.offsetTop - 8) : end;
}

function add(resident, entry) {
  resident.history.push({ at: Date.now(), ...entry });
  saveState(state);
  if (resident.id === state.current) show();
}

function choose(id) {
  state.current = id;
  saveState(state);
  show();
  if (!current().history.length) follow(current());
}

async function act(resident, request, mine) {
  if (mine) add(resident, mine);
  wait(resident, 1);
  let result;
  try {
    const reading = await explain({ resident: resident.openid, ...request });
    if (resident.id === state.current) showReading(find("panel"), reading);
    result = await deliver({ resident: resident.openid, ...request });
  } catch {
    wait(resident, -1);
    add(resident, { who: "note", text: words.failed });
    return null;
  }
  wait(resident, -1);
  resident.last = result.act;
  resident.raw = result.raw;
  receive(resident, result);
  return result;
}

function wait(resident, by) {
  resident.waiting = Math.max(0, (resident.waiting ?? 0) + by);
  find("title").textContent = current().waiting ? words.typing : words.account;
}

function receive(resident, result) {
  find("took").textContent = `${result.took_ms} ms`;
  if (resident.id === state.current) fillTimes(desk, result);
  const { answer } = result;
  if (answer.type === "refused") add(resident, { who: "note", text: words.refused + answer.status });
  else if (answer.type === "none") add(resident, { who: "note", text: words.silent });
  else if (answer.type === "transfer") add(resident, { who: "note", text: words.transfer });
  else add(resident, { who: "bot", answer });
}

function say(text, menuId = "") {
  const plain = text.trim();
  if (!plain) return;
  input.value = "";
  typed();
  act(current(), { kind: "text", text, menu_id: menuId }, { who: "me", kind: "text", text });
}

function follow(resident) {
  add(resident, { who: "note", text: words.followed });
  act(resident, { kind: "subscribe" });
}

async function again() {
  const resident = current();
  if (!resident.last) return;
  const before = resident.raw;
  wait(resident, 1);
  try {
    const result = await deliver(resident.last);
    find("took").textContent = `${result.took_ms} ms`;
    add(resident, { who: "note", text: result.raw === before ? words.same : words.different });
  } catch {
    add(resident, { who: "note", text: words.failed });
  } finally {
    wait(resident, -1);
  }
}

// What the assistant says of its own accord: looked for while somebody looks at the phone.
async function look() {
  if (document.hidden) return;
  for (const resident of state.residents) {
    const { next, messages } = await arrivals(resident.openid, resident.seen ?? 0);
    resident.seen = next;
    for (const answer of messages) add(resident, { who: "bot", answer });
  }
}

async function watchArrivals() {
  try {
    await look();
  } catch {
    // The server is away; it is asked again.
  }
  setTimeout(watchArrivals, LOOK_EVERY_MS);
}

async function sendPicture(file) {
  const resident = current();
  const picture = await new Promise((done) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result);
    reader.onerror = () => done("");
    reader.readAsDataURL(file);
  });
  const media_id = await keepPicture(file);
  act(resident, { kind: "image", media_id }, { who: "me", kind: "image", picture });
}

const acts = {
  follow: () => {
    const resident = newResident(state, words);
    choose(resident.id);
  },
  image: () => find("file").click(),
  location: () =>
    act(current(), { kind: "location", text: words.district }, { who: "me", kind: "location", text: words.district }),
  voice: () => act(current(), { kind: "voice" }, { who: "me", kind: "voice", text: words.voiceLabel }),
  again,
};

function typed() {
  const isEmpty = !input.value.trim();
  find("send").hidden = isEmpty;
  find("more").hidden = !isEmpty;
}

function togglePlus(isOpen) {
  find("plus").hidden = !isOpen;
  find("more").setAttribute("aria-expanded", String(isOpen));
}

function closeMenus() {
  for (const pop of desk.querySelectorAll(".menu-pop")) pop.hidden = true;
  for (const button of desk.querySelectorAll(".menu-item [aria-expanded]")) button.setAttribute("aria-expanded", "false");
}

function showBar(name) {
  form.hidden = name === "menu";
  find("menu").hidden = name !== "menu";
  togglePlus(false);
  closeMenus();
  (name === "menu" ? find("menu").querySelector("button") : input).focus();
}

function onMenu(button) {
  const pop = button.getAttribute("aria-controls") && document.getElementById(button.getAttribute("aria-controls"));
  const wasClosed = pop?.hidden;
  closeMenus();
  if (pop) {
    pop.hidden = !wasClosed;
    button.setAttribute("aria-expanded", String(wasClosed));
  } else if (button.dataset.key) {
    act(current(), { kind: "click", text: button.dataset.key });
  } else if (button.dataset.page) {
    act(current(), { kind: "view", text: location.origin + button.dataset.page }).catch(() => {});
    openPage(desk, button.dataset.page);
  }
}

function onKey(event) {
  const isTyping = event.target.closest("input, textarea");
  if (event.key === "Escape") closeMenus();
  else if (event.key === "/" && !isTyping) {
    event.preventDefault();
    showBar("keyboard");
  } else if (event.key === "ArrowUp" && event.target === input && !input.value) {
    const mine = current().history.filter((entry) => entry.who === "me" && entry.kind === "text");
    input.value = mine.at(-1)?.text ?? "";
    typed();
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  say(input.value);
});
input.addEventListener("input", typed);
find("more").addEventListener("click", () => togglePlus(find("plus").hidden));
find("file").addEventListener("change", (event) => {
  if (event.target.files[0]) sendPicture(event.target.files[0]);
  event.target.value = "";
});
desk.addEventListener("click", (event) => {
  const button = event.target.closest("button, a");
  if (!button) return;
  if (button.dataset.act) {
    togglePlus(false);
    acts[button.dataset.act]();
  } else if (button.dataset.bar) showBar(button.dataset.bar);
  else if (button.closest("[data-menu]")) onMenu(button);
  else if (button.hasAttribute("data-try")) say(button.textContent);
});
document.addEventListener("keydown", onKey);
sayLinks(log, say, (page) => openPage(desk, page));
watchView(desk);
watchSides(desk);
addEventListener("pagehide", () => saveState(state));

show();
watchArrivals();
if (!current().history.length) follow(current());
