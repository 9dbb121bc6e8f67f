// Loaded before the page is painted, so that a chosen theme does not flash in the other one.
(function () {
  "use strict";
  var KEY = "theme";
  var root = document.documentElement;

  function read() {
    try { return window.localStorage.getItem(KEY) || "auto"; } catch (error) { return "auto"; }
  }

  function apply(theme) {
    if (theme === "light" || theme === "dark") {
      root.setAttribute("data-bs-theme", theme);
    } else {
      root.removeAttribute("data-bs-theme");
    }
  }

  function choose(theme) {
    try { window.localStorage.setItem(KEY, theme); } catch (error) { /* private window: lasts for this page */ }
    apply(theme);
  }

  apply(read());

  document.addEventListener("DOMContentLoaded", function () {
    var toggle = document.querySelector("[data-theme-switch]");
    if (!toggle) { return; }
    var buttons = Array.from(toggle.querySelectorAll("button"));
    function mark(theme) {
      buttons.forEach(function (button) {
        button.setAttribute("aria-pressed", String(button.value === theme));
      });
    }
    mark(read());
    toggle.hidden = false;
    toggle.addEventListener("click", function (event) {
      var button = event.target.closest("button");
      if (!button) { return; }
      choose(button.value);
      mark(button.value);
    });
  });
})();
