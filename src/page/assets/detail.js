// One record in full, beside the table.
import { $, button, el, fill } from "./dom.js";
import { ofRecord } from "./days.js";
import { countOf } from "./rows.js";
import { section } from "./shared.js";
import { inScript, local, number, span, target, utc } from "./text.js";

const REASONS = {
  off_chain: "its owner is not on the chain of aliases that begins at the question",
  out_of_bailiwick: "the server that answered has no authority over its owner",
};

const both = (seconds) => [
  `${utc(seconds)} UTC`,
  el("span", { class: "dim" }, ` · ${local(seconds)} local`),
];

export function closeDetail() {
  $("detail").hidden = true;
  fill($("detail"));
}

const term = (name, ...value) => [el("dt", {}, name), el("dd", {}, ...value)];
const link = (href, text) => el("a", { href }, text);

// What the record says.
function content(row, linkTo) {
  const goal = target(row);
  const shown = inScript(row.rrname);
  return [
    term(
      "rrname",
      link(linkTo(row.rrname), row.rrname),
      shown === null ? null : el("bdi", { class: "dim script" }, shown),
    ),
    term(
      "rdata",
      el(
        "span",
        { class: "whole-data", tabindex: 0 },
        goal === row.rdata ? link(linkTo(goal), goal) : row.rdata,
      ),
    ),
    goal === null || goal === row.rdata ? [] : term("points at", link(linkTo(goal), goal)),
    ["A", "AAAA"].includes(row.rrtype) ? term("names at it", section(row.rdata, linkTo)) : [],
  ];
}

// When it was seen, by whom, and how far it is trusted.
const history = (row) => [
  term("first seen", both(row.time_first)),
  term("last seen", both(row.time_last)),
  row.time_last === row.time_first ? [] : term("seen for", span(row.time_last - row.time_first)),
  row.days_active === undefined ? [] : term("days seen", number(row.days_active)),
  term("count", row.count === 1 ? "1 response" : `${number(countOf(row))} responses`),
  term("bailiwick", row.bailiwick ?? "not known"),
  term("sensors", ...sensors(row)),
  row.reason === undefined
    ? []
    : term(
        "quarantined",
        ...row.reason
          .split(",")
          .map((one) =>
            el(
              "p",
              {},
              el("b", { class: "chip bad" }, one.replaceAll("_", " ")),
              ` ${REASONS[one] ?? ""}`,
            ),
          ),
      ),
];

export function openDetail(row, { link: linkTo, copy }) {
  fill(
    $("detail"),
    el(
      "div",
      { class: "bar" },
      el("h2", {}, row.rrtype),
      button("✕", closeDetail, { class: "quiet", "aria-label": "Close" }),
    ),
    el("dl", {}, content(row, linkTo), history(row)),
    ofRecord(row),
    el(
      "div",
      { class: "actions" },
      button("Copy defanged", () => copy([row], true)),
      button("Copy", () => copy([row], false)),
    ),
  );
  $("detail").hidden = false;
}

function sensors(row) {
  const names = (row.sensor_id ?? "").split(",").map((name) => name || "(no name)");
  if (names.length === 1) return [`${names[0]} alone, so it saw it first`];
  return [
    names.join(", "),
    el("p", { class: "dim" }, "The database holds who saw a record, not in which order."),
  ];
}
