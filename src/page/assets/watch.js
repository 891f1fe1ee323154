// What is new of the question, as the ingester stores it: server-sent events. The browser asks again
// by itself when the line breaks, from the last event on.
import { el, fill } from "./dom.js";
import { asked, fences } from "./state.js";
import { family, several, time } from "./text.js";

const MOST = 500; // rows kept in sight, the newest first

export function show(place, { state, link }) {
  const status = el("p", { role: "status" }),
    list = el("ol", { class: "new" }),
    gap = el("p", { class: "chip warn", hidden: true });
  let seen = 0;
  const tell = (text, good) =>
    fill(
      status,
      el("b", { class: good ? "good" : "chip warn" }, text),
      ` ${several(seen, "new record")} since this page watches`,
    );
  const source = new EventSource(`/api/v1/new?${asked(state)}&${fences(state, ["quarantined"])}`);
  source.onopen = () => tell("watching", true);
  source.onerror = () =>
    tell(
      source.readyState === EventSource.CLOSED
        ? "the server does not let itself be watched"
        : "the line broke: trying again",
      false,
    );
  source.addEventListener("gap", ({ data }) => {
    gap.hidden = false;
    fill(gap, "Some were missed: the journal goes back only to ", time(JSON.parse(data).oldest));
  });
  source.addEventListener("row", ({ data }) => {
    const row = JSON.parse(data);
    ++seen;
    list.prepend(
      el(
        "li",
        {},
        time(row.time_committed),
        " ",
        el("b", { class: `type ${family(row.rrtype)}` }, row.rrtype),
        " ",
        el("a", { href: link(row.rrname) }, row.rrname),
        " ",
        el("span", {}, row.rdata.slice(0, 300)),
        row.new === "rrname" ? el("span", { class: "chip warn" }, "new name") : null,
      ),
    );
    if (list.children.length > MOST) list.lastChild.remove();
    tell("watching", true);
  });
  tell("connecting…", false);
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
        "Each record of the question that is stored for the first time from now on, the newest first.",
      ),
      list,
    ),
  );
  return { close: () => source.close() };
}
