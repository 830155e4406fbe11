"use strict";
/* Tables stand open where there are no scripts; here they fold until asked for, and open on paper. */
(function () {
  document.querySelectorAll("details.fold").forEach(function (part) { part.open = false; });
  let opened = [];
  window.addEventListener("beforeprint", function () {
    opened = Array.from(document.querySelectorAll("details:not([open])"));
    opened.forEach(function (part) { part.open = true; });
  });
  window.addEventListener("afterprint", function () {
    opened.forEach(function (part) { part.open = false; });
    opened = [];
  });
}());
