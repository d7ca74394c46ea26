/* Maps: Leaflet comes from this site and only when a map comes into view. The base map is a small drawing of the city. */
(function () {
  "use strict";

  var loading;

  function leaflet(base) {
    if (!loading) {
      loading = new Promise(function (resolve, reject) {
        var style = document.createElement("link");
        style.rel = "stylesheet";
        style.href = base + "/leaflet.css";
        /* Before our own styles, so that ours win. */
        document.head.prepend(style);
        var script = document.createElement("script");
        script.src = base + "/leaflet.js";
        script.onload = function () {
          resolve(window.L);
        };
        script.onerror = reject;
        document.head.append(script);
      });
    }
    return loading;
  }

  function token(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  function json(url) {
    return fetch(url, { credentials: "same-origin" }).then(function (answer) {
      return answer.json().then(function (body) {
        if (!answer.ok) throw new Error(body.error || answer.status);
        return body;
      });
    });
  }

  function draw(L, box, words) {
    var still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    var map = L.map(box, {
      zoomControl: false,
      scrollWheelZoom: false,
      zoomSnap: 0.25,
      attributionControl: false,
      fadeAnimation: !still,
      zoomAnimation: !still,
      preferCanvas: true,
    });
    L.control.zoom({ zoomInTitle: words.wordsZoomIn, zoomOutTitle: words.wordsZoomOut }).addTo(map);
    map.setView([50.87, 20.63], 12);
    return map;
  }

  function city(L, map, data) {
    L.geoJSON(data, {
      interactive: false,
      style: function (feature) {
        var kind = feature.properties.kind;
        if (kind === "river") return { color: token("--k-link"), weight: 2, opacity: 0.5, fill: false };
        return {
          color: token("--k-map-line"),
          weight: kind === "city" ? 2.5 : 0.7,
          fillColor: token("--k-map-land"),
          fillOpacity: kind === "city" ? 1 : 0,
        };
      },
    }).addTo(map);
    var names = L.layerGroup();
    data.features.forEach(function (feature) {
      if (!feature.properties.label) return;
      L.tooltip({ permanent: true, direction: "center", className: "k-place", interactive: false })
        .setLatLng(feature.properties.label)
        .setContent(feature.properties.name)
        .addTo(names);
    });
    function fit() {
      if (map.getZoom() >= 13) names.addTo(map);
      else names.remove();
    }
    map.on("zoomend", fit);
    fit();
  }

  function card(properties, words, titles) {
    var list = document.createElement("dl");
    list.className = "k-dl";
    Object.keys(properties).forEach(function (key) {
      var value = properties[key];
      var term = document.createElement("dt");
      var told = document.createElement("dd");
      term.textContent = titles[key] || key;
      told.textContent = value === null || value === "" ? words.wordsEmpty : typeof value === "object" ? JSON.stringify(value) : value;
      list.append(term, told);
    });
    return list;
  }

  function say(sentence, values) {
    return sentence.replace(/\{(\w+)\}/g, function (_whole, name) {
      return values[name].toLocaleString(document.documentElement.lang);
    });
  }

  /* Features of a box; a layer that is being prepared is asked for again, two minutes at most. */
  function features(words, note, box, tries) {
    var address = words.layer + (box ? "?bbox=" + box : "");
    return fetch(address, { credentials: "same-origin" }).then(function (answer) {
      if (answer.status === 202 && tries > 0) {
        if (note) note.textContent = words.wordsWait;
        return new Promise(function (resolve) {
          setTimeout(resolve, 3000);
        }).then(function () {
          return features(words, note, box, tries - 1);
        });
      }
      return answer.json().then(function (body) {
        if (!answer.ok || !body.features) throw new Error(body.error || answer.status);
        return body;
      });
    });
  }

  function vectors(L, map, words, note, data) {
    var mark = token("--k-map-mark");
    var titles = JSON.parse(words.columns || "{}");
    var layer = L.geoJSON(null, {
      style: function (feature) {
        /* Points have a style of their own. */
        return /Point$/.test(feature.geometry.type) ? {} : { color: mark, weight: 2, fillColor: mark, fillOpacity: 0.2 };
      },
      pointToLayer: function (feature, place) {
        var many = data.kielce.total > 500;
        return L.circleMarker(place, {
          radius: many ? 4 : 6,
          color: mark,
          weight: many ? 1 : 2,
          fillColor: token("--k-gold"),
          fillOpacity: 0.9,
        });
      },
      onEachFeature: function (feature, shape) {
        shape.bindPopup(function () {
          return card(feature.properties || {}, words, titles);
        });
      },
    }).addTo(map);

    function show(part) {
      var told = part.kielce;
      layer.clearLayers();
      layer.addData(part);
      if (note) note.textContent = say(told.shown < told.within ? words.wordsPart : words.wordsAll, told);
    }

    show(data);
    var bounds = data.kielce.bounds;
    if (data.features.length) {
      map.fitBounds([[bounds[1], bounds[0]], [bounds[3], bounds[2]]], { padding: [20, 20], maxZoom: 15, animate: false });
    }
    if (data.kielce.shown === data.kielce.total) return;
    /* Too large for one go: what is in view is asked for, once the map rests. */
    var asked = 0;
    map.on("moveend", function () {
      /* An open card would be closed by the new features. */
      if (map.getPane("popupPane").childElementCount) return;
      asked += 1;
      var mine = asked;
      var view = map.getBounds();
      var box = [
        Math.max(view.getWest(), -180),
        Math.max(view.getSouth(), -90),
        Math.min(view.getEast(), 180),
        Math.min(view.getNorth(), 90),
      ];
      setTimeout(function () {
        if (mine !== asked) return;
        features(words, note, box.join(","), 0).then(function (part) {
          if (mine === asked) show(part);
        }, function () {});
      }, 250);
    });
  }

  /* A layer of which the source gives only pictures: one for what is in view, fetched by our server. */
  function pictures(L, map, words) {
    var shown;
    function show() {
      var view = map.getBounds();
      var size = map.getSize();
      var next = L.imageOverlay(words.picture + "?bbox=" + view.toBBoxString() + "&w=" + size.x + "&h=" + size.y, view);
      next.once("load", function () {
        if (shown) shown.remove();
        shown = next;
      });
      next.addTo(map);
    }
    map.on("moveend", show);
    show();
  }

  function layerMap(box) {
    var words = box.dataset;
    var note = box.parentElement.querySelector("[data-kielce-map-note]");
    var data = words.layer ? features(words, note, "", 40) : null;
    Promise.all([leaflet(words.leaflet), json(words.city), data])
      .then(function (parts) {
        var L = parts[0];
        var map = draw(L, box, words);
        city(L, map, parts[1]);
        if (words.layer) vectors(L, map, words, note, parts[2]);
        else pictures(L, map, words);
        map.on("popupopen", function (event) {
          var close = event.popup.getElement().querySelector(".leaflet-popup-close-button");
          if (close) close.setAttribute("aria-label", words.wordsClose);
        });
      })
      .catch(function (problem) {
        box.hidden = true;
        if (note) note.textContent = words.wordsError + " " + problem.message;
      });
  }

  /* For the maps of other rooms. */
  window.kielceMap = { leaflet: leaflet, json: json, draw: draw, city: city, token: token };

  document.querySelectorAll("[data-kielce-map]").forEach(function (box) {
    box.hidden = false;
    if (!("IntersectionObserver" in window)) return layerMap(box);
    var watch = new IntersectionObserver(
      function (seen) {
        if (!seen[0].isIntersecting) return;
        watch.disconnect();
        layerMap(box);
      },
      { rootMargin: "200px" },
    );
    watch.observe(box);
  });

  /* The area filter of the search: a rectangle drawn on the map fills the four numbers and sends them. */
  document.querySelectorAll("[data-kielce-bbox]").forEach(function (filter) {
    var words = filter.dataset;
    var shown = filter.querySelector("[data-kielce-bbox-map]");
    var box = filter.querySelector(".k-map");
    var button = shown.querySelector("button");
    var form = filter.querySelector("[data-kielce-bbox-form]");
    var started = false;
    var map;
    var rectangle;
    var from;
    shown.hidden = false;

    function start() {
      /* A filter that is open from the beginning tells so too, while its map is still being fetched. */
      if (started || !filter.open) return;
      started = true;
      Promise.all([leaflet(words.leaflet), json(words.url)]).then(function (parts) {
        var sides = (words.start || "").split(",").map(Number);
        map = draw(parts[0], box, words);
        city(parts[0], map, parts[1]);
        map.fitBounds([[50.8, 20.54], [50.93, 20.73]], { animate: false });
        if (words.start) {
          rectangle = parts[0].rectangle([[sides[1], sides[0]], [sides[3], sides[2]]], { color: token("--k-map-mark"), weight: 2 });
          rectangle.addTo(map);
          map.fitBounds(rectangle.getBounds(), { animate: false, padding: [10, 10] });
        }
      });
    }

    function drawing(on) {
      button.setAttribute("aria-pressed", on ? "true" : "false");
      box.classList.toggle("k-map--draw", on);
      if (on) map.dragging.disable();
      else map.dragging.enable();
    }

    function place(event) {
      return map.mouseEventToLatLng(event);
    }

    box.addEventListener("pointerdown", function (event) {
      if (!map || button.getAttribute("aria-pressed") !== "true" || event.target.closest(".leaflet-control")) return;
      event.preventDefault();
      box.setPointerCapture(event.pointerId);
      from = place(event);
      if (rectangle) rectangle.remove();
      rectangle = window.L.rectangle([from, from], { color: token("--k-map-mark"), weight: 2 }).addTo(map);
    });
    box.addEventListener("pointermove", function (event) {
      if (from) rectangle.setBounds([from, place(event)]);
    });
    box.addEventListener("pointerup", function () {
      var bounds;
      if (!from) return;
      from = null;
      drawing(false);
      bounds = rectangle.getBounds();
      /* A click without a drag chooses nothing. */
      if (bounds.getWest() === bounds.getEast() || bounds.getSouth() === bounds.getNorth()) return;
      form.elements.ext_west.value = bounds.getWest().toFixed(4);
      form.elements.ext_south.value = bounds.getSouth().toFixed(4);
      form.elements.ext_east.value = bounds.getEast().toFixed(4);
      form.elements.ext_north.value = bounds.getNorth().toFixed(4);
      form.submit();
    });
    button.addEventListener("click", function () {
      if (map) drawing(button.getAttribute("aria-pressed") !== "true");
    });
    filter.addEventListener("toggle", start);
    start();
  });
})();
