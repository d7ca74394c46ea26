/* Suggestions under the search box: a combobox with a list, by the pattern of the ARIA Authoring Practices. Without this
   script the box is a plain form. */
(function () {
  "use strict";

  /* Milliseconds without a key after which the portal is asked. */
  var PAUSE = 120;
  var number = 0;

  function combobox(box) {
    var input = box.querySelector("input");
    var words = box.dataset;
    var list = document.createElement("ul");
    var told = document.createElement("p");
    var rows = [];
    var active = -1;
    var timer;
    var asked = "";
    var asking;

    number += 1;
    list.id = "suggestions-" + number;
    list.className = "k-suggest__list";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", words.wordsList);
    list.hidden = true;
    told.className = "k-sr";
    told.setAttribute("role", "status");
    box.append(list, told);
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-controls", list.id);

    function close() {
      list.hidden = true;
      active = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    }

    function choose(index) {
      active = index;
      Array.prototype.forEach.call(list.children, function (option, at) {
        option.setAttribute("aria-selected", at === index ? "true" : "false");
        if (at === index) option.scrollIntoView({ block: "nearest" });
      });
      if (index < 0) input.removeAttribute("aria-activedescendant");
      else input.setAttribute("aria-activedescendant", list.children[index].id);
    }

    function show(found) {
      rows = found;
      list.textContent = "";
      found.forEach(function (row, at) {
        var option = document.createElement("li");
        var text = document.createElement("span");
        var kind = document.createElement("span");
        option.id = list.id + "-" + at;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        text.textContent = row.text;
        kind.textContent = words["kind" + row.kind.charAt(0).toUpperCase() + row.kind.slice(1)];
        kind.className = "k-suggest__kind";
        option.append(text, document.createTextNode(" "), kind);
        /* mousedown: before the input loses its focus and the list closes. */
        option.addEventListener("mousedown", function (event) {
          event.preventDefault();
          go(row);
        });
        list.append(option);
      });
      told.textContent = found.length ? words.wordsSome.replace("{n}", found.length) : words.wordsNone;
      if (!found.length) return close();
      list.hidden = false;
      active = -1;
      input.setAttribute("aria-expanded", "true");
      input.removeAttribute("aria-activedescendant");
    }

    function go(row) {
      close();
      if (row.kind === "words") {
        input.value = row.text;
        input.form.submit();
      } else {
        location.assign(row.url);
      }
    }

    function ask() {
      var q = input.value.trim();
      if (q === asked) return;
      asked = q;
      if (asking) asking.abort();
      if (!q) {
        told.textContent = "";
        return close();
      }
      asking = new AbortController();
      fetch(words.kielceSuggest + "?q=" + encodeURIComponent(q), { credentials: "same-origin", signal: asking.signal })
        .then(function (answer) {
          return answer.ok ? answer.json() : [];
        })
        .then(function (found) {
          if (q === input.value.trim() && document.activeElement === input) show(found);
        })
        .catch(function () {
          /* No suggestions then; the form works as it is. */
        });
    }

    input.addEventListener("input", function () {
      clearTimeout(timer);
      timer = setTimeout(ask, PAUSE);
    });
    input.addEventListener("blur", close);
    input.addEventListener("keydown", function (event) {
      var open = !list.hidden;
      var last = rows.length - 1;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        if (!open) {
          asked = "";
          ask();
        } else if (event.key === "ArrowDown") choose(active === last ? -1 : active + 1);
        else choose(active < 0 ? last : active - 1);
        event.preventDefault();
      } else if (event.key === "Escape" && open) {
        close();
        event.preventDefault();
      } else if (event.key === "Enter" && open && active >= 0) {
        event.preventDefault();
        go(rows[active]);
      } else if (event.key === "Tab") close();
    });
  }

  document.querySelectorAll("[data-kielce-suggest]").forEach(combobox);
})();
