// Opens a phone page inside the phone, as WeChat does, with its title in the bar.
let opener = null;

export function openPage(desk, path) {
  const view = desk.querySelector("[data-view]");
  const frame = view.querySelector("[data-view-frame]");
  opener = document.activeElement;
  view.querySelector("[data-view-out]").href = path;
  view.querySelector("[data-view-title]").textContent = "";
  frame.contentWindow.location.replace(path);
  view.hidden = false;
  view.querySelector("[data-view-close]").focus();
}

function closePage(desk) {
  const view = desk.querySelector("[data-view]");
  if (view.hidden) return;
  view.hidden = true;
  view.querySelector("[data-view-frame]").contentWindow.location.replace("about:blank");
  opener?.focus?.();
}

export function watchView(desk) {
  const view = desk.querySelector("[data-view]");
  const frame = view.querySelector("[data-view-frame]");
  frame.addEventListener("load", () => {
    const page = frame.contentDocument;
    if (!page || page.location.href === "about:blank") return;
    view.querySelector("[data-view-title]").textContent = page.title;
    view.querySelector("[data-view-out]").href = page.location.pathname + page.location.search;
    page.addEventListener("keydown", (event) => event.key === "Escape" && closePage(desk));
  });
  view.querySelector("[data-view-close]").addEventListener("click", () => closePage(desk));
  document.addEventListener("keydown", (event) => event.key === "Escape" && closePage(desk));
}
