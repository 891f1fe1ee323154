// The state at a date, and what changed between two: records that were seen at or around each. A
// change of name servers or mail hosts comes first, since it may mean another owner.
import { lines } from "./api.js";
import { coverage } from "./coverage.js";
import { button, el, fill } from "./dom.js";
import { asked, fences } from "./state.js";
import { day, family, several, target, time, typeRank, utc } from "./text.js";

const LIMIT = 5_000; // records of one date
const DRAWN = 2_000; // lines drawn
const MARKED = { NS: "name servers", MX: "mail hosts" };
const QUIET = new Set(["RRSIG", "NSEC", "NSEC3"]);

const keyOf = (row) => `${row.rrname} ${row.rrtype} ${row.rdata}`;

async function at(state, date, signal) {
  const parameters = asked(state);
  fences(state, ["since", "until", "active-on"]).forEach((value, name) =>
    parameters.append(name, value),
  );
  parameters.set("at", date);
  parameters.set("limit", LIMIT);
  return lines(`query?${parameters}`, { signal });
}

// By owner and type: what there was before and is no more, what is new, what stayed.
export function difference(before, after) {
  const [old, now] = [before, after].map((rows) => new Map(rows.map((row) => [keyOf(row), row])));
  const sets = new Map();
  const put = (row, what) => {
    const key = `${row.rrname} ${row.rrtype}`;
    if (!sets.has(key))
      sets.set(key, { rrname: row.rrname, rrtype: row.rrtype, gone: [], came: [], kept: [] });
    sets.get(key)[what].push(row);
  };
  old.forEach((row, key) => put(row, now.has(key) ? "kept" : "gone"));
  now.forEach((row, key) => {
    if (!old.has(key)) put(row, "came");
  });
  const rank = ({ rrtype, gone, came }) =>
    (gone.length + came.length === 0 ? 1000 : 0) +
    (QUIET.has(rrtype) ? 500 : 0) +
    (MARKED[rrtype] ? -100 : 0) +
    typeRank(rrtype);
  return [...sets.values()].sort((a, b) => rank(a) - rank(b) || (a.rrname < b.rrname ? -1 : 1));
}

const minutes = (seconds) => utc(seconds).slice(0, 16);

function line(row, mark, link) {
  const goal = target(row);
  const words = { "−": "gone", "+": "new", "=": "as before", "": "seen" }[mark];
  return el(
    "tr",
    { class: { "−": "gone", "+": "came" }[mark] ?? "kept" },
    el("td", { class: "mark", "aria-label": words }, mark),
    el("td", {}, el("a", { href: link(row.rrname) }, row.rrname)),
    el("td", {}, el("b", { class: `type ${family(row.rrtype)}` }, row.rrtype)),
    el(
      "td",
      { class: "value", title: row.rdata },
      goal === null
        ? row.rdata.slice(0, 300)
        : el("a", { href: link(goal) }, row.rdata.slice(0, 300)),
    ),
    el("td", { class: "when" }, time(row.time_first, minutes)),
    el("td", { class: "when" }, time(row.time_last, minutes)),
  );
}

function table(rows) {
  return el(
    "table",
    { class: "changes" },
    el(
      "thead",
      {},
      el(
        "tr",
        {},
        ["", "rrname", "type", "rdata", "first seen", "last seen"].map((text) =>
          el("th", { scope: "col" }, text),
        ),
      ),
    ),
    el("tbody", {}, rows.slice(0, DRAWN)),
    rows.length > DRAWN ? el("caption", {}, `The first ${DRAWN} of ${rows.length} lines.`) : null,
  );
}

const values = (rows) =>
  rows.length === 0 ? "none seen" : rows.map((row) => row.rdata).join(", ");
const alarm = ({ rrname, rrtype, gone, came, kept }) =>
  el(
    "p",
    { class: "alarm" },
    el(
      "b",
      {},
      `${rrtype} ${gone.length + kept.length === 0 ? "new" : came.length + kept.length === 0 ? "gone" : "changed"}`,
    ),
    ` ${MARKED[rrtype]} of `,
    el("bdi", {}, rrname),
    ": ",
    values(gone),
    " → ",
    values(came),
  );

