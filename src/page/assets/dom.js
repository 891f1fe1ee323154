// Elements and the one way in which text gets into the page: as text. Nothing here, or anywhere
// in the page, reads HTML from a string.

export const $ = (id) => document.getElementById(id);

const given = (children) => children.flat(Infinity).filter((one) => (one ?? null) !== null);

// el("a", {class: "x", href: "#", on: {click: f}, style: {left: "3%"}}, "text", child, null)
// Styles go through the CSSOM, which the page's Content-Security-Policy permits.
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if ((value ?? null) === null) continue;
    if (name === "on") {
      for (const [event, handler] of Object.entries(value))
        element.addEventListener(event, handler);
    } else if (name === "style") {
      for (const [key, one] of Object.entries(value)) element.style.setProperty(key, one);
    } else if (typeof value !== "boolean" || name.startsWith("aria-")) {
      element.setAttribute(name, value);
    } else if (value) {
      element.setAttribute(name, "");
    }
  }
  element.append(...given(children));
  return element;
}

export const button = (text, click, properties = {}) =>
  el("button", { type: "button", ...properties, on: { click } }, text);

export function fill(element, ...children) {
  element.replaceChildren(...given(children));
  return element;
}

// Tells something for a moment, and to a screen reader.
let silence = 0;
export function say(text) {
  $("said").textContent = text;
  clearTimeout(silence);
  silence = setTimeout(() => {
    $("said").textContent = "";
  }, 3000);
}

// At most once a frame, however often it is called.
export function eachFrame(work) {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      work();
    });
  };
}
