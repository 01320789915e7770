// Inside WeChat only, and only where a page has something for it: the JS-SDK, and the button that asks for a notice.
const SDK = "https://res.wx.qq.com/open/js/jweixin-1.6.0.js";
const slot = document.querySelector("[data-notify]");

if (slot && /MicroMessenger/i.test(navigator.userAgent)) {
  const script = document.createElement("script");
  script.src = SDK;
  script.addEventListener("load", () => offer(slot));
  document.head.append(script);
}

// Shows the slot once WeChat has agreed; whatever goes wrong, the page stays as it is without it.
async function offer(slot) {
  const page = encodeURIComponent(location.href.split("#")[0]);
  const answer = await fetch(`/wechat/jssdk?url=${page}`);
  if (!answer.ok) return;
  const ask = slot.querySelector("wx-open-subscribe");
  ask.addEventListener("success", (event) => answered(slot, event.detail));
  window.wx.ready(() => { slot.hidden = false; });
  window.wx.config({ ...(await answer.json()), jsApiList: [], openTagList: ["wx-open-subscribe"] });
}

// `subscribeDetails`: a JSON object, template → a JSON object with `status`: accept, cancel…
function answered(slot, detail) {
  const told = JSON.parse(detail.subscribeDetails ?? "{}")[slot.dataset.notify];
  if (!told || JSON.parse(told).status !== "accept") return;
  slot.querySelector("[data-agreed]").hidden = false;
}
