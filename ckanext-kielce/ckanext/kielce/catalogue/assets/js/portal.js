/* Small comforts; every page works without this script. No library, no request to other sites. */
(function () {
  "use strict";

  /* Tables: page, sort and search in place. The server draws the rows, so numbers and dates look alike everywhere. */
  function fetchTable(box, query) {
    box.setAttribute("aria-busy", "true");
    return fetch(box.dataset.url + "?" + query, { credentials: "same-origin" })
      .then(function (answer) {
        if (!answer.ok) throw new Error(answer.status);
        return answer.text();
      })
      .then(function (html) {
        box.innerHTML = html;
      })
      .catch(function () {
        var note = document.createElement("p");
        note.className = "k-notice k-notice--bad";
        note.setAttribute("role", "alert");
        note.textContent = box.dataset.wordsError;
        box.prepend(note);
      })
      .finally(function () {
        box.removeAttribute("aria-busy");
      });
  }

  function show(box, address, keep) {
    fetchTable(box, address.searchParams.toString()).then(function () {
      if (keep) history.pushState({ kielceTable: true }, "", address);
      var region = box.querySelector(".k-table-box");
      if (region && keep) region.focus({ preventScroll: false });
    });
  }

  document.querySelectorAll("[data-kielce-table]").forEach(function (box) {
    box.addEventListener("click", function (event) {
      var link = event.target.closest("thead a, .k-pages a, .k-chosen a");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
      event.preventDefault();
      show(box, new URL(link.href), true);
    });
    box.addEventListener("submit", function (event) {
      event.preventDefault();
      var address = new URL(event.target.action);
      address.search = new URLSearchParams(new FormData(event.target)).toString();
      show(box, address, true);
    });
    window.addEventListener("popstate", function () {
      show(box, new URL(location.href), false);
    });
  });

  /* Code to copy. */
  document.querySelectorAll("[data-kielce-copy]").forEach(function (box) {
    var button = box.querySelector("button");
    if (!button || !navigator.clipboard) return;
    var words = button.innerHTML;
    button.hidden = false;
    button.addEventListener("click", function () {
      navigator.clipboard.writeText(box.querySelector("code").textContent).then(function () {
        button.textContent = box.dataset.wordsDone;
        setTimeout(function () {
          button.innerHTML = words;
        }, 2000);
      });
    });
  });

  /* Order of results: applied when chosen with the pointer; the button stays for the keyboard. */
  document.querySelectorAll("[data-kielce-sort] select").forEach(function (select) {
    var pointer = false;
    select.addEventListener("pointerdown", function () {
      pointer = true;
    });
    select.addEventListener("keydown", function () {
      pointer = false;
    });
    select.addEventListener("change", function () {
      if (pointer) select.form.submit();
    });
  });

  /* On a phone the filters start closed, so that results come first. */
  if (window.matchMedia("(max-width: 60rem)").matches) {
    document.querySelectorAll(".k-filter[open]").forEach(function (filter) {
      filter.open = false;
    });
  }
})();
