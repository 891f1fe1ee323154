// Keys of the whole page, and the help that names them. The table has its own (table.js).
import { $, button, el, fill } from "./dom.js";

const HELP = [
  ["/", "to the box"],
  ["Enter", "ask; in the table: ask for what the record points at"],
  ["Shift+Enter", "in the box: a further line; in the table: ask for the owner"],
  ["↑ ↓ PageUp PageDown Home End", "move in the table"],
  ["Space", "open the record"],
  ["c, C", "copy the record defanged, plain"],
  ["1 … 5", "views"],
  ["j", "into the table"],
  ["Alt+←, Alt+→", "back and forward through questions"],
  ["t", "dark or light"],
  ["Esc", "close what is open"],
  ["?", "this help"],
];
const READS = [
  ["*.example.com", "the name and all below it; +. one label below"],
  ["www.example.*", "names that begin so"],
  ["192.0.2.0/24, 192.0.2.1-192.0.2.9", "what pointed into a block"],
  ["hxxp://evil[.]example/x", "the host of a defanged URL"],
  ["several lines, MISP or STIX", "a list: each line is asked"],
  ["Pointing at", "records whose data is that name or address"],
];

export function showHelp() {
  const dialog = $("keys");
  if (dialog.open) return dialog.close();
  const list = (pairs, tag) =>
    el(
      "dl",
      {},
      pairs.map(([key, text]) => [el("dt", {}, el(tag, {}, key)), el("dd", {}, text)]),
    );
  fill(
    dialog,
    el("h2", {}, "Keys"),
    list(HELP, "kbd"),
    el("h2", {}, "What the box reads"),
    list(READS, "code"),
    el(
      "p",
      { class: "dim" },
      "Times are UTC; the title of a time has the local one. A pale bar is first to last seen, the strong parts of it are the days with an answer.",
    ),
    button("Close", () => dialog.close(), { class: "close" }),
  );
  dialog.showModal();
  dialog.scrollTop = 0;
}

export function watchKeys({ tab, focusView, close }) {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") {
      close();
      document.activeElement?.blur?.();
      return;
    }
    if (event.target.closest("input, textarea, select") || $("keys").open) return;
    const act =
      {
        "/": () => {
          $("box").focus();
          $("box").select();
        },
        "?": showHelp,
        t: () => window.pdnsTheme.flip(),
        j: focusView,
      }[event.key] ?? (/^[1-9]$/.test(event.key) ? () => tab(Number(event.key) - 1) : null);
    if (act === null) return;
    event.preventDefault();
    act();
  });
}
