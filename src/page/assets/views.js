// The views of an answer: each `show(place, context)` fills the place and returns what the page calls
// later: update() as rows come, close() when another view comes, focus().
import { el, fill } from "./dom.js";
import { nothing } from "./nothing.js";
import { chip } from "./shared.js";
import { asksList } from "./state.js";
import { Table } from "./table.js";
import * as dates from "./dates.js";
import * as days from "./days.js";
import * as graph from "./graph.js";
import * as watch from "./watch.js";

const EXAMPLES = [
  "www.example.com",
  "hxxps://evil[.]example/path",
  "*.example.com",
  "192.0.2.0/24",
  "2001:db8::1",
];

function start() {
  return el(
    "div",
    { class: "start" },
    el("h1", {}, "What did this name point at, and when?"),
    el(
      "p",
      {},
      "Paste what is in the ticket: a name, an address, a block, a URL, defanged or not, or a whole list. Every answer says how far it can be trusted.",
    ),
    el(
      "p",
      { class: "examples" },
      EXAMPLES.map((one) => el("code", {}, one)),
    ),
    el(
      "p",
      { class: "dim" },
      el("kbd", {}, "/"),
      " to the box, ",
      el("kbd", {}, "?"),
      " for all keys.",
    ),
  );
}

function rows(place, context) {
  const { answer, go, link, ask, open, copy } = context;
  const table = new Table(answer.rows, {
    open,
    link,
    ask,
    copy: (row, defanged) => copy([row], defanged),
    sort: (order) => go({ order }),
    note: (row) => chip(row, open),
  });
  const abort = new AbortController();
  let filled = "",
    wanted = false; // the focus, before there is a table that could have it
  const focus = () => {
    wanted = filled !== "table";
    if (!wanted) table.focus();
  };
  const update = () => {
    const found = answer.rows.list.length;
    const now = found > 0 ? "table" : answer.end !== null ? "nothing" : "waiting";
    if (now !== filled) {
      filled = now;
      fill(
        place,
        now === "table"
          ? table.element
          : now === "nothing"
            ? nothing(context.state, answer.end, abort.signal)
            : answer.error === null
              ? el("p", { class: "waiting dim" }, "…")
              : null,
      );
    }
    if (now === "table") table.refresh();
    if (wanted) focus();
  };
  update();
  return { update, focus, close: () => abort.abort() };
}

export const VIEWS = {
  start,
  rows: { title: "Records", fits: () => true, show: rows },
  days: { title: "Days", fits: () => true, show: days.show },
  dates: { title: "Dates", fits: (state) => !asksList(state), show: dates.show },
  graph: {
    title: "Graph",
    fits: (state) => state.mode === "auto" && state.q.length === 1,
    show: graph.show,
  },
  watch: { title: "Watch", fits: (state) => !asksList(state), show: watch.show },
};
