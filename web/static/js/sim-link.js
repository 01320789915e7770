// Talks to the server's half of the simulator, which speaks the platform's protocol to /wechat.
async function post(path, act) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(act),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer;
}

// Act → {act, answer, raw, took_ms, attempts}.
export async function deliver(act) {
  return (await post("/simulator/send", act)).json();
}

// A picture → the MediaId that a message may name; empty when it was not taken.
export async function keepPicture(file) {
  const answer = await fetch("/simulator/picture", { method: "POST", body: file });
  return answer.ok ? (await answer.json()).media_id : "";
}

// Act → the panel's HTML, written and escaped by the server.
export async function explain(act) {
  return (await post("/simulator/explain", act)).text();
}

// What was pushed to a phone from place `since` on → {next, messages}.
export async function arrivals(openid, since) {
  const answer = await fetch(`/simulator/arrivals?resident=${encodeURIComponent(openid)}&since=${since}`);
  return answer.ok ? answer.json() : { next: since, messages: [] };
}
