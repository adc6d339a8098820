// Chooses a story, a language and colours for the widget of this page.

const widget = document.querySelector("masthead-comments");
const stories = document.getElementById("story");
const theme = document.getElementById("theme");

function speak(language) {
  document.documentElement.lang = language;
  document.documentElement.dir = language === "ar" ? "rtl" : "ltr";
  widget.setAttribute("locale", language);
}

function choose() {
  widget.setAttribute("slug", stories.value);
}

async function load() {
  const answer = await fetch("/v1/posts?limit=50", { credentials: "omit" });
  const { items } = await answer.json();
  for (const { slug, title, locale, dir } of items) {
    const option = new Option(title, slug);
    option.lang = locale;
    option.dir = dir;
    stories.append(option);
  }
  const asked = new URLSearchParams(location.search).get("slug");
  if (items.some(({ slug }) => slug === asked)) stories.value = asked;
  if (items.length) choose();
}

for (const button of document.querySelectorAll("button[data-language]"))
  button.addEventListener("click", () => speak(button.dataset.language));
stories.addEventListener("change", choose);
theme.addEventListener("change", () => widget.setAttribute("theme", theme.value));
speak(document.documentElement.lang);
load();
