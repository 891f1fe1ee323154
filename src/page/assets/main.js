// The page: the address says what is asked (state.js), the answer streams in (api.js, rows.js), a
// view shows it (view_*.js). One answer at a time: a new question ends the one before.
import { Failure, stream } from "./api.js";
import { LONG_LIST, copy, copyLink } from "./copy.js";
import * as coverage from "./coverage.js";
import { openDetail, closeDetail } from "./detail.js";
import { $, button, eachFrame, el, fill } from "./dom.js";
import { exportMenu } from "./export.js";
import { showHelp, watchKeys } from "./keys.js";
import { Rows } from "./rows.js";
import { newQuestion } from "./shared.js";
import { FENCES, asked, asksList, empty, fences, question, read, write } from "./state.js";
import { number, several } from "./text.js";
import { VIEWS } from "./views.js";

const MOST_LINK = 100_000; // characters
const LIMIT = 10_000,
  MOST = 200_000; // rows: asked for at first; held by the page at most

let state = empty();
let answer = null; // {state, rows, end, error, abort}
let view = null; // {name, update?(), close?(), focus?()}

const link = (name) => write({ ...empty(), q: [name] });

function go(change) {
  const next = { ...state, ...change };
  if (write(next) === write(state)) return render(true);
  const text = write(next);
  // The history holds what no address can: a list of megabytes survives a reload, and way back.
  history.pushState({ text }, "", location.pathname + (text.length > MOST_LINK ? LONG_LIST : text));
  arrive();
}

// The address changed: by a click, by the history, by hand.
function arrive() {
  const next = read(history.state?.text ?? (location.hash || location.search));
  const again = answer === null || question(next) !== question(answer.state);
  state = next;
  showQuestion();
  render(again);
}

function showQuestion() {
  $("box").value = state.q.join("\n");
  $("mode").value = [...$("mode").options].some(({ value }) => value === state.mode)
    ? state.mode
    : "auto";
  for (const input of $("fences").elements) {
    if (input.type === "checkbox") input.checked = state[input.name] === "1";
    else if (input.name) input.value = state[input.name] ?? "";
  }
  fitBox();
  foldFences(FENCES.some((name) => state[name]));
  document.title =
    state.q.length === 0
      ? "pdns"
      : `${state.q[0]}${state.q.length > 1 ? ` +${state.q.length - 1}` : ""} – pdns`;
}

function render(again) {
  const asking = state.q.length > 0;
  $("fold").hidden = $("fences").hidden = $("answer").hidden = !asking;
  document.body.classList.toggle("asking", asking);
  if (again) {
    closeDetail();
    answer?.abort.abort();
    answer = asking ? begin() : null;
  }
  if (answer !== null) {
    answer.state = state;
    answer.rows.sortBy(state.order ?? "");
  }
  showView();
  showTold();
}

const context = () => ({
  state,
  answer,
  go,
  link,
  ask: (name) => {
    go({ ...cleared(), q: [name] });
    view?.focus?.();
  },
  update: told,
  open: (row) => openDetail(row, context()),
  copy,
});

function cleared() {
  const gone = Object.fromEntries(
    [...FENCES, "order", "from", "to", "depth", "max-fanout", "limit"].map((name) => [name, ""]),
  );
  return { ...gone, mode: "auto", view: "rows" };
}

function showView() {
  view?.close?.();
  view = null;
  if (answer === null) return fill($("view"), VIEWS.start(context()));
  const shown = VIEWS[state.view]?.fits(state) ? state.view : "rows";
  view = { name: shown, ...VIEWS[shown].show($("view"), context()) };
  fill(
    $("tabs"),
    Object.entries(VIEWS)
      .filter(([, one]) => one.title)
      .map(([name, { title, fits }]) =>
        !fits(state)
          ? null
          : button(title, () => go({ view: name }), {
              role: "tab",
              class: "tab",
              id: `tab-${name}`,
              "aria-selected": name === shown,
              "aria-controls": "view",
            }),
      ),
  );
}

// The question as a request: path and options of api.stream.
function request() {
  const parameters = fences(state);
  parameters.set("days", "1");
  parameters.set("limit", Math.min(Number(state.limit) || LIMIT, MOST));
  if (!asksList(state)) return [`query?${asked(state)}&${parameters}`, {}];
  const headers = { "Content-Type": "text/plain; charset=utf-8" };
  return [`lookup?${parameters}`, { method: "POST", body: state.q.join("\n"), headers }];
}

// Asks, and lets the view draw as rows come.
function begin() {
  const rows = new Rows(asksList(state) ? "asked" : "rrtype", state.order ?? "");
  const self = { state, rows, end: null, error: null, abort: new AbortController() };
  coverage.refreshIfOld();
  newQuestion();
  const [path, options] = request();
  const failed = (error) => {
    if (error.name === "AbortError") return;
    self.error = error;
    if (!(error instanceof Failure)) console.error(error);
    if (error.status === 0) coverage.refresh();
  };
  stream(path, {
    ...options,
    signal: self.abort.signal,
    each: (row, line) => rows.add(row, line),
    chunk: told,
  })
    .then((end) => (self.end = end), failed)
    .finally(() => {
      if (answer === self) told();
    });
  return self;
}

