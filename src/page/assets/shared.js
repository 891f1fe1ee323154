// How many names an address has: the number first, the names only on demand, so that the page never
// draws all customers of a host by accident. Counting stops at 10,000 on the server.
import { count, lines } from "./api.js";
import { button, el, fill } from "./dom.js";
import { number, several } from "./text.js";

export const MANY = 100; // names from which an address is called shared hosting
const AT_ONCE = 4,
  WAITING = 80; // requests for counts: running; queued, the oldest are dropped
const FIRST = 200; // names shown on demand

const known = new Map(); // address -> Promise of {count, more}, or the value
let queue = [],
  running = 0;

const parameters = (address) =>
  new URLSearchParams([
    ["q", address],
    ["type", "A,AAAA"],
  ]);

function next() {
  while (running < AT_ONCE && queue.length > 0) {
    const { address, resolve } = queue.pop();
    ++running;
    count(parameters(address))
      .then(resolve, () => {
        known.delete(address);
        resolve(null);
      })
      .finally(() => {
        --running;
        next();
      });
  }
}

// null: it could not be counted, or it is no longer in sight.
export function namesAt(address) {
  if (known.size > 20_000) known.clear();
  if (!known.has(address)) {
    known.set(address, new Promise((resolve) => queue.push({ address, resolve })));
    for (const { address: old, resolve } of queue.splice(0, Math.max(0, queue.length - WAITING))) {
      known.delete(old);
      resolve(null);
    }
    next();
  }
  return known.get(address);
}

export const words = ({ count: found, more }) =>
  `${more ? "more than " : ""}${several(found, "name")}`;

// The chip behind an address in the table: filled once its number is there.
export function chip(row, open) {
  if (row.rrtype !== "A" && row.rrtype !== "AAAA") return null;
  const element = button(
    "",
    (event) => {
      event.stopPropagation();
      open(row);
    },
    { class: "chip names", tabindex: -1, hidden: true },
  );
  namesAt(row.rdata).then((found) => {
    if (found === null || found.count < 2) return;
    const many = found.count > MANY;
    element.textContent = many ? `shared: ${words(found)}` : words(found);
    element.classList.toggle("shared", many);
    element.title = `${words(found)} had the address ${row.rdata}`;
    element.hidden = false;
  });
  return element;
}

// In the record: the number, and the names behind a button.
export function section(address, link) {
  const place = el("div", { class: "cohosted" }, "…");
  const show = async () => {
    const options = parameters(address);
    options.set("show", "names");
    options.set("limit", FIRST);
    try {
      const { lines: found, end } = await lines(`query?${options}`);
      place.append(
        el(
          "ul",
          {},
          found.map(({ rrname }) => el("li", {}, el("a", { href: link(rrname) }, rrname))),
        ),
        end.whole
          ? ""
          : el(
              "p",
              {},
              `The first ${number(found.length)}. `,
              el("a", { href: link(address) }, "All of them as records"),
            ),
      );
    } catch (error) {
      place.append(el("p", { class: "chip bad" }, error.message));
    }
  };
  namesAt(address).then((found) => {
    if (found === null) return fill(place, "not counted");
    fill(
      place,
      el("b", { class: found.count > MANY ? "chip shared" : "" }, words(found)),
      " ",
      found.count === 0
        ? null
        : button("Show", (event) => {
            event.target.remove();
            show();
          }),
    );
  });
  return place;
}
