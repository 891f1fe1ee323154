"""The graph around a name: it rests, its nodes are in the list too, a click goes one step on, and a crowd is capped."""
import json
import unittest

from browser import PageTest
import world


class Graph(PageTest):
    def graph(self) -> list[str]:
        self.wait(lambda: self.all("canvas[data-resting=yes]"), "the layout does not rest")
        return self.texts(".nodes button")

    def expected(self, name: str, depth: int) -> set[str]:
        lines = self.server.get(f"/api/v1/pivot?q={name}&depth={depth}")[2].splitlines()
        return {one["node"]["text"] for one in map(json.loads, lines) if "node" in one}

    def drawn(self) -> int:
        """How many pixels of the canvas are not empty."""
        return self.script("""const canvas = document.querySelector("canvas");
          return canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data
            .reduce((count, value, at) => count + (at % 4 === 3 && value > 0), 0)""")

    def test_the_graph_is_the_pivot(self) -> None:
        self.open("#q=example.com&view=graph&depth=2")
        self.assertEqual(self.expected("example.com", 2), set(self.graph()))
        self.assertGreater(self.drawn(), 1000)
        self.assertIn("6 nodes, 5 links", self.text(".graph-head"))
        self.script("document.querySelector('.graph-head [name=depth]').value = '1'")
        self.script("document.querySelector('.graph-head [name=depth]').dispatchEvent(new Event('change'))")
        self.wait(lambda: "4 nodes" in self.text(".graph-head"))
        self.assertIn("depth=1", self.hash)

    def test_a_click_goes_one_step_on(self) -> None:
        self.open("#q=example.com&view=graph&depth=1")
        self.assertEqual(4, len(self.graph()))
        self.script("""[...document.querySelectorAll(".nodes button")]
          .find((one) => one.textContent === "ns1.example.net.").click()""")
        self.wait(lambda: "192.0.2.53" in self.texts(".nodes button"))
        self.graph()
        self.assertIn("ns1.example.net.", self.text(".graph-about"))

    def test_a_click_on_the_canvas(self) -> None:
        self.open("#q=192.0.2.53&view=graph&depth=1")
        self.assertEqual({"192.0.2.53", "ns1.example.net."}, set(self.graph()))
        # The two nodes stand somewhere: a click on a grid of places meets one that is not expanded yet.
        self.script("""const canvas = document.querySelector("canvas"), box = canvas.getBoundingClientRect();
          for (let x = 5; x < box.width; x += 12) for (let y = 5; y < box.height; y += 12)
            for (const type of ["pointerdown", "pointerup"]) canvas.dispatchEvent(new PointerEvent(type,
              {clientX: box.left + x, clientY: box.top + y, pointerId: 1, bubbles: true}));""")
        self.wait(lambda: "example.com." in self.texts(".nodes button"))

    def test_what_many_share_is_not_followed(self) -> None:
        self.open("#q=site7.shared.example&view=graph&depth=2")
        self.assertEqual({"site7.shared.example.", "198.51.100.7"}, set(self.graph()))
        self.assertIn(f"{world.SHARED} names", " ".join(self.texts(".nodes li")))

    def test_a_question_without_a_record(self) -> None:
        self.open("#q=nothing.example.com&view=graph")
        self.wait(lambda: "nothing.example.com." in self.texts(".nodes button") or "0 nodes" in self.text(".graph-head"))

    def test_hostile_names(self) -> None:
        self.open("#q=alias.hostile.example&view=graph")
        self.assertIn("<img\\032src=x\\032onerror=alert>.", self.graph())
        self.assertEqual(0, len(self.all("#view img, #view script")))


class Crowd(PageTest):
    crowd = 1

    def test_a_crowd_is_capped_with_a_word(self) -> None:
        self.open("#q=n0.many.example&view=graph&max-fanout=5000")
        self.wait(lambda: self.all("canvas[data-resting=yes]"))
        self.assertEqual(300, len(self.texts(".nodes button")))
        self.wait_text(".graph-head", "1,701 more not drawn")


if __name__ == "__main__":
    unittest.main()
