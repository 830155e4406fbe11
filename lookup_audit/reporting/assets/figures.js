"use strict";
/* Draws each figure from the JSON beside it. Settings that depend on the width are made here. */
(function () {
  const settings = {
    displaylogo: false,
    responsive: true,
    showSendToCloud: false,
    showEditInChartStudio: false,
    showTips: false,
    displayModeBar: false,
    scrollZoom: false,
    doubleClick: "reset",
  };

  function draw(place) {
    const content = JSON.parse(document.getElementById(place.dataset.figure).textContent);
    const narrow = content.layout.meta && content.layout.meta.narrow;
    return Plotly.newPlot(place, content.data, content.layout, settings).then(function () {
      if (narrow && place.clientWidth < 560) {
        return Plotly.relayout(place, narrow);
      }
      return place;
    });
  }

  const places = Array.from(document.querySelectorAll("[data-figure]"));
  Promise.all(places.map(draw)).then(function () {
    document.documentElement.dataset.drawn = String(places.length);
  });
  const paperWidth = 678; // of A4 between the margins of page.css, in CSS pixels
  window.addEventListener("beforeprint", function () {
    places.forEach(function (place) { Plotly.relayout(place, { autosize: false, width: paperWidth }); });
  });
  window.addEventListener("afterprint", function () {
    places.forEach(function (place) { Plotly.relayout(place, { autosize: true, width: null }); });
  });
}());
