// What both pages share. All words stand in the page in both languages; scripts show and hide them.

const find = (id) => document.getElementById(id);

function speak(language) {
  document.documentElement.lang = language;
  document.documentElement.dir = language === "ar" ? "rtl" : "ltr";
}

/** Shows the one message with this name, or none. */
function say(name) {
  for (const message of document.querySelectorAll("[data-say]")) {
    message.hidden = message.dataset.say !== name;
    if (!message.hidden) message.scrollIntoView({ block: "nearest" });
  }
}

/** Says what a TipError is about; anything else is a fault of ours, which the console shows. */
function complain(error) {
  const known = error instanceof TipError && document.querySelector(`[data-say="${error.code}"]`);
  say(known ? error.code : "failed");
  if (!known) console.error(error);
}

for (const button of document.querySelectorAll("button[data-language]"))
  button.addEventListener("click", () => speak(button.dataset.language));

// not <noscript>: browsers too old for modules are told as well
find("without-script").hidden = true;
document.querySelector("header").hidden = false;
if (globalThis.crypto?.subtle) find("work").hidden = false;
else say("insecure");
