/* Makes the call on the page and shows the answer; without this script the form shows its address as a link. */
(function () {
  "use strict";
  var form = document.querySelector("[data-kielce-api]");
  if (!form || !window.fetch) return;
  var made = document.getElementById("call-made");
  var link = made.querySelector("[data-kielce-api-address]");
  var box = made.querySelector("[data-kielce-api-answer]");
  var status = made.querySelector("[data-kielce-api-status]");
  var text = box.querySelector("pre");
  var MOST = 20000;

  function address() {
    var path = form.dataset.path;
    var query = new URLSearchParams();
    new FormData(form).forEach(function (value, name) {
      if (name === "call" || value === "") return;
      if (path.indexOf("{" + name + "}") >= 0) path = path.replace("{" + name + "}", encodeURIComponent(value));
      else query.append(name, value);
    });
    return path + (query.toString() ? "?" + query.toString() : "");
  }

  /* Code to copy holds the address as the server wrote it: it is exchanged for the new one wherever it stands. */
  function rewrite(before, after) {
    made.querySelectorAll("code").forEach(function (code) {
      code.textContent = code.textContent.split(before).join(after);
    });
    link.textContent = after;
    link.href = after;
  }

  form.addEventListener("submit", function (event) {
    event.preventDefault();
    var path = address();
    rewrite(link.textContent, form.dataset.site + path);
    box.hidden = false;
    box.setAttribute("aria-busy", "true");
    /* Below the page's own language, so that mistakes are told in it. */
    fetch(form.dataset.root + path, { headers: { Accept: "application/json" }, credentials: "omit" })
      .then(function (answer) {
        return answer.text().then(function (body) {
          var shown = body;
          try {
            shown = JSON.stringify(JSON.parse(body), null, 2);
          } catch (error) {
            /* not JSON: shown as it came */
          }
          text.textContent = shown.length > MOST ? shown.slice(0, MOST) + "\n…" : shown;
          status.textContent = form.dataset.wordsStatus + ": " + answer.status;
        });
      })
      .catch(function () {
        status.textContent = form.dataset.wordsError;
        text.textContent = "";
      })
      .finally(function () {
        box.removeAttribute("aria-busy");
      });
  });
})();
