// Rows as a bundle of STIX 2.1: names and addresses as observables, what a name resolves to, and an
// observed-data for each row with its times and count. Ids of observables are those that STIX
// derives from their value (UUID version 5), so that two exports of one name are one object.
import { plain, target, utc } from "./text.js";

const NAMESPACE = "00abedb4aa42466c9c01fed23315a9b7"; // STIX 2.1, section 2.9

// SHA-1 (FIPS 180-4): browsers offer theirs only to pages that came over TLS or from this machine.
export function sha1(bytes) {
  const words = new Uint32Array((((bytes.length + 8) >> 6) + 1) * 16);
  bytes.forEach((byte, at) => {
    words[at >> 2] |= byte << (24 - 8 * (at & 3));
  });
  words[bytes.length >> 2] |= 0x80 << (24 - 8 * (bytes.length & 3));
  words[words.length - 1] = bytes.length * 8;
  const turn = (word, by) => (word << by) | (word >>> (32 - by));
  const hash = Uint32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0);
  const schedule = new Uint32Array(80);
  for (let block = 0; block < words.length; block += 16) {
    let [a, b, c, d, e] = hash;
    for (let t = 0; t < 80; ++t) {
      schedule[t] =
        t < 16
          ? words[block + t]
          : turn(schedule[t - 3] ^ schedule[t - 8] ^ schedule[t - 14] ^ schedule[t - 16], 1);
      const mixed =
        t < 20
          ? ((b & c) | (~b & d)) + 0x5a827999
          : t < 40
            ? (b ^ c ^ d) + 0x6ed9eba1
            : t < 60
              ? ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc
              : (b ^ c ^ d) + 0xca62c1d6;
      [a, b, c, d, e] = [(turn(a, 5) + mixed + e + schedule[t]) | 0, a, turn(b, 30), c, d];
    }
    [a, b, c, d, e].forEach((word, at) => {
      hash[at] += word;
    });
  }
  return Uint8Array.from({ length: 20 }, (_, at) => hash[at >> 2] >>> (24 - 8 * (at & 3)));
}

const fromHex = (hex) => Uint8Array.from(hex.match(/../g), (two) => parseInt(two, 16));

export function uuid5(text) {
  const bytes = sha1(Uint8Array.of(...fromHex(NAMESPACE), ...new TextEncoder().encode(text))).slice(
    0,
    16,
  );
  bytes[6] = (bytes[6] & 0x0f) | 0x50;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return [...bytes]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("")
    .replace(/(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

const stamp = (seconds) => `${utc(seconds, "T")}.000Z`;
const MOST_OBSERVED = 999_999_999; // number_observed, section 4.14

class Bundle {
  objects = new Map();

  observable(type, value) {
    const id = `${type}--${uuid5(JSON.stringify({ value }))}`;
    if (!this.objects.has(id)) this.objects.set(id, { type, spec_version: "2.1", id, value });
    return this.objects.get(id);
  }

  add(row) {
    const owner = this.observable("domain-name", plain(row.rrname));
    const refs = [owner.id];
    const goal = target(row);
    if (goal !== null) {
      const type =
        row.rrtype === "A" ? "ipv4-addr" : row.rrtype === "AAAA" ? "ipv6-addr" : "domain-name";
      const { id } = this.observable(type, plain(goal));
      if (id !== owner.id) refs.push(id);
      if (
        ["A", "AAAA", "CNAME"].includes(row.rrtype) &&
        id !== owner.id &&
        !owner.resolves_to_refs?.includes(id)
      )
        (owner.resolves_to_refs ??= []).push(id);
    }
    const id = `observed-data--${uuid5(`${row.rrname} ${row.rrtype} ${row.rdata}`)}`;
    this.objects.set(id, {
      type: "observed-data",
      spec_version: "2.1",
      id,
      created: stamp(row.time_first),
      modified: stamp(row.time_last),
      first_observed: stamp(row.time_first),
      last_observed: stamp(row.time_last),
      number_observed: Math.min(Math.max(row.count, 1), MOST_OBSERVED),
      object_refs: refs,
      labels: ["passive-dns"],
      external_references: [
        { source_name: "pdns", description: `${row.rrname} ${row.rrtype} ${row.rdata}` },
      ],
    });
  }
}

export function asStix(rows) {
  const bundle = new Bundle();
  rows.forEach((row) => bundle.add(row));
  const objects = [...bundle.objects.values()];
  const id = `bundle--${uuid5(objects.map((one) => one.id).join(" "))}`;
  return `${JSON.stringify({ type: "bundle", id, objects }, null, 1)}\n`;
}
