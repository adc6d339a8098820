// Making elements. Nothing that people wrote is ever parsed as part of the page: texts are texts, and of the body that
// the server has sanitised only known elements are built again.

/** An element; attributes that are false, null or undefined are left out, `on` has the listeners. */
function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name === "on") for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** A button that says, to those who cannot see where it stands, what it is about. */
function button(text, { about, ...attributes }) {
  return make("button", { type: "button", ...attributes }, text, about && make("span", { part: "unseen" }, ` ${about}`));
}

let made = 0;

/** An id for labels and descriptions, unique in the page. */
function freshId() {
  made += 1;
  return `masthead-${made}`;
}

// Pages with `require-trusted-types-for 'script'` name it in their `trusted-types`. What it passes is our own worker, and
// HTML that is parsed inside a document without scripts, pictures or styles.
const policy = (() => {
  try {
    return globalThis.trustedTypes?.createPolicy("masthead", {
      createHTML: (html) => html,
      createScriptURL: (address) => address,
    });
  } catch {
    return undefined;
  }
})();

const PROSE = new Set(["A", "P", "BR", "EM", "STRONG", "CODE", "PRE", "BLOCKQUOTE", "UL", "OL", "LI"]);

/** The nodes of a comment's `body_html`, built anew; of other elements only the text is left. */
function prose(html) {
  const fragment = document.createDocumentFragment();
  copy(parsed(html), fragment);
  return fragment;
}

function parsed(html) {
  const box = document.implementation.createHTMLDocument("").createElement("div");
  if (box.setHTML) box.setHTML(html);
  else box.innerHTML = policy ? policy.createHTML(html) : html;
  return box;
}

function copy(from, to) {
  for (const node of from.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) to.append(node.data);
    else if (node.nodeType === Node.ELEMENT_NODE) {
      const known = PROSE.has(node.tagName);
      const next = known ? document.createElement(node.tagName) : to;
      if (known) to.append(next);
      if (node.tagName === "A") link(node.getAttribute("href"), next);
      if (node.tagName === "OL" && /^\d{1,9}$/.test(node.getAttribute("start"))) next.start = node.getAttribute("start");
      if (!["SCRIPT", "STYLE", "TEMPLATE"].includes(node.tagName)) copy(node, next);
    }
  }
}

function link(address, anchor) {
  if (!/^(https?|mailto):/i.test(address ?? "")) return;
  anchor.href = address;
  anchor.rel = "nofollow ugc noopener noreferrer";
}
