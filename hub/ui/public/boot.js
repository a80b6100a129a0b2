// Runs before the first paint, so that a dark room stays dark while the page loads, and asks for the words and for who is signed in. A file of its own, because the
// content security policy allows no inline script.
(function () {
  var scheme = null;
  var language = null;
  try {
    scheme = localStorage.getItem("relay-scheme");
    language = localStorage.getItem("relay-language");
  } catch (e) {
    // Storage may be switched off; the system's own wishes apply.
  }
  if (scheme !== "light" && scheme !== "dark") {
    scheme = window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  }
  document.documentElement.setAttribute("data-mantine-color-scheme", scheme);
  if (language !== "en" && language !== "zh") {
    language = navigator.language.indexOf("zh") === 0 ? "zh" : "en";
  }
  document.documentElement.lang = language;
  var words = document.currentScript.getAttribute("data-" + language);
  var fetched = function (rel, href, kind) {
    var link = document.createElement("link");
    link.rel = rel;
    link.href = href;
    if (kind) {
      link.as = kind;
      link.crossOrigin = "anonymous"; // as fetch() asks for what is of its own origin
    }
    document.head.appendChild(link);
  };
  if (words) fetched("modulepreload", words);
  if (location.pathname !== "/welcome") fetched("preload", "/api/v1/session", "fetch");
})();
