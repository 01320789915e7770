// The complaint form: stores what is being typed, counts characters, offers other doors and the phone's own place.
// Without this script every step is stored when it is sent.
const PAUSE_MS = 2500;
const FIRST_MS = 5500; // sooner than this nobody can have written anything
const SAID = {
  200: "草稿已存好，可以随时离开",
  409: "这一步刚在别处改过，点“下一步”看看",
  403: "隔得太久，先别关这一页，点“下一步”看看",
  0: "没有网，先别关这一页",
};
const form = document.querySelector("[data-autosave]");
const opened = Date.now();

function say(status) {
  const line = form.querySelector("[data-status]");
  if (line) line.textContent = SAID[status] ?? "没有存上，先别关这一页";
}

let timer = 0;
let saving = Promise.resolve();
let stopped = false;
let sent = new URLSearchParams(new FormData(form ?? undefined)).toString();

async function save() {
  const body = new URLSearchParams(new FormData(form));
  if (stopped || body.toString() === sent) return;
  const keepalive = document.visibilityState === "hidden"; // it outlives the page, and may then hold no more than 64 KB
  const said = await fetch(form.dataset.autosave, { method: "POST", body, keepalive }).catch(() => ({ status: 0 }));
  if (said.status === 429) return later();
  say(said.status);
  if (said.status === 0) return later();
  if (said.status !== 200) return void (stopped = said.status !== 503);
  sent = body.toString();
  const told = await said.json();
  form.elements.mark.value = told.mark;
  form.elements.draft.value = told.draft;
  sent = new URLSearchParams(new FormData(form)).toString() === sent ? sent : "";
  offer(told.door);
}

function later() {
  clearTimeout(timer);
  timer = setTimeout(() => (saving = saving.then(save)), Math.max(PAUSE_MS, opened + FIRST_MS - Date.now()));
}

function offer(door) {
  const hint = form.querySelector("[data-door-hint]");
  const known = door && form.querySelector(`[data-door="${door}"]`);
  if (hint && hint.dataset.shown !== door) {
    hint.replaceChildren(...(known ? [...known.cloneNode(true).childNodes] : []));
    hint.dataset.shown = door;
  }
}

function count() {
  const line = form.querySelector("[data-count]");
  if (!line) return;
  const length = [...form.elements.story.value.trim()].length;
  line.textContent = `${length} / ${line.dataset.most}`;
  line.toggleAttribute("data-over", length > Number(line.dataset.most));
}

function locate(button) {
  const [north, east] = [form.elements.latitude, form.elements.longitude];
  const word = button.querySelector("span");
  const put = (latitude, longitude, said) => {
    north.value = latitude;
    east.value = longitude;
    word.textContent = word.dataset[said];
    later();
  };
  if (north.value) return put("", "", "none");
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => put(coords.latitude.toFixed(6), coords.longitude.toFixed(6), "taken"),
    () => put("", "", "denied"),
    { enableHighAccuracy: true, timeout: 10000 },
  );
}

if (form) {
  form.addEventListener("input", () => {
    count();
    later();
  });
  form.addEventListener("submit", () => {
    stopped = true;
    clearTimeout(timer);
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") saving = saving.then(save);
  });
  const button = form.querySelector("[data-locate]");
  if (button && navigator.geolocation && window.isSecureContext) {
    button.hidden = form.querySelector("[data-locate-hint]").hidden = false;
    button.addEventListener("click", () => locate(button));
  }
}
