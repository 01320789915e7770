// Inside WeChat only: a share card with the page's own words and picture, and the button that asks for a notice.
const SDK = "https://res.wx.qq.com/open/js/jweixin-1.6.0.js";
const SHARES = ["updateAppMessageShareData", "updateTimelineShareData"];
const slot = document.querySelector("[data-notify]");
const card = cardOf(document);

if ((slot || card) && /MicroMessenger/i.test(navigator.userAgent)) {
  const script = document.createElement("script");
  script.src = SDK;
  script.addEventListener("load", start);
  document.head.append(script);
}

// Whatever goes wrong, the page stays as it is.
async function start() {
  const page = encodeURIComponent(location.href.split("#")[0]);
  const answer = await fetch(`/wechat/jssdk?url=${page}`);
  if (!answer.ok) return;
  slot?.querySelector("wx-open-subscribe").addEventListener("success", (event) => answered(event.detail));
  window.wx.ready(() => {
    if (slot) slot.hidden = false;
    if (card) for (const share of SHARES) window.wx[share](card);
  });
  window.wx.config({ ...(await answer.json()), jsApiList: SHARES, openTagList: ["wx-open-subscribe"] });
}

// What is passed on: only a page that describes itself, and without whatever was asked of it.
function cardOf(page) {
  const told = (name) => page.querySelector(`meta[property="og:${name}"]`)?.content ?? "";
  if (!told("description")) return null;
  const link = location.origin + location.pathname;
  return { title: told("title"), desc: told("description"), link, imgUrl: told("image") };
}

// `subscribeDetails`: a JSON object, template → a JSON object with `status`: accept, cancel…
function answered(detail) {
  const told = JSON.parse(detail.subscribeDetails ?? "{}")[slot.dataset.notify];
  if (!told || JSON.parse(told).status !== "accept") return;
  slot.querySelector("[data-agreed]").hidden = false;
}
