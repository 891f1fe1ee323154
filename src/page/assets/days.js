// The days on which the records of an answer were seen, as a calendar: a column a week, a block a
// year. A day is the darker, the more of the records were seen on it.
import { button, el, fill } from "./dom.js";
import { day as dayText, family, number, several } from "./text.js";

const DAY = 86_400_000;
const MOST_YEARS = 12;
const STEPS = 5;

const numberOf = (text) => Date.parse(text) / DAY;
const textOf = (at) => dayText(at * 86_400);

// Day number -> how many of the rows were seen on it. Where days are not known, nothing is made up.
export function activity(rows) {
  const changes = new Map();
  const add = (at, by) => changes.set(at, (changes.get(at) ?? 0) + by);
  for (const row of rows) {
    for (const [first, last] of row.days ?? []) {
      add(numberOf(first), 1);
      add(numberOf(last) + 1, -1);
    }
  }
  const days = new Map();
  const points = [...changes.keys()].sort((a, b) => a - b);
  let running = 0;
  points.forEach((from, index) => {
    running += changes.get(from);
    if (running === 0) return;
    for (let at = from; at < points[index + 1]; ++at) days.set(at, running);
  });
  return days;
}

function cell(day, found, most, place, pick) {
  if (found === 0) return el("i", { class: "cell", title: `${day}: not seen`, style: place });
  const level = Math.max(1, Math.ceil((STEPS * Math.log1p(found)) / Math.log1p(most)));
  const title = `${day}: ${several(found, "record")}`;
  return button("", () => pick(day), {
    class: `cell l${level}`,
    title,
    "aria-label": title,
    style: place,
  });
}

function yearBlock(year, days, most, pick) {
  const first = Date.UTC(year, 0, 1) / DAY;
  const lead = (new Date(first * DAY).getUTCDay() + 6) % 7; // days of the first week before it
  const length = Date.UTC(year + 1, 0, 1) / DAY - first;
  const cells = Array.from({ length }, (_, index) => {
    const place = {
      "grid-column": Math.floor((index + lead) / 7) + 2,
      "grid-row": ((index + lead) % 7) + 2,
    };
    return cell(textOf(first + index), days.get(first + index) ?? 0, most, place, pick);
  });
  const months = Array.from({ length: 12 }, (_, month) => {
    const at = Date.UTC(year, month, 1) / DAY - first;
    return el(
      "span",
      {
        class: "month",
        style: { "grid-column": `${Math.floor((at + lead) / 7) + 2} / span 4`, "grid-row": 1 },
      },
      new Date(Date.UTC(year, month, 1)).toLocaleString("en", { month: "short", timeZone: "UTC" }),
    );
  });
  const weekdays = ["Mon", "", "Wed", "", "Fri", "", "Sun"].map((text, at) =>
    el("span", { class: "month weekday", style: { "grid-column": 1, "grid-row": at + 2 } }, text),
  );
  return el(
    "section",
    { class: "year", "aria-label": `${year}` },
    el("h3", {}, String(year)),
    el("div", { class: "calendar" }, months, weekdays, cells),
  );
}

function drawn(rows, pick) {
  const days = activity(rows);
  if (days.size === 0) return [el("p", { class: "dim" }, "Of these records no days are known.")];
  let most = 0,
    from = Infinity,
    to = -Infinity,
    busiest = 0;
  for (const [at, found] of days) {
    if (found > most) [most, busiest] = [found, at];
    from = Math.min(from, at);
    to = Math.max(to, at);
  }
  const [earliest, latest] = [from, to].map((day) => new Date(day * DAY).getUTCFullYear());
  const years = Array.from({ length: latest - earliest + 1 }, (_, back) => latest - back);
  return [
    el(
      "p",
      {},
      el("b", {}, several(days.size, "day")),
      ` with an answer, from ${textOf(from)} to ${textOf(to)}; `,
      `most records on ${textOf(busiest)}: ${number(most)}.`,
    ),
    years.slice(0, MOST_YEARS).map((year) => yearBlock(year, days, most, pick)),
    years.length > MOST_YEARS
      ? el("p", { class: "dim" }, `${years.length - MOST_YEARS} earlier years are not drawn.`)
      : null,
    el(
      "p",
      { class: "legend dim" },
      "few ",
      Array.from({ length: STEPS }, (_, at) => el("i", { class: `cell l${at + 1}` })),
      " many",
    ),
    el("p", { class: "dim" }, "A click asks for the records of that day."),
  ];
}

// Of one record, in its details.
export const ofRecord = (row) =>
  row.days === undefined
    ? null
    : el("div", { class: `days ${family(row.rrtype)}` }, drawn([row], () => {}).slice(1, 3));

export function show(place, { answer, go }) {
  const card = el("div", { class: "card days" });
  let drawnOf = -1;
  const update = () => {
    const rows = answer.rows.shown();
    if (rows.length === drawnOf) return;
    drawnOf = rows.length;
    fill(
      card,
      drawn(rows, (date) => go({ "active-on": date, view: "rows" })),
    );
  };
  fill(place, card);
  update();
  return { update };
}
