"""The layering check finds what it is there to find."""
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from layering import check_file, check_folders, check_sizes, check_threads, check_tools, check_words, read_plan  # noqa: E402

PLAN = """
pdns_room(base FILES status USES GUESTS)
pdns_room(store_rocks
  FILES rocks
  USES base
  GUESTS PkgConfig::rocksdb fmt::fmt)
pdns_room(query FILES lookup USES base store_rocks GUESTS)
"""


class Layering(unittest.TestCase):
    def setUp(self) -> None:
        self.rooms = read_plan(PLAN)

    def faults(self, room: str, path: str, text: str) -> list[str]:
        return check_file(self.rooms[room], Path(path), text, self.rooms)

    def test_allowed(self) -> None:
        self.assertEqual([], self.faults("store_rocks", "src/store_rocks/rocks.cc",
                                         '#include <rocksdb/db.h>\n#include <vector>\n#include "base/status.h"\n'))

    def test_upwards(self) -> None:
        text = '#include "query/lookup.h"\n'
        self.assertIn("may not include", self.faults("store_rocks", "src/store_rocks/rocks.cc", text)[0])

    def test_guest_in_header(self) -> None:
        text = "#pragma once\n#include <rocksdb/db.h>\n"
        self.assertIn("header of ours", self.faults("store_rocks", "src/store_rocks/rocks.h", text)[0])

    def test_guest_of_another_room(self) -> None:
        self.assertIn("no guest", self.faults("query", "src/query/lookup.cc", "#include <rocksdb/db.h>\n")[0])

    def test_unknown_guest(self) -> None:
        self.assertIn("no guest", self.faults("query", "src/query/lookup.cc", "#include <openssl/ssl.h>\n")[0])

    def test_outside_the_plan(self) -> None:
        self.assertIn("not in the plan", self.faults("query", "src/query/other.cc", "")[0])

    def test_too_long(self) -> None:
        self.assertIn("over 500", self.faults("query", "src/query/lookup.cc", "\n" * 501)[0])

    def test_names_of_options(self) -> None:
        text = 'auto x = "damaged; start with --repair";\n'
        self.assertIn("--repair", self.faults("query", "src/query/lookup.cc", text)[0])

    def test_private_words(self) -> None:
        for text in ("// The fates of a record.", "far end", "Settle()", "int TakeAll(int x);", "void Take(Bytes b);"):
            self.assertEqual(1, len(check_words(Path("src/query/lookup.h"), text)), text)
        for text in ("// Taken, outcomes, of charge-free batches", "Retake(x)", "take(x)", "char Take();"):
            self.assertEqual([], check_words(Path("src/json/reader.cc"), text.replace("of charge-free ", "")), text)

    def threads(self, text: str) -> list[str]:
        return check_threads(Path("src/base/status.h"), text)

    def test_threads(self) -> None:
        body = "class A : public B<int> {\n public:\n  int Get() const { return a_; }\n int a_ = 0;\n};\n"
        for form in ("One thread at a time.", "Any thread.", "Functions: any thread.", "A value, free to copy.",
                     "An A is a value.", "Waits in a thread of its own.", "Made once; after that any number may read."):
            self.assertEqual([], self.threads(f"// What it is for.\n//\n// {form}\n#pragma once\n\n" + body), form)
            self.assertEqual([], self.threads(f"#pragma once\n// What it is.\n// {form}\ntemplate <class T>\n" + body), form)
        for text in (body, "// Runs threads.\n" + body, "// Its value is high.\n" + body,
                     "#pragma once\n// Any thread.\nint F();\n\n" + body):
            self.assertIn("class A does not say", self.threads(text)[0])
        self.assertEqual(1, len(self.threads("#pragma once\n// Any thread.\n" + body + body.replace(" A ", " C "))))
        self.assertEqual([], self.threads("struct P {\n  int a = 0;  // F(x);\n  std::string b{};\n};\nclass Q;\n"))

    def test_tools(self) -> None:
        self.assertIn("no guest", check_tools(Path("tools/x.cc"), "#include <rocksdb/db.h>\n", self.rooms)[0])

    def test_folders_in_a_circle(self) -> None:
        texts = {Path("store_rocks/rocks.cc"): '#include "store_rocks/read/scan.h"\n', Path("store_rocks/read/scan.h"): '#include "base/status.h"\n'}
        self.assertEqual([], check_folders("store_rocks", texts))
        texts[Path("store_rocks/read/scan.cc")] = '#include "store_rocks/rocks.h"\n'
        self.assertIn("include each other", check_folders("store_rocks", texts)[0])

    def test_units_of_a_folder(self) -> None:
        paths = [Path(f"src/store_rocks/a{number}.{end}") for number in range(16) for end in ("h", "cc")]
        self.assertEqual([], check_sizes(paths + [Path("src/store_rocks/read/scan.h")]))
        self.assertIn("17 units", check_sizes(paths + [Path("src/store_rocks/b.cc")])[0])

    def test_circle(self) -> None:
        with self.assertRaises(ValueError):
            read_plan("pdns_room(a FILES USES b GUESTS)\npdns_room(b FILES USES GUESTS)\n")


if __name__ == "__main__":
    unittest.main()
