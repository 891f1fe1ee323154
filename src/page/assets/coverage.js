// What the database covers: in the page's head at all times, and as the proof behind "nothing found".
import { json } from "./api.js";
import { $, el, fill } from "./dom.js";
import { day, number, several, span, time } from "./text.js";

let known = null;
let tell;
// When it was told for the first time.
export const whenKnown = new Promise((resolve) => (tell = resolve));

export const coverage = () => known;

const FRESH = 10_000; // ms
let asked = -Infinity;

// Beside a new question.
export const refreshIfOld = () =>
  performance.now() - asked > FRESH || $("coverage").classList.contains("stale") ? refresh() : null;

// Asks anew; what was known stays in sight, marked, if the server does not answer.
export async function refresh() {
  asked = performance.now();
  try {
    known = await json("coverage", {});
  } catch (error) {
    $("coverage").classList.add("stale");
    fill(
      $("coverage"),
      el("b", { class: "chip bad" }, error.message),
      known === null ? null : [" ", ...line(known)],
    );
    return;
  }
  tell();
  $("coverage").classList.remove("stale");
  fill($("coverage"), ...line(known));
  fill(
    $("sensors"),
    (known.sensors ?? []).filter(Boolean).map((name) => el("option", { value: name })),
  );
}

export const sensorName = (name) => (name === "" ? "(no name)" : name);

const fact = (label, ...value) => el("span", { class: "fact" }, `${label} `, el("b", {}, ...value));
const marked = (element, mark) => {
  element.classList.add("chip", mark);
  return element;
};

function sensorFact(sensors) {
  const names = sensors.map(sensorName);
  const words = names.length > 4 ? several(names.length, "sensor") : names.join(", ") || "none";
  const told = fact(names.length === 1 ? "sensor" : "sensors", words);
  told.title = names.join("\n");
  return told;
}

const QUIET = 3600; // seconds without data that are worth a word

function line({
  frames = {},
  sensors = [],
  tuples = 0,
  quarantined = 0,
  now,
  time_first: first,
  time_last: last,
}) {
  const lost = fact("frames lost", frames.lost === undefined ? "not known" : number(frames.lost));
  return [
    first === undefined
      ? fact("no data yet")
      : fact("data (UTC)", time(first, day), " – ", time(last)),
    last !== undefined && now > last + QUIET
      ? marked(fact("nothing for", span(now - last)), "warn")
      : null,
    fact("records", number(tuples)),
    sensorFact(sensors),
    frames.lost > 0 ? marked(lost, "bad") : lost,
    fact("quarantined", number(quarantined)),
  ].filter(Boolean);
}

// Terms and values of the proof.
export function proof() {
  if (known === null) return [["Coverage", "not known: the server did not tell"]];
  const { frames = {}, sensors = [] } = known;
  return [
    [
      "Data",
      known.time_first === undefined
        ? "none"
        : [
            time(known.time_first),
            " to ",
            time(known.time_last),
            " UTC (",
            span(known.time_last - known.time_first),
            ")",
          ],
    ],
    ["Sensors", sensors.map(sensorName).join(", ") || "none"],
    ["Records", `${number(known.tuples ?? 0)} of ${several(known.rrnames ?? 0, "name")}`],
    [
      "Frames",
      [
        `${number(frames.seen ?? 0)} seen, ${number(frames.used ?? 0)} used, ${number(frames.skipped ?? 0)} skipped, `,
        `${number(frames.malformed ?? 0)} malformed, ${number(frames.refused ?? 0)} refused`,
      ],
    ],
    ["Frames lost", frames.lost === undefined ? "not known to this database" : number(frames.lost)],
    ["Removed by retention", several(known.expired ?? 0, "record")],
    [
      "New records kept",
      known.journal_from === undefined ? "none" : ["since ", time(known.journal_from), " UTC"],
    ],
  ];
}
