// The two sides: what the assistant understood, and, on narrow screens, opening and closing them.

// `html` was written and escaped by our own server's template.
export function showReading(panel, html) {
  const piece = new DOMParser().parseFromString(html, "text/html");
  panel.replaceChildren(...piece.body.childNodes);
}

export function fillTimes(desk, result) {
  const total = desk.querySelector("[data-total]");
  const match = desk.querySelector("[data-match]");
  const rest = desk.querySelector("[data-rest]");
  if (total) total.textContent = `${result.took_ms} ms`;
  if (match && rest) rest.textContent = `${Math.max(0, result.took_ms - Number(match.dataset.match)).toFixed(1)} ms`;
  desk.querySelector("[data-raw]").textContent = result.raw.replace(/(<\/\w+>)(?=<[A-Z])/g, "$1\n");
  desk.querySelector("[data-raw-box]").hidden = !result.raw;
}

export function watchSides(desk) {
  let opener = null;

  function close() {
    for (const side of desk.querySelectorAll(".sim-side[data-shown]")) side.removeAttribute("data-shown");
    for (const button of desk.querySelectorAll("[data-open]")) button.setAttribute("aria-expanded", "false");
    opener?.focus();
    opener = null;
  }

  for (const button of desk.querySelectorAll("[data-open]")) {
    button.addEventListener("click", () => {
      const side = document.getElementById(button.dataset.open);
      opener = button;
      side.setAttribute("data-shown", "");
      button.setAttribute("aria-expanded", "true");
      side.querySelector("[data-close]").focus();
    });
  }
  for (const button of desk.querySelectorAll("[data-close]")) button.addEventListener("click", close);
  document.addEventListener("keydown", (event) => event.key === "Escape" && opener && close());
  desk.addEventListener("click", (event) => {
    if (opener && event.target.closest("[data-act], [data-person], [data-try]")) close();
  });
}
