// Rows as NDJSON (the lines as the server sent them) and as CSV (the columns of schema/rows.md).
import { countOf } from "./rows.js";
import { utc } from "./text.js";

export const asNdjson = (rows) => rows.map((row) => `${row.raw}\n`).join("");

const field = (text) => (/[",\r\n]|^ | $/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
const moment = (seconds) => `${utc(seconds, "T")}Z`;
const run = ([first, last]) => (first === last ? first : `${first}/${last}`);
const COLUMNS = [
  ["rrname", (row) => row.rrname],
  ["rrtype", (row) => row.rrtype],
  ["rdata", (row) => row.rdata],
  ["time_first", (row) => moment(row.time_first)],
  ["time_last", (row) => moment(row.time_last)],
  ["count", countOf],
  ["bailiwick", (row) => row.bailiwick ?? ""],
  ["days_active", (row) => String(row.days_active ?? "")],
  ["days", (row) => (row.days ?? []).map(run).join(" ")],
  ["reason", (row) => row.reason],
  ["asked", (row) => row.asked],
  ["line", (row) => row.line],
];
const ALWAYS = 9; // columns that are there even where no row has a value

export function asCsv(rows) {
  const columns = COLUMNS.filter(
    ([, value], at) => at < ALWAYS || rows.some((row) => value(row) !== undefined),
  );
  const lines = [
    columns.map(([name]) => name),
    ...rows.map((row) => columns.map(([, value]) => field(String(value(row) ?? "")))),
  ];
  return lines.map((line) => `${line.join(",")}\r\n`).join("");
}

// An event of MISP with an object a row, of MISP's template passive-dns.
const OF_MISP = {
  rrname: "text",
  rrtype: "text",
  rdata: "text",
  count: "counter",
  time_first: "datetime",
  time_last: "datetime",
  bailiwick: "text",
  sensor_id: "text",
};

export function asMisp(rows, { state }) {
  const value = (row, name) =>
    name === "count" ? countOf(row) : name.startsWith("time_") ? moment(row[name]) : row[name];
  const objects = rows.map((row) => ({
    name: "passive-dns",
    "meta-category": "network",
    template_uuid: "b77b7b1c-66ab-4a41-8da4-83810f6d2d6c",
    template_version: "2",
    first_seen: moment(row.time_first),
    last_seen: moment(row.time_last),
    Attribute: Object.entries(OF_MISP)
      .filter(([name]) => row[name] !== undefined && row[name] !== "")
      .map(([name, type]) => ({
        object_relation: name,
        type,
        category: "Network activity",
        to_ids: false,
        value: value(row, name),
      })),
  }));
  const info = `Passive DNS of ${state.q.slice(0, 3).join(", ")}${state.q.length > 3 ? ` and ${state.q.length - 3} more` : ""}`;
  return `${JSON.stringify({ Event: { info, distribution: "0", threat_level_id: "4", analysis: "0", Object: objects } }, null, 1)}\n`;
}
