"""What is exported is what is shown, and what is shown is what the server answered."""
import csv
import json
import subprocess
import unittest
import uuid
from datetime import datetime, timezone
from pathlib import Path

from browser import By, PageTest
from pdns_testing import BIN

STIX = uuid.UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")


def moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


class Export(PageTest):
    def setUp(self) -> None:
        super().setUp()
        for file in self.downloads.iterdir():
            file.unlink()

    def export(self, ending: str) -> str:
        self.one(".export").find_element(By.CSS_SELECTOR, f"option[value='{ending}']").click()

        def finished() -> list[Path]:
            return [file for file in self.downloads.iterdir() if file.name.endswith(f".{ending}")]
        self.wait(finished, "no file was saved")
        return finished()[0].read_bytes().decode()

    def answer(self, query: str) -> list[dict]:
        lines = self.server.get(f"/api/v1/query?{query}&days=1")[2].splitlines()
        self.assertTrue(json.loads(lines[-1])["end"]["whole"])
        return [json.loads(line) for line in lines[:-1]]

    def test_ndjson_is_the_answer(self) -> None:
        self.open("#q=*.example.com")
        self.answered(11)
        lines = self.server.get("/api/v1/query?q=*.example.com&days=1")[2].splitlines()
        self.assertEqual(sorted(lines[:-1]), sorted(self.export("ndjson").splitlines()))

    def test_only_what_is_shown_in_its_order(self) -> None:
        self.open("#q=*.example.com&order=-last")
        self.answered(11)
        self.script("document.querySelector('.body > .group').click()")  # the group A folds away
        self.wait(lambda: len(self.rows()) == 7)
        told = [json.loads(line) for line in self.export("ndjson").splitlines()]
        self.assertEqual(self.rows(), [(row["rrname"], row["rrtype"], row["rdata"]) for row in told])
        self.assertNotIn("A", {row["rrtype"] for row in told})

    def test_filters_hold(self) -> None:
        self.open("#q=*.example.com&type=NS,MX&until=2026-05-01")
        self.answered(3)
        told = [json.loads(line) for line in self.export("ndjson").splitlines()]
        expected = self.answer("q=*.example.com&type=NS,MX&until=2026-05-01")
        self.assertEqual(sorted(map(json.dumps, expected)), sorted(map(json.dumps, told)))

    def test_csv_is_that_of_the_command_line(self) -> None:
        self.open("#q=hostile.example")
        self.answered(6)
        expected = subprocess.run([BIN / "pdns-query", "-d", self.database, "-p", "csv", "--days", "hostile.example"],
                                  capture_output=True, check=True).stdout.decode()
        told = self.export("csv")
        self.assertEqual(expected, told)
        self.assertEqual(7, len(list(csv.reader(told.splitlines()))))

    def test_misp(self) -> None:
        self.open("#q=*.example.com&type=A,MX")
        self.answered(6)
        event = json.loads(self.export("misp.json"))["Event"]
        self.assertEqual({("passive-dns", "b77b7b1c-66ab-4a41-8da4-83810f6d2d6c")},
                         {(one["name"], one["template_uuid"]) for one in event["Object"]})
        told = [{one["object_relation"]: one["value"] for one in each["Attribute"]} for each in event["Object"]]
        expected = [{"rrname": row["rrname"], "rrtype": row["rrtype"], "rdata": row["rdata"], "count": str(row["count"]),
                     "time_first": moment(row["time_first"]), "time_last": moment(row["time_last"]),
                     "bailiwick": row["bailiwick"], "sensor_id": row["sensor_id"]}
                    for row in self.answer("q=*.example.com&type=A,MX")]
        self.assertEqual(sorted(map(str, expected)), sorted(map(str, told)))

    def test_stix(self) -> None:
        """Ids are those that STIX derives: by Python's uuid here, by the page's own SHA-1 there."""
        self.open("#q=www.example.com")
        self.answered(5)
        bundle = json.loads(self.export("stix.json"))
        self.assertEqual("bundle", bundle["type"])
        objects = {one["id"]: one for one in bundle["objects"]}
        self.assertEqual(len(objects), len(bundle["objects"]))

        def named(kind: str, value: str) -> str:
            return f"{kind}--{uuid.uuid5(STIX, json.dumps({'value': value}, separators=(',', ':')))}"
        owner = objects[named("domain-name", "www.example.com")]
        self.assertEqual({named("ipv4-addr", "192.0.2.10"), named("ipv4-addr", "192.0.2.20"),
                          named("ipv4-addr", "203.0.113.66"), named("ipv6-addr", "2001:db8::10")},
                         set(owner["resolves_to_refs"]))
        observed = [one for one in objects.values() if one["type"] == "observed-data"]
        self.assertEqual(sorted((moment(row["time_first"]), moment(row["time_last"]), row["count"])
                                for row in self.answer("q=www.example.com")),
                         sorted((one["first_observed"].replace(".000", ""), one["last_observed"].replace(".000", ""),
                                 one["number_observed"]) for one in observed))
        for one in objects.values():
            for reference in one.get("object_refs", []) + one.get("resolves_to_refs", []):
                self.assertIn(reference, objects)

    def copied(self, button: str) -> str:
        self.driver.execute_cdp_cmd("Browser.grantPermissions", {
            "origin": self.server.url, "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]})
        self.script("document.querySelector('#said').textContent = ''")
        next(one for one in self.all("#actions button") if one.text == button).click()
        self.wait_text("#said", "copied")
        return self.driver.execute_async_script("navigator.clipboard.readText().then(arguments[0])")

    def test_copy_plain_and_defanged(self) -> None:
        self.open("#q=www.example.com&type=A,AAAA&min-count=50&since=2026-07-02")
        self.answered(2)
        times = "  ; 2026-07-01T09:00:00Z to 2026-11-20T09:00:00Z"
        self.assertEqual(f"www.example.com. A 192.0.2.20{times}", self.copied("Copy").splitlines()[0])
        self.assertEqual(self.driver.current_url, self.copied("Copy link"))
        first, second = self.copied("Copy defanged").splitlines()
        self.assertEqual(f"www[.]example[.]com. A 192[.]0[.]2[.]20{times}", first)
        self.assertIn(" AAAA 2001[:]db8[:]", second)


if __name__ == "__main__":
    unittest.main()
