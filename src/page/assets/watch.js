// What is new of the question: what the ingester stored in the last day, and from now on, as
// server-sent events. If the line breaks, the browser asks again by itself, from the last one on.
import { API } from "./api.js";
import { eachFrame, el, fill } from "./dom.js";
import { asked, fences } from "./state.js";
import { family, several, time } from "./text.js";

const MOST = 500; // rows kept in sight, the newest first
// The journal is asked by when a record was stored, not by when it was seen.
const OTHER_TIMES = ["quarantined", "since", "until", "active-on"];

const line = (row, link) =>
  el(
    "li",
    {},
    time(row.time_committed),
    el("b", { class: `type ${family(row.rrtype)}` }, row.rrtype),
    el("a", { href: link(row.rrname) }, row.rrname),
    el("span", {}, row.rdata.slice(0, 300)),
    row.new === "rrname" ? el("span", { class: "chip warn" }, "new name") : null,
  );

export function show(place, { state, link }) {
  const status = el("p", { role: "status" }),
    list = el("ol", { class: "new" }),
    gap = el("p", { class: "chip warn", hidden: true });
  let count = 0,
    told = ["connecting…", false],
    waiting = [];
  const draw = eachFrame(() => {
    list.prepend(...waiting.map((row) => line(row, link)).reverse());
    waiting = [];
    while (list.children.length > MOST) list.lastChild.remove();
    fill(
      status,
      el("b", { class: told[1] ? "good" : "chip warn" }, told[0]),
      ` ${several(count, "new record")}`,
    );
  });
  const tell = (words, good = false) => {
    told = [words, good];
    draw();
  };
  const parameters = fences(state, OTHER_TIMES);
  parameters.set("since", "1d");
  const source = new EventSource(`${API}new?${asked(state)}&${parameters}`);
  source.onopen = () => tell("watching", true);
  source.onerror = () =>
    tell(source.readyState === EventSource.CLOSED ? "refused" : "the line broke: trying again");
  const on = (name, use) => source.addEventListener(name, ({ data }) => use(JSON.parse(data)));
  on("row", (row) => {
    ++count;
    waiting.push(row);
    if (waiting.length > MOST) waiting.shift();
    draw();
  });
  on("gap", ({ oldest }) => {
    gap.hidden = false;
    fill(gap, "Not all: the journal begins at ", oldest === undefined ? "now" : time(oldest));
  });
  on("end", ({ why }) => {
    source.close();
    tell(`ended: ${why}`);
  });
  draw();
  fill(
    place,
    el(
      "div",
      { class: "card" },
      status,
      gap,
      el(
        "p",
        { class: "dim" },
        "Records stored for the first time in the last day, and from now on; the newest first.",
      ),
      list,
    ),
  );
  return { close: () => source.close() };
}
