"use strict";
const WORDS = {
  en: { text: "Text message", voice: "Call: the voice says", other: "中文" },
  zh: { text: "短信", voice: "语音来电", other: "English" },
};
let language = new URLSearchParams(location.search).get("lang") === "zh" || (!location.search && navigator.language.startsWith("zh")) ? "zh" : "en";
let shown = "";

function say() {
  document.documentElement.lang = language;
  for (const each of document.querySelectorAll("[data-en]")) each.textContent = each.dataset[language];
  document.getElementById("language").textContent = WORDS[language].other;
}

function made(tag, text, name) {
  const element = document.createElement(tag);
  element.textContent = text;
  if (name) element.className = name;
  return element;
}

function show(messages) {
  const phones = new Map();
  for (const message of messages) phones.set(message.to, [...(phones.get(message.to) ?? []), message]);
  const sections = [...phones].map(([number, some]) => {
    const section = made("section", "");
    section.append(made("h2", number));
    for (const message of some) {
      const article = made("article", "", message.channel === "voice" ? "voice" : "text");
      const words = made("p", message.text);
      words.lang = message.language;
      article.append(words, made("small", `${WORDS[language][message.channel === "voice" ? "voice" : "text"]} · ${message.at}`));
      section.append(article);
    }
    return section;
  });
  document.getElementById("phones").replaceChildren(...sections);
  document.getElementById("none").hidden = sections.length > 0;
}

async function look() {
  try {
    const text = await (await fetch("/messages")).text();
    if (text + language !== shown) {
      shown = text + language;
      show(JSON.parse(text));
    }
  } catch { /* it is asked again */ }
  setTimeout(look, 1000);
}

document.getElementById("language").addEventListener("click", () => {
  language = language === "zh" ? "en" : "zh";
  history.replaceState(null, "", `?lang=${language}`);
  shown = "";
  say();
});
say();
look();
