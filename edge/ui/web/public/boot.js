// Runs before the first paint, so that a dark room stays dark while the page loads. A file of its own, because the
// content security policy allows no inline script.
(function () {
  var root = document.documentElement;
  function kept(key) {
    try {
      return localStorage.getItem(key);
    } catch (e) {
      return null; // Storage may be switched off; the system's own wishes apply.
    }
  }
  var scheme = kept("relay-scheme");
  var dark = window.matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.scheme = scheme === "light" || scheme === "dark" ? scheme : dark ? "dark" : "light";
  root.dataset.type = kept("relay-type") || "normal";
  root.lang = kept("relay-language") || (navigator.language.indexOf("zh") === 0 ? "zh" : "en");
})();
