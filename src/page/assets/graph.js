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

export function show(place, context) {
  const { state, ask, link } = context;
  const abort = new AbortController();
  const graph = new Graph();
  const head = el("div", { class: "graph-head" }),
    about = el("div", { class: "graph-about", role: "status" });
  const list = el("ul", { class: "nodes" });
  const expand = (node) => {
    tell(node);
    if (!node.expanded) load(node);
  };
  const canvas = new Canvas(graph, expand);
  const depth = Math.min(Math.max(Number(state.depth) || 1, 1), 3);
  const fanout = Number(state["max-fanout"]) || 100;

  const tell = (node) =>
    fill(
      about,
      el("b", { class: node.shared ? "chip shared" : "" }, node.text),
      ` ${node.kind} `,
      el("span", { class: "dim" }, cutWords(node)),
      " ",
      el(
        "a",
        {
          href: link(node.text),
          on: {
            click: (event) => {
              event.preventDefault();
              ask(node.text);
            },
          },
        },
        "ask for it",
      ),
    );

  const choice = (words, name, values, chosen) =>
    el(
      "label",
      {},
      `${words} `,
      el(
        "select",
        { name, on: { change: ({ target }) => context.go({ [name]: target.value }) } },
        values.map((one) => el("option", { value: one, selected: one === chosen }, number(one))),
      ),
    );

  const summary = (words, bad) =>
    fill(
      head,
      el("b", {}, `${several(graph.nodes.length, "node")}, ${several(graph.links.length, "link")}`),
      graph.left > 0
        ? el("span", { class: "chip warn" }, `capped: ${number(graph.left)} more not drawn`)
        : null,
      words ? el("span", { class: bad ? "chip bad" : "chip warn" }, words) : null,
      choice("steps", "depth", [1, 2, 3], depth),
      choice("crowds up to", "max-fanout", [...new Set([100, 1_000, 10_000, fanout])], fanout),
      el("span", { class: "dim" }, "a click goes one step on; hollow nodes wait for one"),
    );

  const drawn = () => {
    canvas.changed();
    fill(
      list,
      graph.nodes.map((node) =>
        el(
          "li",
          {},
          button(node.text, () => expand(node), {
            "aria-label": `${node.text}, ${node.kind}${node.expanded ? "" : ", expand"}`,
          }),
          el("span", { class: "dim" }, ` ${node.kind} ${cutWords(node)}`),
        ),
      ),
    );
  };

  async function load(from) {
    const parameters = fences(state, ["quarantined"]);
    parameters.set("q", from?.text ?? state.q[0]);
    parameters.set("max-fanout", fanout);
    parameters.set("depth", from ? 1 : depth);
    if (from) from.expanded = true;
    summary("searching…");
    try {
      await loadLayout();
      const end = await stream(`pivot?${parameters}`, {
        each: graph.reader(from, from ? 1 : depth),
        signal: abort.signal,
      });
      summary(end.whole ? "" : `not all: ${end.why ?? "cut off"}`);
      drawn();
      if (!from && graph.nodes.length > 0)
        tell(graph.nodes.find((node) => node.start) ?? graph.nodes[0]);
    } catch (error) {
      if (from) from.expanded = false;
      if (error.name !== "AbortError") summary(error.message, true);
    }
  }

  fill(
    place,
    el(
      "div",
      { class: "card graph" },
      head,
      canvas.element,
      about,
      el("details", {}, el("summary", {}, "The nodes as a list"), list),
    ),
  );
  load(null);
  return {
    close: () => {
      abort.abort();
      canvas.close();
    },
  };
}
