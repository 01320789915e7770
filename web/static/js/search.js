// Results follow typing: the page's own form, fetched and put in place. Without this script the button searches.
const PAUSE_MS = 180;
const BUSY_MS = 300;

const form = document.querySelector("[data-search]");
const input = form.querySelector("input[type=search]");
let timer = 0;
let latest = 0;
let shown = input.value.trim();

function address() {
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (value.trim()) query.set(name, value.trim());
  return `${form.getAttribute("action")}${query.size ? "?" : ""}${query}`;
}

async function follow() {
  const wanted = input.value.trim();
  if (wanted === shown) return;
  const mine = (latest += 1);
  const results = document.querySelector("[data-results]");
  const busy = setTimeout(() => results.classList.add("results-busy"), BUSY_MS);
  try {
    const answer = await fetch(address(), { headers: { Accept: "text/html" } });
    if (!answer.ok || mine !== latest) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (mine !== latest) return;
    replace(results, page.querySelector("[data-results]"));
    history.replaceState(null, "", address());
    shown = wanted;
  } finally {
    clearTimeout(busy);
    results.classList.remove("results-busy");
  }
}

function replace(results, fresh) {
  const status = results.querySelector("[role=status]");
  const said = fresh.querySelector("[role=status]");
  status.textContent = said.textContent; // the same element stays, so that the count is read out
  said.replaceWith(status);
  results.replaceChildren(...fresh.childNodes);
}

input.addEventListener("input", (event) => {
  if (event.isComposing) return;
  clearTimeout(timer);
  timer = setTimeout(() => follow().catch(() => {}), PAUSE_MS);
});
input.addEventListener("compositionend", () => {
  clearTimeout(timer);
  timer = setTimeout(() => follow().catch(() => {}), PAUSE_MS);
});
