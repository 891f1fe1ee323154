"""tools/test_summary.py tells of each outcome that ctest knows, and why a test was skipped."""
import subprocess
import sys
import unittest
from pathlib import Path

from pdns_testing import scratch

SCRIPT = Path(__file__).resolve().parents[2] / "tools" / "test_summary.py"
TESTS = """
add_test(good sh -c true)
add_test(bad sh -c "exit 1")
add_test(loud sh -c "seq 100; printf '%s\\n' '[ RUN      ] A.B' '[       OK ] A.B' '[ RUN      ] A.C' \\
  '/a/b_test.cc:7: Failure' 'Expected: 1' '[  FAILED  ] A.C (2 ms)'; seq 100; exit 1")
add_test(silent sh -c "exit 77")
add_test(away sh -c "echo 'skipped: x not found (package y)'; exit 77")
add_test(unittest sh -c "seq 2000; echo \\"test_a (T.test_a) ... skipped 'zsh not found (package zsh)'\\"; seq 2000")
add_test(googletest sh -c "printf '%s\\n' '[ RUN ] A.B' '/a/b_test.cc:7: Skipped' 'no root' '' '[ SKIPPED ] A.B'")
add_test(elsewhere sh -c "exit 1")
set_tests_properties(silent away PROPERTIES SKIP_RETURN_CODE 77)
set_tests_properties(elsewhere PROPERTIES DISABLED ON)
"""
SAID = """tests: 3 passed, 2 failed, 2 skipped
  FAILED   mine: bad
  FAILED   mine: loud
    | /a/b_test.cc:7: Failure
    | Expected: 1
    | [  FAILED  ] A.C (2 ms)
    | 1
    | 2
    | 3
    | 4
    | 5
    | 6
    | 7
  skipped  mine: silent: it does not say why
  skipped  mine: away: x not found (package y)
  a part of mine: unittest was skipped: zsh not found (package zsh)
  a part of mine: googletest was skipped: no root
"""


class Summary(unittest.TestCase):
    def test_all_outcomes(self) -> None:
        with scratch() as folder:
            Path(folder, "CTestTestfile.cmake").write_text(TESTS)
            results = Path(folder, "mine.tests.xml")
            subprocess.run(["ctest", "--test-dir", folder, "--output-junit", results,
                            "--test-output-size-passed", "1000000"], capture_output=True)
            run = subprocess.run([sys.executable, SCRIPT, results, Path(folder, "none.tests.xml")],
                                 capture_output=True, text=True)
        self.assertEqual((0, ""), (run.returncode, run.stderr))
        self.assertEqual(SAID, run.stdout)


if __name__ == "__main__":
    unittest.main()
