// Forms work without this: it stops a double submit, counts characters and names the chosen files.
(function () {
  "use strict";

  document.addEventListener("submit", function (event) {
    var form = event.target;
    // The attribute, not form.method: a field may be named "method" and would hide it.
    var method = (form.getAttribute("method") || "").toLowerCase();
    if (method !== "post") { return; }
    if (form.dataset.sent) { event.preventDefault(); return; }
    if (leavesOthers(form)) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    form.querySelectorAll("[type=submit]").forEach(function (button) {
      button.setAttribute("aria-disabled", "true");
    });
  });

  // Forms that stand beside each other: sending one loses what is typed in the others, so ask first.
  function leavesOthers(form) {
    var sheet = form.closest("[data-forms-apart]");
    return sheet !== null && Array.from(sheet.querySelectorAll("form")).some(function (other) {
      return other !== form && isChanged(other);
    }) && !window.confirm(sheet.dataset.formsApart);
  }

  function isChanged(form) {
    return form.querySelector(".form-errors") !== null || Array.from(form.elements).some(function (field) {
      if (field.type === "file") { return field.files.length > 0; }
      return "defaultValue" in field && field.type !== "hidden" && field.value !== field.defaultValue;
    });
  }

  // Back from the next page: the browser may restore this one with its form still marked as sent.
  window.addEventListener("pageshow", function (event) {
    if (!event.persisted) { return; }
    document.querySelectorAll("form[data-sent]").forEach(function (form) {
      delete form.dataset.sent;
      form.querySelectorAll("[aria-disabled]").forEach(function (button) {
        button.removeAttribute("aria-disabled");
      });
    });
  });

  document.addEventListener("input", function (event) {
    var area = event.target;
    if (area.tagName !== "TEXTAREA" || area.maxLength < 1) { return; }
    var count = area.parentNode.querySelector(".field__count");
    if (!count) {
      count = document.createElement("div");
      count.className = "field__count";
      area.after(count);
    }
    count.textContent = area.value.length + " / " + area.maxLength;
  });

  document.addEventListener("change", function (event) {
    var input = event.target;
    if (input.type !== "file" || !input.multiple) { return; }
    var field = input.closest(".field");
    if (!field) { return; }
    var list = field.querySelector(".field__chosen");
    if (!list) {
      list = document.createElement("ul");
      list.className = "field__chosen";
      input.after(list);
    }
    list.replaceChildren.apply(list, Array.from(input.files).map(function (file) {
      var item = document.createElement("li");
      item.textContent = file.name + " · " + (file.size / 1048576).toFixed(1) + " MB";
      return item;
    }));
  });

  // A page that came back with errors starts there.
  document.addEventListener("DOMContentLoaded", function () {
    var errors = document.querySelector("[data-focus-first]:not([data-sample] *)");
    if (errors) { errors.focus(); }
  });
})();
