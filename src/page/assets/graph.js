// The pivot graph: what stands around one name or address. A click on a node, or on its button in
// the list, asks for one step more from there. At most MOST nodes are drawn, and it is said.
import { stream } from "./api.js";
import { Canvas } from "./canvas.js";
import { button, el, fill } from "./dom.js";
import { fences } from "./state.js";
import { number, several } from "./text.js";

const MOST = 300;
const D3 = ["d3-dispatch", "d3-collection", "d3-quadtree", "d3-timer", "d3-force"];

// The force layout is loaded once a graph is wanted. Its parts are classic scripts, in this order.
let loaded = null;
const loadLayout = () =>
  (loaded ??= D3.reduce(
    (before, name) =>
      before.then(
        () =>
          new Promise((resolve, reject) =>
            document.head.append(
              el("script", {
                src: `/page/${name}.min.js`,
                on: { load: resolve, error: () => reject(new Error("the layout did not load")) },
              }),
            ),
          ),
      ),
    Promise.resolve(),
  ));

class Graph {
  nodes = [];
  links = [];
  left = 0; // `left`: not drawn, since there were MOST
  #of = new Map();
  #linked = new Set();

  // One answer of /api/v1/pivot: its ids are its own, so that nodes are known by their text.
  reader(from, depth) {
    const ids = new Map();
    return ({ node, edge }) => {
      if (node !== undefined) ids.set(node.id, this.#node(node, from, depth));
      if (edge === undefined) return;
      const [source, target] = [ids.get(edge.from), ids.get(edge.to)];
      const key = source && target && [source.text, target.text].sort().join(" ");
      if (!key || source === target || this.#linked.has(key)) return;
      this.#linked.add(key);
      this.links.push({ source, target, rrtype: edge.rrtype });
    };
  }

  #node(told, from, depth) {
    let node = this.#of.get(told.text);
    const fresh = node === undefined;
    if (fresh) {
      if (this.nodes.length >= MOST) {
        ++this.left;
        return null;
      }
      // A new node begins where it hangs: nothing jumps.
      node = {
        text: told.text,
        kind: told.kind,
        start: told.start && !from,
        x: (from?.x ?? 0) + 40 * Math.cos(this.nodes.length),
        y: (from?.y ?? 0) + 40 * Math.sin(this.nodes.length),
      };
      this.#of.set(told.text, node);
      this.nodes.push(node);
    }
    node.shared ||= told.shared;
    node.names = told.names || node.names;
    if (fresh || told.start) node.cuts = told.cuts ?? [];
    node.expanded ||= told.depth < depth;
    return node;
  }
}

const cutWords = (node) =>
  [
    node.names ? `${several(node.names, "name")} at it` : null,
    ...(node.cuts ?? []).map(
      ({ what, count, more }) => `${more ? "more than " : ""}${number(count)} ${what} not followed`,
    ),
  ]
    .filter(Boolean)
    .join("; ");

class View {
  #context;
  #graph = new Graph();
  #abort = new AbortController();
  #canvas;
  #depth;
  #fanout;
  #head = el("div", { class: "graph-head" });
  #about = el("div", { class: "graph-about", role: "status" });
  #list = el("ul", { class: "nodes" });

  constructor(place, context) {
    this.#context = context;
    this.#depth = Math.min(Math.max(Number(context.state.depth) || 1, 1), 3);
    this.#fanout = Number(context.state["max-fanout"]) || 100;
    this.#canvas = new Canvas(this.#graph, (node) => this.#expand(node));
    fill(
      place,
      el(
        "div",
        { class: "card graph" },
        this.#head,
        this.#canvas.element,
        this.#about,
        el("details", {}, el("summary", {}, "The nodes as a list"), this.#list),
      ),
    );
    this.#load(null);
  }

  close() {
    this.#abort.abort();
    this.#canvas.close();
  }

  #expand(node) {
    this.#tell(node);
    if (!node.expanded) this.#load(node);
  }

  // From the start, or one step from that node.
  async #load(from) {
    const depth = from ? 1 : this.#depth;
    const parameters = fences(this.#context.state, ["quarantined"]);
    parameters.set("q", from?.text ?? this.#context.state.q[0]);
    parameters.set("max-fanout", this.#fanout);
    parameters.set("depth", depth);
    if (from) from.expanded = true;
    this.#summary("searching…");
    try {
      await loadLayout();
      const end = await stream(`pivot?${parameters}`, {
        each: this.#graph.reader(from, depth),
        signal: this.#abort.signal,
      });
      this.#summary(end.whole ? "" : `not all: ${end.why ?? "cut off"}`);
      this.#draw();
      const start = this.#graph.nodes.find((node) => node.start);
      if (!from && start) this.#tell(start);
    } catch (error) {
      if (from) from.expanded = false;
      if (error.name !== "AbortError") this.#summary(error.message, true);
    }
  }

  #draw() {
    this.#canvas.changed();
    fill(
      this.#list,
      this.#graph.nodes.map((node) => {
        const label = `${node.text}, ${node.kind}${node.expanded ? "" : ", expand"}`;
        return el(
          "li",
          {},
          button(node.text, () => this.#expand(node), { "aria-label": label }),
          el("span", { class: "dim" }, ` ${node.kind} ${cutWords(node)}`),
        );
      }),
    );
  }

  #tell(node) {
    fill(
      this.#about,
      el("b", { class: node.shared ? "chip shared" : "" }, node.text),
      node.kind,
      el("span", { class: "dim" }, cutWords(node)),
      el("a", { href: this.#context.link(node.text) }, "ask for it"),
    );
  }

  #choice(words, name, values, chosen) {
    const change = ({ target }) => this.#context.go({ [name]: target.value });
    return el(
      "label",
      {},
      `${words} `,
      el(
        "select",
        { name, on: { change } },
        values.map((one) => el("option", { value: one, selected: one === chosen }, number(one))),
      ),
    );
  }

  #summary(words, bad) {
    const { nodes, links, left } = this.#graph;
    fill(
      this.#head,
      el("b", {}, `${several(nodes.length, "node")}, ${several(links.length, "link")}`),
      left > 0
        ? el("span", { class: "chip warn" }, `capped: ${number(left)} more not drawn`)
        : null,
      words ? el("span", { class: bad ? "chip bad" : "chip warn" }, words) : null,
      this.#choice("steps", "depth", [1, 2, 3], this.#depth),
      this.#choice(
        "crowds up to",
        "max-fanout",
        [...new Set([100, 1_000, 10_000, this.#fanout])],
        this.#fanout,
      ),
      el("span", { class: "dim" }, "a click goes one step on; hollow nodes wait for one"),
    );
  }
}

export function show(place, context) {
  const view = new View(place, context);
  return { close: () => view.close() };
}
