/* The map of the sheet of a place: a click chooses a point, clicked corners an area. The place is then in the address, as
   from the form; without this script the form is there. */
(function () {
  "use strict";

  /* Corners that an area may have: more than anybody clicks. */
  var MOST = 100;

  var print = document.querySelector("[data-places-print]");
  if (print) {
    print.hidden = false;
    print.addEventListener("click", function () {
      window.print();
    });
  }

  document.querySelectorAll("[data-kielce-places]").forEach(function (figure) {
    var words = figure.dataset;
    var box = figure.querySelector(".p-map");
    var note = figure.querySelector("[data-places-note]");
    var drawButton = figure.querySelector("[data-places-draw]");
    var endButton = figure.querySelector("[data-places-end]");
    var mineButton = figure.querySelector("[data-places-mine]");
    var tools = window.kielceMap;
    var corners = null;
    var outline = null;
    if (!tools) return;
    figure.hidden = false;

    function go(params) {
      var chosen = document.getElementById("place-distance");
      params.set("distance", chosen ? chosen.value : words.distance);
      location.assign(words.sheet + "?" + params.toString());
    }

    function point(place) {
      var params = new URLSearchParams();
      params.set("lat", place.lat.toFixed(6));
      params.set("lon", place.lng.toFixed(6));
      go(params);
    }

    function area() {
      var ring = corners.concat([corners[0]]).map(function (place) {
        return place.lng.toFixed(6) + " " + place.lat.toFixed(6);
      });
      var params = new URLSearchParams();
      params.set("area", "POLYGON ((" + ring.join(", ") + "))");
      go(params);
    }

    function drawing(on) {
      corners = on ? [] : null;
      drawButton.setAttribute("aria-pressed", on ? "true" : "false");
      box.classList.toggle("p-map--draw", on);
      endButton.hidden = true;
      note.textContent = on ? words.wordsDraw : "";
      if (outline) outline.remove();
      outline = null;
    }

    function corner(L, map, place) {
      if (corners.length >= MOST) return;
      corners.push(place);
      if (outline) outline.remove();
      outline = L.polygon(corners, { color: tools.token("--k-map-mark"), weight: 2, interactive: false }).addTo(map);
      endButton.hidden = corners.length < 3;
      note.textContent = words.wordsCorners.replace("{n}", corners.length);
    }

    function told(properties) {
      var text = document.createElement("p");
      text.textContent = properties.label + (properties.distance ? " (" + properties.distance + " m)" : "");
      return text;
    }

    function shapes(L, map, data) {
      var red = tools.token("--k-map-mark");
      var blue = tools.token("--k-link");
      var place = null;
      L.geoJSON(data, {
        style: function (feature) {
          var mine = feature.properties.what === "place";
          /* Districts and the like are large: only their borders, faintly. */
          if (feature.properties.code === "other") return { color: blue, weight: 1, opacity: 0.4, fill: false };
          return { color: mine ? red : blue, weight: mine ? 3 : 1.5, fillOpacity: mine ? 0.25 : 0.06, dashArray: mine ? null : "4 3" };
        },
        pointToLayer: function (feature, spot) {
          var mine = feature.properties.what === "place";
          return L.circleMarker(spot, {
            radius: mine ? 8 : 5, color: mine ? red : blue, weight: 2, fillOpacity: 0.9, fillColor: mine ? tools.token("--k-gold") : blue,
          });
        },
        onEachFeature: function (feature, layer) {
          if (feature.properties.what === "place") place = layer;
          else layer.bindTooltip(told(feature.properties));
        },
      }).addTo(map);
      if (place && place.bringToFront) place.bringToFront();
    }

    function start() {
      Promise.all([tools.leaflet(words.leaflet), tools.json(words.city), words.shapes ? tools.json(words.shapes) : null]).then(
        function (parts) {
          var L = parts[0];
          var map = tools.draw(L, box, words);
          tools.city(L, map, parts[1]);
          if (parts[2]) shapes(L, map, parts[2]);
          if (words.lat) {
            map.fitBounds(L.latLng(Number(words.lat), Number(words.lon)).toBounds(2.4 * Number(words.distance)), { animate: false });
          } else map.fitBounds([[50.8, 20.54], [50.93, 20.73]], { animate: false });
          map.on("click", function (event) {
            if (corners) corner(L, map, event.latlng);
            else point(event.latlng);
          });
          figure.querySelector("[data-places-middle]").addEventListener("click", function () {
            if (corners) corner(L, map, map.getCenter());
            else point(map.getCenter());
          });
          drawButton.addEventListener("click", function () {
            drawing(!corners);
          });
          endButton.addEventListener("click", area);
        },
        function (problem) {
          note.textContent = problem.message;
        },
      );
    }

    if (navigator.geolocation && window.isSecureContext) {
      mineButton.hidden = false;
      mineButton.addEventListener("click", function () {
        navigator.geolocation.getCurrentPosition(
          function (found) {
            point({ lat: found.coords.latitude, lng: found.coords.longitude });
          },
          function () {
            note.textContent = words.wordsNowhere;
          },
        );
      });
    }
    if (!("IntersectionObserver" in window)) return start();
    var watch = new IntersectionObserver(
      function (seen) {
        if (!seen[0].isIntersecting) return;
        watch.disconnect();
        start();
      },
      { rootMargin: "200px" },
    );
    watch.observe(figure);
  });
})();
