"""Days, sensors, totals and journal, held to a computation of their own: generated captures over many days and
sensors, taken in any order, split anywhere, twice, killed at any moment."""
import json
import os
import random
import signal
import struct
import time
import unittest
from datetime import date, timedelta
from pathlib import Path

from pdns_dnstap import blob, number
from pdns_testing import Ingester, ingest, query, report, scratch, stats, stream

KILLS = int(os.environ.get("PDNS_KILLS", "24"))
FIRST_DAY = date(2026, 1, 10)
DAYS = 40
SENSORS = [b"", b"ns1.example", b"ns2.example", b"a,b\\c\x00", b"resolver-4"]
A, TXT, HTTPS, MX = 1, 16, 65, 15


def name(text: str) -> bytes:
    return b"".join(bytes([len(part)]) + part.encode() for part in text.rstrip(".").split(".") if part) + b"\0"


class Observed:
    """What the test says is in the database."""

    def __init__(self) -> None:
        self.count = 0
        self.first = 1 << 62
        self.last = 0
        self.days: set[date] = set()
        self.sensors: set[bytes] = set()

    def add(self, when: int, sensor: bytes) -> None:
        self.count += 1
        self.first, self.last = min(self.first, when), max(self.last, when)
        self.days.add(date(1970, 1, 1) + timedelta(days=when // 86400))
        self.sensors.add(sensor)

    def runs(self) -> list[list[str]]:
        runs: list[list[date]] = []
        for day in sorted(self.days):
            if runs and day - runs[-1][1] == timedelta(days=1):
                runs[-1][1] = day
            else:
                runs.append([day, day])
        return [[first.isoformat(), last.isoformat()] for first, last in runs]


class World:
    """Frames, and what must come of them."""

    def __init__(self, chance: random.Random, frames: int, names: int, text: int) -> None:
        self.chance = chance
        self.names = names
        self.text = text  # bytes of the longest TXT
        self.observed: dict[tuple[str, int, bytes], Observed] = {}
        self.frames = [self.frame() for _ in range(frames)]

    def rdata(self, which: int) -> tuple[int, bytes]:
        kind = self.chance.choice([A, A, A, TXT, HTTPS, MX])
        if kind == A:
            return kind, bytes([192, 0, self.chance.randrange(4), which % 250])
        if kind == MX:
            return kind, struct.pack(">H", 10) + name(f"mail{which % 7}.example.net")
        if kind == HTTPS:
            hints = bytes([198, 51, 100, which % 200]) + bytes([198, 51, 100, which % 90])
            pad = b"p" * (which * 37 % 400)
            return kind, (struct.pack(">H", 1) + b"\0" + struct.pack(">HH", 4, len(hints)) + hints +
                          struct.pack(">HH", 65400, len(pad)) + pad)
        letters, text = b"%05d" % which + b"t" * (which * 7919 % self.text), b""
        while letters:
            text, letters = text + bytes([min(255, len(letters))]) + letters[:255], letters[255:]
        return kind, text

    def frame(self) -> bytes:
        # Zipf-like: some names every day, most on few.
        which = int(self.names ** self.chance.random()) - 1
        owner = f"host{which}.zone{which % 5}.example"
        rrtype, rdata = self.rdata(which)
        when = int((FIRST_DAY - date(1970, 1, 1)).days) * 86400 + self.chance.randrange(DAYS * 86400)
        sensor = SENSORS[int(len(SENSORS) * self.chance.random() ** 2)]
        key = (owner + ".", rrtype, rdata)
        self.observed.setdefault(key, Observed()).add(when, sensor)
        message = struct.pack(">6H", 1, 0x8400, 1, 1, 0, 0) + name(owner) + struct.pack(">HH", rrtype, 1)
        message += b"\xc0\x0c" + struct.pack(">HHIH", rrtype, 1, 300, len(rdata)) + rdata
        fields = number(1, 4) + blob(11, name("example")) + number(12, when) + blob(14, message)
        return (blob(1, sensor) if sensor else b"") + blob(14, fields) + number(15, 1)

    def files(self, into: Path) -> list[Path]:
        """All frames, in any order, split anywhere."""
        into.mkdir()
        frames = self.frames[:]
        self.chance.shuffle(frames)
        cuts = sorted(self.chance.sample(range(1, len(frames)), self.chance.randint(1, 6)))
        files = []
        for start, end in zip([0, *cuts], [*cuts, len(frames)]):
            path = into / f"{self.chance.getrandbits(32):08x}"
            path.write_bytes(stream(frames[start:end], stop=self.chance.random() < 0.7))
            files.append(path)
        return files


def shown(sensors: set[bytes]) -> str | None:
    """sensor_id: names joined by commas; what is not plain is escaped."""
    if sensors == {b""}:
        return None
    text = []
    for sensor in sensors:
        text.append("".join(chr(c) if 0x20 <= c < 0x7F and c not in b",\\" else f"\\x{c:02x}" for c in sensor))
    return ",".join(sorted(text))


class History(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = scratch()
        self.addCleanup(self.folder.cleanup)
        self.root = Path(self.folder.name)

    def check(self, database: Path, world: World) -> None:
        answer = query(database, "*", "--json", "--wire", "--days")
        self.assertEqual(0, answer.returncode, answer.stderr)
        types = {"A": A, "TXT": TXT, "HTTPS": HTTPS, "MX": MX}
        rows = {}
        for line in answer.stdout.splitlines():
            row = json.loads(line)
            rows[row["rrname"], types[row["rrtype"]], bytes.fromhex(row["rdata_wire"])] = row
        self.assertEqual(set(world.observed), set(rows))
        for key, seen in world.observed.items():
            row = rows[key]
            self.assertEqual((seen.count, seen.first, seen.last, seen.runs(), len(seen.days), shown(seen.sensors)),
                             (row["count"], row["time_first"], row["time_last"], row["days"], row["days_active"],
                              row.get("sensor_id")), key)
        self.check_totals(database, world)
        self.check_journal(database, world)

    def check_totals(self, database: Path, world: World) -> None:
        kept = stats(database)
        counted = query(database, "--stats", "--recount", "--json")
        self.assertEqual(0, counted.returncode, counted.stderr)
        for told in (kept, json.loads(counted.stdout)):
            self.assertEqual(len(world.observed), told["tuples"])
            self.assertEqual(len({owner for owner, _, _ in world.observed}), told["rrnames"])
            self.assertEqual(min(seen.first for seen in world.observed.values()), told["time_first"])
            self.assertEqual(max(seen.last for seen in world.observed.values()), told["time_last"])
            by_type: dict[str, int] = {}
            for _, rrtype, _ in world.observed:
                word = {A: "A", TXT: "TXT", HTTPS: "HTTPS", MX: "MX"}[rrtype]
                by_type[word] = by_type.get(word, 0) + 1
            self.assertEqual(by_type, told["types"])

    def check_journal(self, database: Path, world: World) -> None:
        answer = query(database, "--new-since", "2000-01-01", "--json", "--wire")
        self.assertEqual(0, answer.returncode, answer.stderr)
        new = [json.loads(line) for line in answer.stdout.splitlines()]
        self.assertEqual(list(range(1, len(world.observed) + 1)), [row["seq"] for row in new])
        self.assertEqual({(o, r.hex()) for o, _, r in world.observed}, {(r["rrname"], r["rdata_wire"]) for r in new})
        owners: set[str] = set()
        for row in new:
            if row["rrname"] not in owners:
                self.assertEqual("rrname", row["new"], row)
            owners.add(row["rrname"])
        times = [row["time_committed"] for row in new]
        self.assertEqual(sorted(times), times)

    def test_in_any_order(self) -> None:
        for seed in range(4):
            with self.subTest(seed=seed):
                world = World(random.Random(seed), frames=3000, names=400, text=600)
                files = world.files(self.root / f"files-{seed}")
                database = self.root / f"db-{seed}"
                flush = ["--flush-interval", world.chance.choice(["0.001", "0.05", "10"]), "--memory", "16M"]
                runs = world.chance.randint(1, 4)
                for i in range(runs):
                    told = report(ingest(database, *files[i::runs], *flush))
                    self.assertFalse(told["refused"] or told["malformed"], told)
                report(ingest(database, *files, *flush))  # twice
                if seed % 2:
                    self.assertEqual(0, ingest(database, "--compact").returncode)
                self.check(database, world)

    def kill_at_any_moment(self, world: World, flush: str, kills: int) -> None:
        files = world.files(self.root / f"files-{flush}")
        arguments = [*files, "--flush-interval", flush, "--memory", "16M"]
        start = time.monotonic()
        self.assertEqual(0, ingest(self.root / f"timing-{flush}", *arguments).returncode)
        whole, killed, round_ = time.monotonic() - start, 0, 0
        while killed < kills:
            database = self.root / f"db-{flush}-{round_}"
            round_ += 1
            for _ in range(8):
                with Ingester(database, *arguments) as run:
                    time.sleep(world.chance.uniform(0, whole))  # a moment like any other: nothing waits for it
                    run.process.send_signal(signal.SIGKILL)
                    run.process.wait()
                    killed += run.process.returncode == -signal.SIGKILL
            self.assertEqual(0, ingest(database, *arguments).returncode)
            self.check(database, world)
            self.assertLess(round_, 20 * kills, "hardly a run lives long enough to be killed")
        print(f"{killed} kills, flush {flush}")

    def test_killed_in_small_batches(self) -> None:
        self.kill_at_any_moment(World(random.Random(5), frames=6000, names=900, text=500), "0.01", KILLS // 2)

    def test_killed_in_large_batches(self) -> None:
        """Of many bytes: they go around the log."""
        self.kill_at_any_moment(World(random.Random(6), frames=6000, names=5000, text=9000), "10", KILLS // 2)


if __name__ == "__main__":
    unittest.main()
