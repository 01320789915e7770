// 朗读: reads what is marked as spoken, sentence by sentence, with the phone's own voice.
const LONGEST = 60; // some phones fall silent in the middle of long pieces

function sentences() {
  const marked = [...document.querySelectorAll("[data-spoken], [data-spoken-body] :is(h2, li, p)")];
  const outer = marked.filter((element) => !element.querySelector("p, li"));
  return outer.flatMap((element) => element.textContent.match(/[^。？！；]+[。？！；]*[”’」]*/g) ?? [])
    .flatMap((text) => (text.length > LONGEST ? text.match(/[^，、]+[，、]?/g) : [text]))
    .map((text) => text.trim())
    .filter(Boolean);
}

function reader(button) {
  const label = button.querySelector("span");
  const words = { idle: label.textContent, reading: button.dataset.pause };
  const queue = sentences();
  let place = 0;
  let round = 0;

  function show(isReading) {
    label.textContent = isReading ? words.reading : words.idle;
    button.setAttribute("aria-pressed", String(isReading));
  }

  function stop() {
    round += 1;
    speechSynthesis.cancel();
    show(false);
  }

  function read() {
    const mine = (round += 1);
    const next = () => {
      if (mine !== round) return;
      if (place >= queue.length) {
        place = 0;
        show(false);
        return;
      }
      const piece = new SpeechSynthesisUtterance(queue[place]);
      piece.lang = "zh-CN";
      piece.rate = 0.9;
      piece.onend = () => {
        if (mine !== round) return;
        place += 1;
        next();
      };
      piece.onerror = () => mine === round && stop();
      speechSynthesis.speak(piece);
    };
    show(true);
    next();
  }

  button.addEventListener("click", () => (button.getAttribute("aria-pressed") === "true" ? stop() : read()));
  addEventListener("pagehide", stop);
}

if ("speechSynthesis" in window) {
  for (const button of document.querySelectorAll("[data-speak]")) {
    button.hidden = false;
    reader(button);
  }
}
