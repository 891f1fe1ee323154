// Records to the clipboard, plain or defanged: one a line, as a zone file has them, with their times.
import { say } from "./dom.js";
import { defang, several, utc } from "./text.js";

export async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Where the page is not served from this machine or over TLS, browsers have no clipboard for it.
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

export function asText(rows, defanged) {
  const own = defanged ? defang : (text) => text;
  return rows
    .map(
      (row) =>
        `${own(row.rrname)} ${row.rrtype} ${own(row.rdata)}  ; ${utc(row.time_first, "T")}Z to ${utc(row.time_last, "T")}Z`,
    )
    .join("\n");
}

const give = async (text, words) =>
  say((await toClipboard(text)) ? words : "the browser refused to copy");

export const copy = (rows, defanged) =>
  give(
    asText(rows, defanged),
    `${several(rows.length, "record")} copied${defanged ? ", defanged" : ""}`,
  );

// In place of a question that is too long for an address.
export const LONG_LIST = "#list";

export const copyLink = () =>
  location.hash === LONG_LIST
    ? say("this list is too long for a link")
    : give(location.href, "link copied");
