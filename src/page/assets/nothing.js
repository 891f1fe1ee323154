// "Nothing found" with its proof: what was covered, what was lost, what was not looked at, and what
// stands next to the question.
import { count } from "./api.js";
import { proof, whenKnown } from "./coverage.js";
import { el, fill } from "./dom.js";
import { asked, asksList, fences, write } from "./state.js";
import { number, plain, several } from "./text.js";

const counted = ({ count: found, more }) => `${more ? "more than " : ""}${number(found)}`;

// Questions next to a name, an address or a block: [words, state of the link].
function neighbours(state, understood) {
  const near = [];
  const fenced = [...fences(state).keys()];
  if (fenced.length > 0)
    near.push([
      `without the filters (${fenced.join(", ")})`,
      { ...state, ...Object.fromEntries(fenced.map((name) => [name, ""])) },
    ]);
  if (!state.quarantined)
    near.push(["quarantined: seen, but not trusted", { ...state, quarantined: "1" }]);
  const name = understood.length === 1 && understood[0].kind === "name" ? understood[0].as : null;
  if (name !== null && name !== "." && state.mode === "auto") {
    near.push([`records that point at ${plain(name)}`, { ...state, mode: "rdata", q: [name] }]);
    near.push([`names below ${plain(name)}`, { ...state, q: [`*.${plain(name)}`] }]);
    const parent = name.split(".").slice(1).join(".");
    if (parent.split(".").length > 2)
      near.push([
        `the zone around it: *.${plain(parent)}`,
        { ...state, q: [`*.${plain(parent)}`] },
      ]);
  }
  return near;
}

function neighbour([words, state], signal) {
  const value = el("b", {}, "…");
  const parameters = asked(state);
  fences(state).forEach((one, name) => parameters.append(name, one));
  count(parameters, signal).then(
    (found) => {
      value.textContent = counted(found);
      value.classList.toggle("some", found.count > 0);
    },
    (error) => {
      value.textContent = error.name === "AbortError" ? "" : error.message;
    },
  );
  return el("li", {}, value, " ", el("a", { href: write(state) || "#" }, words));
}

const term = (name, value) => [el("dt", {}, name), el("dd", {}, ...[value].flat())];

const ground = (state, end) => [
  proof().map(([name, value]) => term(name, value)),
  term(
    "Index entries read",
    end.scanned > 0 ? number(end.scanned) : "none: the index has no entry of the question",
  ),
  term(
    "Not looked at",
    state.quarantined
      ? "trusted records: only the quarantine was asked"
      : "quarantined records; what was asked before the first or after the last time above; " +
          "resolvers that are not among the sensors",
  ),
];

export function nothing(state, end, signal) {
  const understood = end.asked ?? [];
  const what =
    understood.length > 0 ? understood.map(({ as }) => as).join(", ") : state.q.join(", ");
  const sure = end.whole;
  const basis = el("dl");
  const drawBasis = () => fill(basis, ground(state, end));
  drawBasis();
  whenKnown.then(drawBasis);
  return el(
    "div",
    { class: "nothing" },
    el("h2", {}, sure ? "Nothing found" : "Nothing found so far"),
    el(
      "p",
      { class: "asked" },
      "of ",
      el("bdi", {}, what.length > 300 ? `${what.slice(0, 300)}…` : what),
    ),
    sure
      ? null
      : el("p", { class: "chip bad" }, `This is no proof: ${end.why ?? "the search did not end"}.`),
    el("h3", {}, "What this rests on"),
    basis,
    asksList(state)
      ? null
      : [
          el("h3", {}, "Next to it"),
          el(
            "ul",
            { class: "near" },
            neighbours(state, understood).map((one) => neighbour(one, signal)),
          ),
        ],
  );
}
