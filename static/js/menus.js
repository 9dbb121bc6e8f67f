// A menu is a <details>: it works alone; this closes it on Escape and on a click elsewhere.
(function () {
  "use strict";

  function opened() {
    return Array.from(document.querySelectorAll("details.menu[open]"));
  }

  document.addEventListener("click", function (event) {
    opened().forEach(function (menu) {
      if (!menu.contains(event.target)) { menu.open = false; }
    });
  });

  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") { return; }
    opened().forEach(function (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  });
})();
