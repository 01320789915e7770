// Residents and their histories, kept for as long as the tab lives.
const KEY = "simulator";
const NAMES = ["jia", "yi", "bing", "ding", "wu", "ji", "geng", "xin", "ren", "gui"];
const AT_FIRST = 4;
const KEPT = 200;

function lot() {
  return [...crypto.getRandomValues(new Uint8Array(4))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function newResident(state, words) {
  const number = state.residents.length;
  const name = words.names[number] ?? String(number + 1);
  const resident = {
    id: `r${number}`,
    openid: `sim_${NAMES[number] ?? number}_${state.lot}`,
    name: words.resident + name,
    face: words.faces.split(" ")[number % 4],
    history: [],
    last: null,
    raw: "",
  };
  state.residents.push(resident);
  return resident;
}

export function loadState(words) {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY));
    if (kept?.residents?.length) {
      const faces = words.faces.split(" ");
      kept.residents.forEach((resident, number) => Object.assign(resident, { waiting: 0, face: faces[number % 4] }));
      return kept;
    }
  } catch {
    forget();
  }
  const state = { lot: lot(), current: "r0", residents: [] };
  for (let count = 0; count < AT_FIRST; count += 1) newResident(state, words);
  return state;
}

export function saveState(state) {
  for (const resident of state.residents) resident.history = resident.history.slice(-KEPT);
  try {
    sessionStorage.setItem(KEY, JSON.stringify(state));
  } catch {
    // Pictures are what fills it up: keep the words.
    for (const entry of state.residents.flatMap((resident) => resident.history)) delete entry.picture;
    try {
      sessionStorage.setItem(KEY, JSON.stringify(state));
    } catch {
      forget();
    }
  }
}

export function forget() {
  sessionStorage.removeItem(KEY);
}
