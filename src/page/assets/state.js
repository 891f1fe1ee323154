// What is asked and how it is shown, as the part of the address behind '#': a link holds question,
// filters and view, and the server's log sees nothing of a link that is only opened.
// A list of any length is in it as well, one `q` a line.

export const FENCES = ["type", "since", "until", "active-on", "sensor", "min-count", "quarantined"];
const VIEWS = ["rows", "days", "dates", "graph", "watch"];
// Of the views: order of rows, the two dates, depth and crowds of the graph, how many rows at most.
const OF_VIEWS = ["order", "from", "to", "depth", "max-fanout", "limit"];

export const empty = () => ({ q: [], mode: "auto", view: "rows" });

export function read(hash) {
  const state = empty();
  const parameters = new URLSearchParams(hash.replace(/^[#?]/, ""));
  state.q = parameters
    .getAll("q")
    .map((one) => one.trim())
    .filter(Boolean);
  state.mode = parameters.get("mode") ?? "auto";
  if (VIEWS.includes(parameters.get("view"))) state.view = parameters.get("view");
  for (const name of [...FENCES, ...OF_VIEWS]) {
    if (parameters.get(name)) state[name] = parameters.get(name);
  }
  return state;
}

export function write(state) {
  const parameters = new URLSearchParams(state.q.map((one) => ["q", one]));
  if (state.mode !== "auto") parameters.set("mode", state.mode);
  for (const name of [...FENCES, ...OF_VIEWS]) {
    if (state[name]) parameters.set(name, state[name]);
  }
  if (state.view !== "rows") parameters.set("view", state.view);
  const text = parameters.toString();
  return text === "" ? "" : `#${text}`;
}

// Only what asks: two states with the same text have the same answer.
export const question = (state) =>
  write({ ...state, view: "rows", order: "", from: "", to: "", depth: "", "max-fanout": "" });

// Several lines, or a document of MISP or STIX.
export const asksList = (state) =>
  state.mode === "auto" && (state.q.length > 1 || /^(\{\s*("|$)|\[\s*\{)/.test(state.q[0] ?? ""));

// The filters as parameters of the API.
export function fences(state, without = []) {
  const parameters = new URLSearchParams();
  for (const name of FENCES) {
    if (state[name] && !without.includes(name)) parameters.append(name, state[name]);
  }
  return parameters;
}

// The question as parameters of the API.
export function asked(state) {
  const parameters = new URLSearchParams();
  const name = ["rdata", "text", "raw"].includes(state.mode) ? state.mode : "q";
  for (const one of state.q) parameters.append(name, one);
  if (state.mode === "glob" || state.mode === "regex") parameters.set(state.mode, "1");
  return parameters;
}
