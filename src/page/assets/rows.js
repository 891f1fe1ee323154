// The rows of one answer, grouped and in the order in which they are shown.
//   api.js -> [Rows] -> table.js, days.js, export.js
import { typeRank } from "./text.js";

const ORDERS = {
  name: (row) => (row.nameKey ??= row.rrname.split(".").reverse().join(".")),
  data: (row) => row.rdata,
  count: (row) => row.count,
  first: (row) => row.time_first,
  last: (row) => row.time_last,
};

export class Rows {
  list = []; // in the order of the answer
  from = Infinity;
  to = -Infinity; // earliest first-seen, latest last-seen
  #groups = new Map();
  #closed = new Set();
  #flat = null;
  #shown = [];

  // `by`: "rrtype", or "asked" for a list. `order`: a key of ORDERS, "-" before it for descending.
  constructor(by, order = "") {
    this.by = by;
    this.order = order;
  }

  // `line`: the row as it came, for what JSON numbers cannot hold.
  add(row, line) {
    row.raw = line;
    this.list.push(row);
    if (row.time_first < this.from) this.from = row.time_first;
    if (row.time_last > this.to) this.to = row.time_last;
    const key = row[this.by] ?? "";
    let group = this.#groups.get(key);
    if (group === undefined)
      this.#groups.set(key, (group = { key, rows: [], open: true, sorted: "" }));
    group.rows.push(row);
    group.sorted = "";
    this.#flat = null;
  }

  sortBy(order) {
    this.order = order;
    this.#flat = null;
  }

  toggle(key) {
    if (!this.#closed.delete(key)) this.#closed.add(key);
    this.#flat = null;
  }

  groups() {
    const groups = [...this.#groups.values()];
    if (this.by === "rrtype")
      groups.sort((a, b) => typeRank(a.key) - typeRank(b.key) || (a.key < b.key ? -1 : 1));
    return groups;
  }

  // What a table shows, from the top: {group} heads, each followed by its rows unless it is closed.
  flat() {
    if (this.#flat !== null) return this.#flat;
    this.#flat = [];
    for (const group of this.groups()) {
      group.open = !this.#closed.has(group.key);
      this.#flat.push({ group });
      if (!group.open) continue;
      for (const row of this.#sorted(group)) this.#flat.push(row);
    }
    this.#shown = this.#flat.filter((item) => item.group === undefined);
    return this.#flat;
  }

  shown() {
    this.flat();
    return this.#shown;
  }

  #sorted(group) {
    if (this.order === "") return group.rows;
    if (group.sorted === this.order) return group.order;
    const value = ORDERS[this.order.replace("-", "")];
    if (value === undefined) return group.rows;
    const way = this.order.startsWith("-") ? -1 : 1;
    group.order = [...group.rows].sort((a, b) => {
      const [x, y] = [value(a), value(b)];
      return way * (x < y ? -1 : x > y ? 1 : 0);
    });
    group.sorted = this.order;
    return group.order;
  }
}

// A count may be larger than what JSON numbers hold in a browser: then its digits are in the line.
export const countOf = (row) =>
  Number.isSafeInteger(row.count)
    ? String(row.count)
    : (/"count":(\d+)/.exec(row.raw)?.[1] ?? String(row.count));
