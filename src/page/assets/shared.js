// How many names an address has: the number first, the names only on demand, so that the page never
// draws all customers of a host by accident. Counting stops at 10,000 on the server.
import { count, lines } from "./api.js";
import { button, el, fill } from "./dom.js";
import { number, several } from "./text.js";

export const MANY = 100; // names from which an address is called shared hosting
const AT_ONCE = 4; // counts that run
const UNASKED = 60; // counts of one question that nobody clicked for: a key may have a limit
const FIRST = 200; // names shown on demand

const known = new Map(); // address -> Promise of {count, more}
let queue = [],
  running = 0,
  left = UNASKED;

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
        left = 0; // the server has enough of them
        known.delete(address);
        resolve(null);
      })
      .finally(() => {
        --running;
        next();
      });
  }
}

export function newQuestion() {
  left = UNASKED;
  if (known.size > 20_000) known.clear();
}

// null: it could not be counted, or is not until somebody asks for it.
function namesAt(address, wanted) {
  if (!known.has(address)) {
    if (!wanted && --left < 0) return Promise.resolve(null);
    known.set(address, new Promise((resolve) => queue.push({ address, resolve })));
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
  namesAt(row.rdata, false).then((found) => {
    if (found !== null && found.count < 2) return;
    element.hidden = false;
    element.textContent = "names?";
    if (found === null) return;
    const many = found.count > MANY;
    element.textContent = many ? `shared: ${words(found)}` : words(found);
    element.classList.toggle("shared", many);
    element.title = `${words(found)} had the address ${row.rdata}`;
  });
  return element;
}

async function showNames(place, address, link) {
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
}

// In the record: the number, and the names behind a button.
export function section(address, link) {
  const place = el("div", { class: "cohosted" }, "…");
  namesAt(address, true).then((found) => {
    if (found === null) return fill(place, "not counted");
    fill(
      place,
      el("b", { class: found.count > MANY ? "chip shared" : "" }, words(found)),
      " ",
      found.count === 0
        ? null
        : button("Show", (event) => {
            event.target.remove();
            showNames(place, address, link);
          }),
    );
  });
  return place;
}
