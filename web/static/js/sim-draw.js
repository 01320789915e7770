// Draws what a phone shows: bubbles with working links, cards, pictures, the list of residents.
const STAMP_AFTER_MS = 5 * 60 * 1000;
const time = new Intl.DateTimeFormat("zh-CN", { hour: "numeric", minute: "2-digit", hour12: true });

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

export function drawEntry(entry, resident, words) {
  const place = resident.history.indexOf(entry);
  const before = resident.history[place - 1];
  const isLater = !before || entry.at - before.at > STAMP_AFTER_MS;
  const stamp = isLater ? [element("p", { class: "stamp" }, time.format(entry.at).replace(/(\D)(\d)/, "$1 $2"))] : [];
  if (entry.who === "note") return [...stamp, element("p", { class: "stamp" }, entry.text)];
  const isMine = entry.who === "me";
  const face = element("img", {
    src: isMine ? resident.face : words.mark,
    alt: isMine ? words.says : words.answers,
    width: 40,
    height: 40,
  });
  const content = isMine ? drawMine(entry, words) : drawAnswer(entry.answer, words);
  return [...stamp, element("div", { class: isMine ? "msg msg-me" : "msg" }, face, content)];
}

function drawMine(entry, words) {
  if (entry.kind === "image") {
    return entry.picture
      ? element("img", { class: "sent", src: entry.picture, alt: words.picture })
      : element("div", { class: "bubble" }, element("p", {}, words.picture));
  }
  const label = { voice: words.voice, location: words.place }[entry.kind] ?? "";
  return element("div", { class: "bubble" }, element("p", {}, label, entry.text));
}

function drawAnswer(answer, words) {
  if (answer.type === "news") return drawCard(answer, words);
  if (answer.type === "notice") return drawNotice(answer, words);
  return element("div", { class: "bubble" }, ...answer.blocks.map(drawBlock));
}

function drawNotice(notice, words) {
  const lines = notice.lines.map((line) => element("p", {}, line));
  const more = notice.page ? [element("p", {}, element("a", pageLink(notice.page), words.noticeOpen))] : [];
  return element("div", { class: "bubble" }, element("p", {}, element("strong", {}, words.notice)), ...lines, ...more);
}

function drawBlock(block) {
  if (block.kind === "list") {
    return element("ul", {}, ...block.parts.map((part) => element("li", {}, drawPart(part))));
  }
  return element("p", {}, ...block.parts.map(drawPart));
}

function drawPart(part) {
  if (part.say !== undefined) {
    return element("a", { href: "#", "data-say": part.say, "data-menu-id": part.menu_id }, part.text);
  }
  if (part.page === undefined) return document.createTextNode(part.text);
  return element("a", pageLink(part.page), part.text);
}

function pageLink(page) {
  if (page.startsWith("/")) return { href: page, "data-page-link": page };
  return /^https?:/.test(page) ? { href: page, target: "_blank", rel: "noopener noreferrer" } : {};
}

function drawCard(card, words) {
  const picture = card.picture.startsWith("/") ? card.picture.replace(/\.png$/, ".svg") : "";
  const body = element("span", { class: "artcard-body" }, element("span", {}, card.description));
  if (picture) body.append(element("img", { src: picture, alt: "", width: 56, height: 56 }));
  return element(
    "a",
    { class: "artcard", ...pageLink(card.page) },
    element("span", { class: "artcard-top" }, element("span", { class: "artcard-title" }, card.title), body),
    element("span", { class: "artcard-foot" }, element("img", { src: words.mark, alt: "" }), words.account),
  );
}

export function sayLinks(log, say, open) {
  log.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (link?.dataset.say !== undefined) {
      event.preventDefault();
      say(link.dataset.say, link.dataset.menuId);
    } else if (link?.dataset.pageLink) {
      event.preventDefault();
      open(link.dataset.pageLink);
    }
  });
}

export function drawPeople(list, state, choose) {
  const words = document.querySelector("[data-sim]").dataset;
  const focused = document.activeElement?.dataset?.person;
  list.replaceChildren(
    ...state.residents.map((resident) => {
      const button = element(
        "button",
        { type: "button", "data-person": resident.id, "aria-current": resident.id === state.current && "true" },
        element("img", { src: resident.face, alt: "", width: 36, height: 36 }),
        element("span", {}, resident.name, element("small", {}, lastWords(resident, words))),
      );
      button.addEventListener("click", () => choose(resident.id));
      return button;
    }),
  );
  if (focused) list.querySelector(`[data-person="${focused}"]`)?.focus();
}

function lastWords(resident, words) {
  const mine = resident.history.filter((entry) => entry.who === "me").at(-1);
  if (!mine) return resident.history.length ? words.follow : words.new;
  return { image: words.picture, voice: words.voice, location: words.place }[mine.kind] ?? mine.text;
}

export function drawQuick(bar, resident, say) {
  const last = resident.history.filter((entry) => entry.who !== "note").at(-1);
  const blocks = last?.who === "bot" ? (last.answer.blocks ?? []) : [];
  const says = blocks.flatMap((block) => block.parts).filter((part) => part.say !== undefined);
  bar.replaceChildren(
    ...says.map((part) => {
      const number = part.text.match(/^\d+(?= )/)?.[0];
      const button = element("button", { type: "button", title: part.text }, number ?? part.text);
      button.addEventListener("click", () => say(number ?? part.say));
      return button;
    }),
  );
  bar.hidden = !says.length;
}
