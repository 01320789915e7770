// Shows the files that were chosen, before they are sent with the form; each can be left out again.
// Without this script the browser tells how many there are.
import { draw } from "./thumbnail.js";

const input = document.querySelector("[data-chosen-from]");
const list = document.querySelector("[data-chosen]");
const spare = document.querySelector("[data-chosen-x]");

function show() {
  list.replaceChildren(...[...input.files].map(tile));
}

function tile(file, place) {
  const one = document.createElement("li");
  one.className = "tile tile-word";
  const name = document.createElement("span");
  name.textContent = file.name;
  one.append(name, remover(place));
  if (file.type.startsWith("image/")) {
    draw(file, one).then(() => {
      one.className = "tile";
      name.remove();
    }, () => {});
  }
  return one;
}

function remover(place) {
  const button = spare.content.firstElementChild.cloneNode(true);
  button.setAttribute("aria-label", button.getAttribute("aria-label").replace("0", place + 1));
  button.addEventListener("click", () => {
    const kept = new DataTransfer();
    [...input.files].filter((_, other) => other !== place).forEach((file) => kept.items.add(file));
    input.files = kept.files;
    show();
    input.focus();
  });
  return button;
}

if (input) {
  const pick = document.querySelector("[data-chosen-pick]"); // our own words instead of the browser's, in its language
  pick.hidden = false;
  input.className = "vh";
  pick.append(input);
  input.addEventListener("change", show);
}
