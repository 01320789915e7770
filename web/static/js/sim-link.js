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

// A picture → the MediaId that a message may name; empty where the platform, and not this server, keeps pictures.
export async function keepPicture(file) {
  const answer = await fetch("/simulator/picture", { method: "POST", body: file });
  return answer.ok ? (await answer.json()).media_id : "";
}

// Act → the panel's HTML, written and escaped by the server.
export async function explain(act) {
  return (await post("/simulator/explain", act)).text();
}
