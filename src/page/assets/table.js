// The table of rows with their bars. Only what can be seen is in the document (some 35 rows), so
// that 100,000 rows scroll like ten.
//
// Keys, while it has the focus: arrows, PageUp, PageDown, Home, End move; Enter asks for what the
// record points at, Shift+Enter for its owner; Space opens the record; c and C copy.
import { Axis } from "./axis.js";
import { button, eachFrame, el, fill } from "./dom.js";
import { countOf } from "./rows.js";
import { family, inScript, number, several, target, time, utc } from "./text.js";

const HEADS = [
  ["name", "rrname"],
  ["", "type"],
  ["data", "rdata"],
  ["count", "count"],
  ["first", "first seen"],
  ["last", "last seen"],
];
const minutes = (seconds) => utc(seconds).slice(0, 16);
const MOST_TEXT = 400; // characters of rdata in a line: the rest is in the record

export class Table {
  #grid;
  #body;
  #head;
  #axis = null;
  #laid = null;
  #tops = new Float64Array(1);
  #height = 30; // of #layOut
  #drawn = new Map(); // index -> element
  #active = -1;
  #stale = false; // what is drawn is of earlier rows: replaced in the next frame
  draw = eachFrame(() => this.#draw());

  // `on`: {open(row), ask(name), copy(row, defanged), sort(order), note(row) -> Element or null}
  constructor(rows, on) {
    this.rows = rows;
    this.on = on;
    this.#head = el("div", { class: "row head", role: "row" });
    this.#body = el("div", { class: "body", role: "presentation" });
    this.#grid = el(
      "div",
      {
        class: "grid",
        role: "grid",
        tabindex: 0,
        "aria-label": "Records",
        "aria-readonly": "true",
        "aria-colcount": 7,
        on: { scroll: this.draw, keydown: (event) => this.#key(event), focus: () => this.#focus() },
      },
      this.#head,
      this.#body,
    );
    this.element = el("div", { class: "table" }, this.#grid);
    new ResizeObserver(this.draw).observe(this.#grid);
  }

  focus() {
    this.#grid.focus();
  }

  // Rows came, or their order or groups changed.
  refresh() {
    this.#stale = true;
    this.#draw();
  }

  // Where each line begins, in pixels; the last one is where all of them end.
  #layOut() {
    const items = this.rows.flat();
    const style = getComputedStyle(this.#grid);
    this.#height = parseFloat(style.getPropertyValue("--row"));
    const head = parseFloat(style.getPropertyValue("--group"));
    if (this.#laid === items && this.#tops.height === this.#height) return items;
    this.#laid = items;
    this.#tops = new Float64Array(items.length + 1);
    this.#tops.height = this.#height;
    items.forEach((item, at) => {
      this.#tops[at + 1] = this.#tops[at] + (item.group ? head : this.#height);
    });
    this.#clear();
    return items;
  }

  // The line at that height.
  #at(pixels) {
    let low = 0,
      high = this.#tops.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#tops[middle] <= pixels) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #clear() {
    this.#drawn.forEach((element) => element.remove());
    this.#drawn.clear();
  }

  #draw() {
    const items = this.#layOut();
    if (this.#stale) {
      this.#clear();
      this.#axis = null;
      this.#stale = false;
    }
    if (this.#axis === null && this.rows.list.length > 0) {
      this.#axis = new Axis(this.rows.from, this.rows.to);
      this.#drawHead();
    }
    this.#body.style.setProperty("height", `${this.#tops[items.length]}px`);
    this.#grid.setAttribute("aria-rowcount", items.length + 1);
    const top = this.#grid.scrollTop;
    const from = Math.max(0, this.#at(top) - 4);
    const to = Math.min(items.length, this.#at(top + this.#grid.clientHeight) + 4);
    for (const [index, element] of this.#drawn) {
      if (index >= from && index < to) continue;
      element.remove();
      this.#drawn.delete(index);
    }
    for (let index = from; index < to; ++index) {
      if (this.#drawn.has(index)) continue;
      const element = items[index].group
        ? this.#groupRow(items[index].group)
        : this.#row(items[index], index);
      element.id = `r${index}`;
      element.setAttribute("aria-rowindex", index + 2);
      element.style.setProperty("top", `${this.#tops[index]}px`);
      this.#drawn.set(index, element);
      this.#body.append(element);
    }
    this.#mark();
  }

  #drawHead() {
    const { order } = this.rows;
    fill(
      this.#head,
      HEADS.map(([key, text]) => {
        if (key === "") return el("span", { role: "columnheader", class: "c-type" }, text);
        const way = order === key ? "ascending" : order === `-${key}` ? "descending" : "none";
        const next =
          way === "none"
            ? key === "name" || key === "data"
              ? key
              : `-${key}`
            : order.startsWith("-")
              ? key
              : `-${key}`;
        return el(
          "span",
          { role: "columnheader", class: `c-${key}`, "aria-sort": way },
          button(
            text + { ascending: " ↑", descending: " ↓", none: "" }[way],
            () => this.on.sort(next),
            { class: "sort" },
          ),
        );
      }),
      el(
        "span",
        { role: "columnheader", class: "c-bars", "aria-label": "time" },
        this.#axis.head(),
      ),
    );
  }

  #groupRow(group) {
    const isType = this.rows.by === "rrtype";
    const name = group.key || "(nothing asked)";
    const flip = () => {
      this.rows.toggle(group.key);
      this.refresh();
    };
    return el(
      "div",
      { class: "row group", role: "row", "aria-expanded": group.open, on: { click: flip } },
      el(
        "span",
        { role: "gridcell", "aria-colspan": 7 },
        el("span", { class: "fold", "aria-hidden": "true" }, group.open ? "▾" : "▸"),
        isType ? el("b", { class: `type ${family(group.key)}` }, name) : el("b", {}, name),
        el("span", { class: "dim" }, ` ${several(group.rows.length, "record")}`),
      ),
    );
  }

  #row(row, index) {
    const click = (event) => {
      this.#move(index);
      if (!event.target.closest("a")) this.on.open(row);
    };
    const kind = family(row.rrtype);
    const shown = inScript(row.rrname);
    const cell = (name, ...content) =>
      el("span", { role: "gridcell", class: `c-${name}` }, ...content);
    return el(
      "div",
      { class: `row${row.reason ? " distrusted" : ""}`, role: "row", on: { click } },
      cell(
        "name",
        el("a", { href: this.on.link(row.rrname), tabindex: -1, title: row.rrname }, row.rrname),
        shown === null ? null : el("bdi", { class: "dim script" }, shown),
      ),
      cell("type", el("b", { class: `type ${kind}` }, row.rrtype)),
      cell(
        "data",
        this.#data(row),
        row.reason
          ? el(
              "em",
              { class: "chip bad", title: `quarantined: ${row.reason}` },
              row.reason.replaceAll("_", " "),
            )
          : null,
        this.on.note(row),
      ),
      cell("count", number(countOf(row)), el("span", { class: "only-narrow" }, "×")),
      cell("first", time(row.time_first, minutes)),
      cell("last", time(row.time_last, minutes)),
      cell("bars", this.#axis.bar(row, kind)),
    );
  }

  // rdata, with what it points at as a link.
  #data(row) {
    const text = row.rdata.length > MOST_TEXT ? `${row.rdata.slice(0, MOST_TEXT)}…` : row.rdata;
    const goal = target(row);
    const at = goal === null ? -1 : text.lastIndexOf(goal, row.rrtype === "SOA" ? 0 : Infinity);
    if (at < 0) return el("span", { class: "data", title: text }, text);
    return el(
      "span",
      { class: "data", title: text },
      text.slice(0, at),
      el("a", { href: this.on.link(goal), tabindex: -1 }, goal),
      text.slice(at + goal.length),
    );
  }

  #mark() {
    for (const [index, element] of this.#drawn) {
      element.classList.toggle("active", index === this.#active);
      element.setAttribute("aria-selected", index === this.#active);
    }
    if (this.#drawn.has(this.#active))
      this.#grid.setAttribute("aria-activedescendant", `r${this.#active}`);
    else this.#grid.removeAttribute("aria-activedescendant");
  }

  #focus() {
    if (this.#active < 0 && this.rows.flat().length > 1) this.#move(1);
  }

  #move(to) {
    this.#active = Math.max(0, Math.min(to, this.rows.flat().length - 1));
    this.#layOut();
    const top = this.#tops[this.#active];
    const room = this.#grid.clientHeight - this.#head.offsetHeight - this.#height;
    if (top < this.#grid.scrollTop) this.#grid.scrollTop = top;
    else if (top > this.#grid.scrollTop + room) this.#grid.scrollTop = top - room;
    this.draw();
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("button, a")) return;
    const page = Math.max(1, Math.floor(this.#grid.clientHeight / this.#height) - 2);
    const by = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -Infinity,
      End: Infinity,
    }[event.key];
    const item = this.rows.flat()[this.#active];
    if (by !== undefined) this.#move(this.#active + by);
    else if (item === undefined || !this.#act(event, item)) return;
    event.preventDefault();
  }

  #act(event, item) {
    if (item.group) {
      if (!["Enter", " ", "ArrowLeft", "ArrowRight"].includes(event.key)) return false;
      this.rows.toggle(item.group.key);
      this.refresh();
    } else if (event.key === "Enter") {
      this.on.ask(event.shiftKey ? item.rrname : (target(item) ?? item.rrname));
    } else if (event.key === " ") {
      this.on.open(item);
    } else if (event.key === "c" || event.key === "C") {
      this.on.copy(item, event.key === "c");
    } else {
      return false;
    }
    return true;
  }
}
