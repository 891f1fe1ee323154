// Times, numbers and names as a person reads them. Times are seconds since the epoch; what is shown
// is UTC, and the local time stands in the title.
import { el } from "./dom.js";

const two = (number) => String(number).padStart(2, "0");

// "2026-11-22 18:41:16"
export function utc(seconds, separator = " ") {
  const iso = new Date(seconds * 1000).toISOString();
  return iso.slice(0, 10) + separator + iso.slice(11, 19);
}
export const day = (seconds) => new Date(seconds * 1000).toISOString().slice(0, 10);

export function local(seconds) {
  const date = new Date(seconds * 1000);
  const minutes = -date.getTimezoneOffset();
  const offset = `${minutes < 0 ? "-" : "+"}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`;
  return (
    `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ` +
    `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())} ${offset}`
  );
}

export function time(seconds, form = utc) {
  return el(
    "time",
    { datetime: utc(seconds, "T") + "Z", title: `${utc(seconds)} UTC\n${local(seconds)} local` },
    form(seconds),
  );
}

// "3 days", "12 s"
export function span(seconds) {
  for (const [unit, size] of [
    ["years", 31_557_600],
    ["days", 86_400],
    ["hours", 3_600],
    ["min", 60],
  ]) {
    if (seconds >= 2 * size) return `${Math.floor(seconds / size)} ${unit}`;
  }
  return `${Math.floor(seconds)} s`;
}

export const number = (value) => String(value).replace(/\B(?=(\d{3})+$)/g, ",");
export const several = (count, one, more = `${one}s`) =>
  `${number(count)} ${count === 1 ? one : more}`;

// "192.0.2.1" -> "192[.]0[.]2[.]1", "http" -> "hxxp": what a mail client makes no link of.
export const defang = (text) =>
  text
    .replace(/\bhttp(s?):/gi, "hxxp$1:")
    .replace(/(?<!\\)\.(?=[^\s.])/g, "[.]")
    .replace(/@/g, "[@]")
    .replace(/:(?=[0-9a-f:]*:)/gi, (colon, at, all) =>
      /^[0-9a-f:.[\]]+$/i.test(all) ? "[:]" : colon,
    );

// Without its trailing dot, as tickets have it.
export const plain = (name) =>
  name.length > 1 && /[^\\]\.$/.test(name) ? name.slice(0, -1) : name;

// RFC 3492, for display alone. null: no valid label.
function punycode(input) {
  const cut = input.lastIndexOf("-");
  const output = cut > 0 ? [...input.slice(0, cut)] : [];
  let n = 128,
    index = 0,
    bias = 72;
  for (let at = cut + 1; at < input.length;) {
    const old = index;
    for (let weight = 1, k = 36; ; k += 36) {
      if (at >= input.length) return null;
      const code = input.charCodeAt(at++);
      const digit = code >= 97 ? code - 97 : code - 22;
      if (digit < 0 || digit > 35) return null;
      index += digit * weight;
      const least = k <= bias ? 1 : k >= bias + 26 ? 26 : k - bias;
      if (digit < least) break;
      weight *= 36 - least;
    }
    const size = output.length + 1;
    let delta = old === 0 ? Math.floor(index / 700) : (index - old) >> 1;
    delta += Math.floor(delta / size);
    for (bias = 0; delta > 455; bias += 36) delta = Math.floor(delta / 35);
    bias += Math.floor((36 * delta) / (delta + 38));
    n += Math.floor(index / size);
    index %= size;
    if (n > 0x10ffff) return null;
    output.splice(index++, 0, String.fromCodePoint(n));
  }
  return output.join("");
}

// The name in its own script, or null where it has none or holds what would deceive: anything but
// letters, marks, numbers and hyphens (so no bidi control). Shown beside the name, never instead.
export function inScript(name) {
  if (!/(^|\.)xn--/.test(name)) return null;
  const labels = plain(name)
    .split(".")
    .map((label) => (label.startsWith("xn--") ? punycode(label.slice(4)) : label));
  return labels.every((label) => label !== null && /^[\p{L}\p{M}\p{N}\-_*]+$/u.test(label))
    ? labels.join(".")
    : null;
}

// Families of types share a colour.
const FAMILIES = {
  address: ["A", "AAAA", "A6"],
  alias: ["CNAME", "DNAME", "PTR"],
  zone: ["NS", "SOA"],
  mail: ["MX", "MB", "MG", "MR"],
  text: ["TXT", "SPF", "HINFO", "CAA", "RP"],
  service: ["SRV", "HTTPS", "SVCB", "NAPTR", "URI"],
  dnssec: ["DS", "DNSKEY", "RRSIG", "NSEC", "NSEC3", "NSEC3PARAM", "CDS", "CDNSKEY", "DLV"],
};
const FAMILY = new Map(
  Object.entries(FAMILIES).flatMap(([family, types]) => types.map((type) => [type, family])),
);
export const family = (rrtype) => FAMILY.get(rrtype) ?? "other";
const ORDER = Object.values(FAMILIES).flat();
export const typeRank = (rrtype) => ORDER.indexOf(rrtype) + 1 || ORDER.length + 1;

// What a record points at: where a pivot goes on. null: nothing.
export function target({ rrtype, rdata }) {
  if (rdata.startsWith("\\#")) return null;
  const words = rdata.split(" ", 4);
  if (["A", "AAAA", "NS", "CNAME", "DNAME", "PTR", "SOA"].includes(rrtype)) return words[0];
  const place = { MX: 1, SRV: 3, HTTPS: 1, SVCB: 1 }[rrtype];
  const found = place === undefined ? undefined : words[place];
  return found === undefined || found === "." ? null : found;
}
