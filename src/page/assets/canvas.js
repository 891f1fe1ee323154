// A graph on a canvas: the force layout, a few steps a frame until it rests; dragging moves the
// picture, the wheel scales it, a click is given to `pick`. Colours are those of the style sheet.
import { eachFrame, el } from "./dom.js";
import { family } from "./text.js";

const LABELLED = 70; // nodes that have labels while they move
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
    const wide = this.element.clientWidth > this.element.clientHeight; // so is the picture
    this.#simulation = d3
      .forceSimulation(nodes)
      .stop()
      .alphaDecay(1 - REST ** (1 / 150))
      .force("link", d3.forceLink(links).distance(80).strength(0.5))
      .force("charge", d3.forceManyBody().strength(-320).distanceMax(600))
      .force("x", d3.forceX().strength(wide ? 0.025 : 0.12))
      .force("y", d3.forceY().strength(wide ? 0.1 : 0.03))
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
    this.#lines(brush, place, colour);
    const near = new Set(
      links.flatMap(({ source, target }) =>
        source === this.#over || target === this.#over ? [source, target] : [],
      ),
    );
    for (const node of nodes) this.#shape(brush, node, ...place(node), colour);
    brush.font = `11px ${style.fontFamily}`;
    brush.textAlign = "center";
    const rank = (node) => (node === this.#over ? 3 : node.start ? 2 : near.has(node) ? 1 : 0);
    const moving = nodes.length > LABELLED && this.#simulation.alpha() > REST;
    const labels = [...nodes]
      .sort((a, b) => rank(b) - rank(a))
      .filter((node) => !moving || rank(node) > 0);
    const taken = nodes.map((node) => {
      const [x, y] = place(node);
      return [x - RADIUS, x + RADIUS, y - RADIUS, y + RADIUS];
    });
    for (const node of labels) this.#label(brush, node, place(node), colour, taken);
  }

  #lines(brush, place, colour) {
    brush.globalAlpha = 0.55;
    for (const { source, target, rrtype } of this.#graph.links) {
      brush.strokeStyle = colour(family(rrtype));
      brush.beginPath();
      brush.moveTo(...place(source));
      brush.lineTo(...place(target));
      brush.stroke();
    }
    brush.globalAlpha = 1;
  }

  // Where there is room for it: no label covers another one, or a node.
  #label(brush, node, [x, y], colour, taken) {
    const text = node.text.length > 34 ? `${node.text.slice(0, 33)}…` : node.text;
    const half = brush.measureText(text).width / 2 + 3;
    const box = [x - half, x + half, y + 9, y + 23];
    const covers = ([left, right, top, bottom]) =>
      left < box[1] && right > box[0] && top < box[3] && bottom > box[2];
    if (!node.start && node !== this.#over && taken.some(covers)) return;
    taken.push(box);
    brush.lineWidth = 3;
    brush.strokeStyle = colour("card");
    brush.strokeText(text, x, y + 19);
    brush.fillStyle = colour(node === this.#over ? "accent" : "ink");
    brush.fillText(text, x, y + 19);
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
