// What is shown, as a file.
import { el } from "./dom.js";
import { asCsv, asMisp, asNdjson } from "./formats.js";
import { asStix } from "./stix.js";

const FORMATS = {
  ndjson: ["NDJSON", "application/x-ndjson", asNdjson],
  csv: ["CSV", "text/csv", asCsv],
  "misp.json": ["MISP objects", "application/json", asMisp],
  "stix.json": ["STIX 2.1", "application/stix+json;version=2.1", asStix],
};

function save(name, type, text) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  el("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

// A name for the file that says what was asked, in letters that every system takes.
const fileName = (state, ending) =>
  `pdns-${state.q[0].replace(/[^A-Za-z0-9.-]+/g, "_").slice(0, 60)}.${ending}`;

export function exportMenu(answer) {
  const choose = ({ target }) => {
    const ending = target.value;
    const [, type, make] = FORMATS[ending];
    save(fileName(answer.state, ending), type, make(answer.rows.shown(), answer));
    target.value = "";
  };
  return el(
    "select",
    { class: "export", "aria-label": "Export the shown records", on: { change: choose } },
    el("option", { value: "" }, "Export"),
    Object.entries(FORMATS).map(([ending, [title]]) => el("option", { value: ending }, title)),
  );
}