const shown = (alarms) => [
  alarms.slice(0, 10),
  alarms.length > 10
    ? el(
        "details",
        {},
        el("summary", {}, `${alarms.length - 10} more changes of name servers and mail hosts`),
        alarms.slice(10),
      )
    : null,
];

function changes(sets, { from, to }, link) {
  const changed = sets.filter(({ gone, came }) => gone.length + came.length > 0);
  const kept = sets.flatMap((set) => set.kept);
  const alarms = changed.filter(({ rrtype }) => MARKED[rrtype]).map(alarm);
  const counts = changed.reduce(
    ([gone, came], set) => [gone + set.gone.length, came + set.came.length],
    [0, 0],
  );
  return [
    el(
      "p",
      {},
      el("b", {}, changed.length === 0 ? "Nothing changed" : `${counts[0]} gone, ${counts[1]} new`),
      ` between ${from} and ${to}; ${several(kept.length, "record")} at both.`,
    ),
    shown(alarms),
    changed.length === 0
      ? null
      : table(
          changed.flatMap(({ gone, came }) => [
            ...gone.map((row) => line(row, "−", link)),
            ...came.map((row) => line(row, "+", link)),
          ]),
        ),
    kept.length === 0
      ? null
      : el(
          "details",
          { open: changed.length === 0 },
          el("summary", {}, `${several(kept.length, "record")} at both dates`),
          table(kept.map((row) => line(row, "=", link))),
        ),
  ];
}

const warning = (date, end) =>
  end.whole ? null : el("p", { class: "chip warn" }, `of ${date} not all: ${end.why ?? "cut off"}`);

async function answer(place, { state, link }, { from, to }, signal) {
  fill(place, el("p", { class: "dim" }, "searching…"));
  try {
    const [after, before] = await Promise.all([
      at(state, to, signal),
      from ? at(state, from, signal) : null,
    ]);
    if (before !== null) {
      fill(
        place,
        warning(from, before.end),
        warning(to, after.end),
        changes(difference(before.lines, after.lines), { from, to }, link),
      );
    } else {
      fill(
        place,
        warning(to, after.end),
        el("p", {}, el("b", {}, several(after.lines.length, "record")), ` around ${to}.`),
        after.lines.length === 0 ? null : table(after.lines.map((row) => line(row, "", link))),
      );
    }
  } catch (error) {
    if (error.name !== "AbortError") fill(place, el("p", { class: "chip bad" }, error.message));
  }
}

// Without dates in the address: from the first day of the answer to the last one of the data.
function dates({ state, answer: { rows } }) {
  const last = coverage()?.time_last ?? rows.to;
  const to = state.to ?? (Number.isFinite(last) ? day(last) : "");
  const from =
    state.from ?? (state.to !== undefined || !Number.isFinite(rows.from) ? "" : day(rows.from));
  return { from: from === to ? "" : from, to };
}

export function show(place, context) {
  const abort = new AbortController();
  const result = el("div", { class: "result" });
  let chosen = null;
  const input = (name, value, hint) =>
    el("input", { name, value, size: 18, placeholder: hint, spellcheck: "false" });
  const update = () => {
    if (
      chosen !== null ||
      (context.answer.end === null &&
        context.answer.error === null &&
        context.state.to === undefined)
    )
      return;
    chosen = dates(context);
    const form = el(
      "form",
      {
        class: "dates",
        on: {
          submit: (event) => {
            event.preventDefault();
            const data = new FormData(form);
            context.go({ from: data.get("from").trim(), to: data.get("to").trim() });
          },
        },
      },
      el("label", {}, "State at ", input("to", chosen.to, "2026-11-22")),
      el("label", {}, "against ", input("from", chosen.from, "no second date")),
      button("Show", () => form.requestSubmit()),
      el("span", { class: "dim" }, "UTC: a day, or 2026-11-22T18:00, or 30d for days ago"),
    );
    fill(place, el("div", { class: "card" }, form, result));
    if (chosen.to) answer(result, context, chosen, abort.signal);
  };
  update();
  if (chosen === null) fill(place, el("p", { class: "waiting dim" }, "…"));
  return { update, close: () => abort.abort() };
}
