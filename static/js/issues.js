// The issue pages work as plain links and forms; this only saves a page load.
(function () {
  "use strict";

  // An address somebody may pass on carries no empty filters.
  document.addEventListener("htmx:configRequest", function (event) {
    if (event.target.id !== "list-filters") { return; }
    var form = event.detail.formData;
    Array.from(form.entries()).forEach(function (pair) {
      if (pair[1] === "") { form.delete(pair[0]); }
    });
  });

  function unmark() {
    document.querySelectorAll("[data-step-buttons] [aria-expanded]").forEach(function (button) {
      button.removeAttribute("aria-expanded");
    });
  }

  document.addEventListener("htmx:afterSwap", function (event) {
    if (event.target.id !== "step-slot") { return; }
    unmark();
    if (event.detail.requestConfig.elt) { event.detail.requestConfig.elt.setAttribute("aria-expanded", "true"); }
    var first = event.target.querySelector(
      "input:not([type=hidden]), select, textarea, button[type=submit]"
    );
    if (first) { first.focus({ preventScroll: true }); }
    event.target.scrollIntoView({ block: "nearest" });
  });

  document.addEventListener("click", function (event) {
    var cancel = event.target.closest("[data-close-step]");
    var slot = cancel && cancel.closest("#step-slot");
    if (!slot) { return; }
    event.preventDefault();
    var opener = document.querySelector("[data-step-buttons] [aria-expanded]");
    slot.replaceChildren();
    unmark();
    if (opener) { opener.focus(); }
  });
})();
