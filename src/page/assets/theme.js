// The colour scheme, before anything is drawn: what was chosen here, else what the system says.
// A classic script, so that no light page flashes before a dark one.
(() => {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  let chosen = null;
  try {
    chosen = localStorage.getItem("theme");
  } catch {
    /* a private window */
  }
  const apply = () => {
    root.dataset.theme = chosen ?? (system.matches ? "dark" : "light");
    dispatchEvent(new Event("themechange"));
  };
  system.addEventListener("change", apply);
  window.pdnsTheme = {
    flip() {
      chosen = root.dataset.theme === "dark" ? "light" : "dark";
      try {
        localStorage.setItem("theme", chosen);
      } catch {
        /* a private window */
      }
      apply();
    },
  };
  apply();
})();
