// Progress of a run under way: the piece of page is asked for again every two seconds; when the run is over the page
// is loaded anew. Without scripts the page refreshes itself.
(function () {
  "use strict";
  var box = document.querySelector("[data-kielce-harvest-progress]");
  if (!box || !window.fetch) return;
  var wait = 2000;
  function look() {
    if (document.hidden) {
      window.setTimeout(look, wait);
      return;
    }
    window
      .fetch(box.getAttribute("data-kielce-harvest-progress"), { headers: { Accept: "text/html" } })
      .then(function (answer) {
        if (answer.status === 204) {
          window.location.reload();
          return null;
        }
        return answer.ok ? answer.text() : Promise.reject(new Error(String(answer.status)));
      })
      .then(function (text) {
        if (text === null) return;
        box.innerHTML = text;
        window.setTimeout(look, wait);
      })
      .catch(function () {
        wait = Math.min(wait * 2, 60000);
        window.setTimeout(look, wait);
      });
  }
  window.setTimeout(look, wait);
})();
