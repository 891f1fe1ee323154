// A graph on a canvas: the force layout, a few steps a frame until it rests; dragging moves the
// picture, the wheel scales it, a click is given to `pick`. Colours are those of the style sheet.
import { eachFrame, el } from "./dom.js";
import { family } from "./text.js";

const LABELLED = 70; // nodes that all have a label; of more, only those around the pointer
const FRAME_MS = 18; // of layout in a frame
const REST = 0.02; // alpha at which it is over, after some 150 steps
const RADIUS = 6,
  REACH = 14;

export class Canvas {
  #graph;
  #simulation = null;
  #running = 0;
  #over = null;
  #down = null;
  #watch;
  #view = { x: 0, y: 0, scale: 1, fitted: true };
  #draw = eachFrame(() => this.#paint());

  constructor(graph, pick) {
    this.#graph = graph;
    this.element = el("canvas", {
      role: "img",
      "aria-label": "Graph of names and addresses; the list below has the same nodes",
    });
    const on = (name, handler) => this.element.addEventListener(name, handler);
    on("pointerdown", (event) => {
      this.#down = { x: event.offsetX, y: event.offsetY, moved: false };
      this.element.setPointerCapture(event.pointerId);
    });
    on("pointermove", (event) => this.#move(event));
    on("pointerup", (event) => {
      const node = this.#down?.moved ? null : this.#at(event);
      this.#down = null;
      if (node) pick(node);
    });
    on("wheel", (event) => {
      event.preventDefault();
      this.#zoom(event);
    });
    this.#watch = new ResizeObserver(this.#draw);
    this.#watch.observe(this.element);
    addEventListener("themechange", this.#draw);
  }

  close() {
    cancelAnimationFrame(this.#running);
    this.#watch.disconnect();
    removeEventListener("themechange", this.#draw);
  }

  // Nodes or links came: the layout goes on from where it is.
  changed() {
    const { d3 } = window,
      { nodes, links } = this.#graph;
    this.#simulation = d3
      .forceSimulation(nodes)
      .stop()
      .alphaDecay(1 - REST ** (1 / 150))
      .force("link", d3.forceLink(links).distance(70).strength(0.5))
      .force("charge", d3.forceManyBody().strength(-190).distanceMax(500))
      .force("x", d3.forceX().strength(0.05))
      .force("y", d3.forceY().strength(0.09))
      .force("collide", d3.forceCollide(16));
    cancelAnimationFrame(this.#running);
    this.element.dataset.resting = "no";
    this.#step();
  }

  #step() {
    const until = performance.now() + FRAME_MS;
    while (this.#simulation.alpha() > REST && performance.now() < until) this.#simulation.tick();
    this.#paint();
    if (this.#simulation.alpha() > REST) this.#running = requestAnimationFrame(() => this.#step());
    else this.element.dataset.resting = "yes";
  }

  #fit(width, height) {
    const { nodes } = this.#graph;
    const [xs, ys] = [nodes.map(({ x }) => x), nodes.map(({ y }) => y)];
    const [left, right, top, bottom] = [
      Math.min(...xs),
      Math.max(...xs),
      Math.min(...ys),
      Math.max(...ys),
    ];
    const scale = Math.min(
      1.6,
      (width - 150) / (right - left + 1),
      (height - 60) / (bottom - top + 1),
    );
    Object.assign(this.#view, {
      scale,
      x: width / 2 - (scale * (left + right)) / 2,
      y: height / 2 - 6 - (scale * (top + bottom)) / 2,
    });
  }

  #move(event) {
    if (this.#down) {
      const [dx, dy] = [event.offsetX - this.#down.x, event.offsetY - this.#down.y];
      if (!this.#down.moved && Math.hypot(dx, dy) < 4) return;
      Object.assign(this.#view, { x: this.#view.x + dx, y: this.#view.y + dy, fitted: false });
      Object.assign(this.#down, { x: event.offsetX, y: event.offsetY, moved: true });
    } else {
      this.#over = this.#at(event);
      this.element.style.setProperty("cursor", this.#over ? "pointer" : "grab");
    }
    this.#draw();
  }

  #zoom({ deltaY, offsetX, offsetY }) {
    const view = this.#view,
      by = Math.exp(-deltaY / 400);
    Object.assign(view, {
      scale: view.scale * by,
      x: offsetX - (offsetX - view.x) * by,
      y: offsetY - (offsetY - view.y) * by,
      fitted: false,
    });
    this.#draw();
  }

  #at({ offsetX, offsetY }) {
    const { x, y, scale } = this.#view;
    return (
      this.#graph.nodes.find(
        (node) => Math.hypot(node.x * scale + x - offsetX, node.y * scale + y - offsetY) < REACH,
      ) ?? null
    );
  }

  #paint() {
    const { nodes, links } = this.#graph;
    const { clientWidth: width, clientHeight: height } = this.element,
      ratio = devicePixelRatio;
    if (nodes.length === 0 || width === 0) return;
    Object.assign(this.element, { width: width * ratio, height: height * ratio });
    if (this.#view.fitted) this.#fit(width, height);
    const style = getComputedStyle(this.element),
      colour = (name) => style.getPropertyValue(`--${name}`);
    const brush = this.element.getContext("2d");
    brush.scale(ratio, ratio);
    const place = ({ x, y }) => [
      x * this.#view.scale + this.#view.x,
      y * this.#view.scale + this.#view.y,
    ];
    brush.globalAlpha = 0.55;
    for (const { source, target, rrtype } of links) {
      brush.strokeStyle = colour(family(rrtype));
      brush.beginPath();
      brush.moveTo(...place(source));
      brush.lineTo(...place(target));
      brush.stroke();
    }
    brush.globalAlpha = 1;
    const near = new Set(
      links.flatMap(({ source, target }) =>
        source === this.#over || target === this.#over ? [source, target] : [],
      ),
    );
    brush.font = `11px ${style.fontFamily}`;
    brush.textAlign = "center";
    for (const node of nodes) {
      const [x, y] = place(node);
      this.#shape(brush, node, x, y, colour);
      if (nodes.length > LABELLED && !node.start && node !== this.#over && !near.has(node))
        continue;
      const text = node.text.length > 34 ? `${node.text.slice(0, 33)}…` : node.text;
      brush.lineWidth = 3;
      brush.strokeStyle = colour("card");
      brush.strokeText(text, x, y + 19);
      brush.fillStyle = colour(node === this.#over ? "accent" : "ink");
      brush.fillText(text, x, y + 19);
    }
  }

  // Names are round, addresses square, name servers stand on a corner; what is not followed is hollow.
  #shape(brush, node, x, y, colour) {
    const size = node.start ? RADIUS + 3 : RADIUS;
    const own = colour(
      node.shared ? "shared" : ({ address: "address", nameserver: "zone" }[node.kind] ?? "alias"),
    );
    brush.beginPath();
    if (node.kind === "address") brush.rect(x - size, y - size, 2 * size, 2 * size);
    else if (node.kind === "nameserver")
      [
        [0, -1.3],
        [1.3, 0],
        [0, 1.3],
        [-1.3, 0],
      ].forEach(([dx, dy]) => brush.lineTo(x + dx * size, y + dy * size));
    else brush.arc(x, y, size, 0, 7);
    brush.closePath();
    brush.fillStyle = node.expanded && !node.cuts?.length ? own : colour("card");
    brush.fill();
    brush.lineWidth = 2;
    brush.strokeStyle = own;
    brush.setLineDash(node.cuts?.length ? [3, 2] : []);
    brush.stroke();
    brush.setLineDash([]);
  }
}