const told = eachFrame(() => {
  if (answer === null) return;
  showTold();
  view?.update?.();
});

function showTold() {
  if (answer === null) return;
  const { rows, end, error } = answer;
  const found = rows.list.length;
  const parts = [];
  if (error !== null)
    parts.push(
      el("b", { class: "chip bad" }, error.message),
      button("Ask again", () => render(true)),
    );
  if (found > 0 || end?.whole) parts.push(el("b", {}, several(found, "record")));
  if (end === null && error === null) parts.push(el("span", { class: "dim" }, "searching…"));
  if (end !== null && found > 0) {
    parts.push(
      end.whole
        ? el("span", { class: "good" }, "complete")
        : el("span", { class: "chip warn" }, `not all: ${end.why ?? "cut off"}`),
    );
    if (end.limited && found < MOST) {
      parts.push(button(`Up to ${number(MOST)}`, () => go({ limit: String(MOST) })));
    }
  }
  fill($("told"), parts);
  fill($("notices"), end === null ? null : notices(end));
  fill(
    $("actions"),
    found === 0
      ? null
      : [
          button("Copy", () => copy(rows.shown(), false), {
            title: "Copy the shown records as text",
          }),
          button("Copy defanged", () => copy(rows.shown(), true)),
          button("Copy link", copyLink),
          exportMenu(answer),
        ],
  );
}

function notices(end) {
  const lines = (end.notices ?? []).map((notice) => el("p", {}, el("bdi", {}, notice)));
  if (asksList(state)) lines.push(missed(end));
  if (end.bad > 0) {
    lines.push(
      el(
        "details",
        {},
        el("summary", {}, `${several(end.bad, "entry", "entries")} of the list not understood`),
        el(
          "ul",
          {},
          (end.bad_lines ?? []).map(({ place, text, why }) =>
            el("li", {}, `${place}: `, el("bdi", {}, text), ` – ${why}`),
          ),
        ),
      ),
    );
  }
  return lines;
}

// Of a list of lines, those that no record answers.
function missed(end) {
  if (state.q.length < 2 || state.q[0].startsWith("{")) return null;
  const known = new Set(answer.rows.list.map(({ line }) => line));
  for (const { place } of end.bad_lines ?? []) known.add(Number(place.replace("line ", "")));
  const gone = state.q.filter((text, at) => !known.has(at + 1) && !text.startsWith("#"));
  if (gone.length === 0 || !end.whole) return null;
  return el(
    "details",
    {},
    el("summary", {}, `${several(gone.length, "line")} of the list without a record`),
    el(
      "ul",
      {},
      gone
        .slice(0, 1000)
        .map((text) => el("li", {}, el("a", { href: link(text) }, el("bdi", {}, text)))),
    ),
  );
}

function fitBox() {
  const box = $("box");
  box.style.height = "auto";
  box.style.height = `${Math.min(box.scrollHeight, 160)}px`;
}

// The lines of the box. Several indicators in one line are several lines.
function entries(text, mode) {
  const lines = text.split("\n").map((one) => one.trim());
  const found = lines.filter(Boolean);
  const words = (found[0] ?? "").split(/[\s,;]+/).filter(Boolean);
  const several = mode === "auto" && words.length > 1 && words.every((word) => /[.:]/.test(word));
  return found.length === 1 && several && !/^[{[]/.test(found[0]) ? words : found;
}

function submit(event) {
  event?.preventDefault();
  const q = entries($("box").value, $("mode").value);
  if (q.length === 0) return $("box").focus();
  go({ ...cleared(), ...fencesTyped(), q, mode: $("mode").value, view: "rows" });
  $("box").blur();
  view?.focus?.();
}

function fencesTyped() {
  const data = new FormData($("fences"));
  return Object.fromEntries(FENCES.map((name) => [name, (data.get(name) ?? "").trim()]));
}

// On a narrow screen the filters are folded away while none is set.
function foldFences(open) {
  $("fences").classList.toggle("open", open);
  $("fold").setAttribute("aria-expanded", open);
}

function wire() {
  $("fold").addEventListener("click", () => foldFences(!$("fences").classList.contains("open")));
  $("ask").addEventListener("submit", submit);
  $("box").addEventListener("input", fitBox);
  $("box").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey) submit(event);
  });
  $("fences").addEventListener("submit", (event) => {
    event.preventDefault();
    go(fencesTyped());
  });
  $("fences").addEventListener("change", ({ target }) => {
    if (target.type === "checkbox") go(fencesTyped());
  });
  $("clear").addEventListener("click", () =>
    go(Object.fromEntries(FENCES.map((name) => [name, ""]))),
  );
  $("theme").addEventListener("click", () => window.pdnsTheme.flip());
  $("help").addEventListener("click", showHelp);
  $("skip").addEventListener("click", (event) => {
    event.preventDefault(); // the address behind '#' is the question
    $("view").focus();
  });
  addEventListener("popstate", arrive);
  watchKeys({
    tab: (at) => $("tabs").children[at]?.click(),
    focusView: () => view?.focus?.(),
    close: closeDetail,
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) coverage.refresh();
  });
  setInterval(() => {
    if (!document.hidden) coverage.refresh();
  }, 60_000);
}

wire();
coverage.refresh();
arrive();
if (state.q.length === 0) $("box").focus();
