// The one time axis of a table: from seconds to per cent of its width, ticks, and the bars of rows.
import { el } from "./dom.js";
import { utc } from "./text.js";

const STEPS = [
  1, 5, 15, 30, 60, 300, 900, 3_600, 10_800, 43_200, 86_400, 172_800, 604_800, 1_209_600, 2_629_800,
  7_889_400, 15_778_800, 31_557_600, 63_115_200, 157_788_000,
];
const EDGE = 82; // per cent
const MOST_RUNS = 60; // pieces of one bar; more are one piece

export class Axis {
  constructor(from, to) {
    const pad = Math.max((to - from) * 0.01, 1);
    this.from = from - pad;
    this.width = to - from + 2 * pad;
  }

  percent(seconds) {
    return (100 * (seconds - this.from)) / this.width;
  }

  ticks(most = 4) {
    const step =
      STEPS.find((one) => this.width / one <= (one < 60 ? most - 1 : most)) ?? this.width;
    const form =
      step >= 2_629_800
        ? (text) => text.slice(0, 7)
        : step >= 86_400
          ? (text) => text.slice(5, 10)
          : step >= 60
            ? (text) => text.slice(11, 16)
            : (text) => text.slice(11, 19);
    const ticks = [];
    for (let at = Math.ceil(this.from / step) * step; at < this.from + this.width; at += step) {
      ticks.push({ at: this.percent(at), text: form(utc(at)) });
    }
    // The label of a tick near the right edge stands left of it: it needs room there.
    const [previous, last] = ticks.slice(-2);
    if (last !== undefined && last.at > EDGE && last.at - previous.at < 48) ticks.pop();
    return ticks;
  }

  head() {
    return el(
      "div",
      { class: "axis", "aria-hidden": "true" },
      this.ticks().map(({ at, text }) =>
        el("span", { class: at > EDGE ? "tick end" : "tick", style: { left: `${at}%` } }, text),
      ),
    );
  }

  #piece(name, from, to) {
    const left = this.percent(from),
      width = Math.max(this.percent(to) - left, 0);
    return el("i", { class: name, style: { left: `${left}%`, width: `${width}%` } });
  }

  // First to last seen, pale; on it the days on which the row was seen, where they are known.
  bar(row, family) {
    const label = `seen ${utc(row.time_first)} to ${utc(row.time_last)} UTC`;
    const runs = row.days ?? [];
    const known = runs.length > 1 && runs.length <= MOST_RUNS;
    return el(
      "div",
      { class: `bars ${family}`, role: "img", "aria-label": label, title: label },
      this.#piece(known ? "whole" : "run", row.time_first, row.time_last),
      known
        ? runs.map(([first, last]) =>
            this.#piece(
              "run",
              Math.max(Date.parse(first) / 1000, row.time_first),
              Math.min(Date.parse(last) / 1000 + 86_399, row.time_last),
            ),
          )
        : [],
    );
  }
}
