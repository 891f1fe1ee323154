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

class Watch {
  #status = el("p", { role: "status" });
  #list = el("ol", { class: "new" });
  #gap = el("p", { class: "chip warn", hidden: true });
  #count = 0;
  #told = ["connecting…", false];
  #waiting = [];
  #source;

  constructor(place, { state, link }) {
    this.draw = eachFrame(() => this.#draw(link));
    const parameters = fences(state, OTHER_TIMES);
    parameters.set("since", "1d");
    this.#source = new EventSource(`${API}new?${asked(state)}&${parameters}`);
    this.#listen();
    this.draw();
    fill(
      place,
      el(
        "div",
        { class: "card" },
        this.#status,
        this.#gap,
        el(
          "p",
          { class: "dim" },
          "Records stored for the first time in the last day, and from now on; the newest first.",
        ),
        this.#list,
      ),
    );
  }

  close() {
    this.#source.close();
  }

  #listen() {
    const source = this.#source;
    source.onopen = () => this.#tell("watching", true);
    source.onerror = () =>
      this.#tell(
        source.readyState === EventSource.CLOSED ? "refused" : "the line broke: trying again",
      );
    const on = (name, use) => source.addEventListener(name, ({ data }) => use(JSON.parse(data)));
    on("row", (row) => {
      ++this.#count;
      this.#waiting.push(row);
      if (this.#waiting.length > MOST) this.#waiting.shift();
      this.draw();
    });
    on("gap", ({ oldest }) => {
      this.#gap.hidden = false;
      fill(
        this.#gap,
        "Not all: the journal begins at ",
        oldest === undefined ? "now" : time(oldest),
      );
    });
    on("end", ({ why }) => {
      source.close();
      this.#tell(`ended: ${why}`);
    });
  }

  #tell(words, good = false) {
    this.#told = [words, good];
    this.draw();
  }

  #draw(link) {
    const [words, good] = this.#told;
    this.#list.prepend(...this.#waiting.map((row) => line(row, link)).reverse());
    this.#waiting = [];
    while (this.#list.children.length > MOST) this.#list.lastChild.remove();
    fill(
      this.#status,
      el("b", { class: good ? "good" : "chip warn" }, words),
      ` ${several(this.#count, "new record")}`,
    );
  }
}

export function show(place, context) {
  const watch = new Watch(place, context);
  return { close: () => watch.close() };
}
