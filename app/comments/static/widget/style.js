// One style sheet for every widget of the page. Pages change it through the custom properties and the parts.

const STYLE = `
:host {
  --_text: var(--masthead-text, #1c1c1e);
  --_muted: var(--masthead-muted, #5a5a60);
  --_background: var(--masthead-background, #ffffff);
  --_border: var(--masthead-border, #8a8a90);
  --_line: var(--masthead-line, #dcdce0);
  --_accent: var(--masthead-accent, #0b57a4);
  --_on-accent: var(--masthead-on-accent, #ffffff);
  --_danger: var(--masthead-danger, #a8071a);
  --_radius: var(--masthead-radius, .375rem);
  --_gap: var(--masthead-gap, 1rem);
  display: block;
  color-scheme: light;
  color: var(--_text);
  background: var(--_background);
  font: var(--masthead-font, 1rem/1.6 system-ui, sans-serif);
}
:host([hidden]) { display: none }
:host([theme="dark"]) {
  --_text: var(--masthead-text, #f0f0f2);
  --_muted: var(--masthead-muted, #b4b4bb);
  --_background: var(--masthead-background, #18181b);
  --_border: var(--masthead-border, #7c7c84);
  --_line: var(--masthead-line, #3a3a40);
  --_accent: var(--masthead-accent, #8ab8f0);
  --_on-accent: var(--masthead-on-accent, #101013);
  --_danger: var(--masthead-danger, #ff9a9a);
  color-scheme: dark;
}
@media (prefers-color-scheme: dark) {
  :host(:not([theme="light"])) {
    --_text: var(--masthead-text, #f0f0f2);
    --_muted: var(--masthead-muted, #b4b4bb);
    --_background: var(--masthead-background, #18181b);
    --_border: var(--masthead-border, #7c7c84);
    --_line: var(--masthead-line, #3a3a40);
    --_accent: var(--masthead-accent, #8ab8f0);
    --_on-accent: var(--masthead-on-accent, #101013);
    --_danger: var(--masthead-danger, #ff9a9a);
    color-scheme: dark;
  }
}
* { box-sizing: border-box }
[hidden] { display: none !important }
[part~="thread"] { display: grid; gap: var(--_gap); overflow-wrap: anywhere }
[part~="thread"] > *, [part~="item"] > * { min-width: 0 }
h2, h3, p, ol, fieldset { margin: 0; padding: 0 }
h2 { font-size: 1.35em; line-height: 1.3 }
h3 { font-size: 1em }
ol[role="list"] { list-style: none; display: grid; gap: var(--_gap) }
[part~="top"], [part~="head"], [part~="actions"], [part~="buttons"] {
  display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem .75rem;
}
[part~="title"] { flex: 1 }
[part~="status"]:empty { display: none }
[part~="status"], [part~="notice"], [part~="time"], [part~="edited"], [part~="deleted"] { color: var(--_muted) }
[part~="notice"] { font-size: .9em }
[part~="alert"], [part~="fault"] { color: var(--_danger) }
[part~="alert"]:empty { display: none }
[part~="fault"], [part~="time"], [part~="edited"], [part~="actions"] { font-size: .875em }
[part~="comment"] { padding-block-end: var(--_gap); border-block-end: 1px solid var(--_line); scroll-margin: 1rem }
[part~="waiting"], [part~="pinned"], [part~="new"]:not(button) {
  padding-inline-start: .75rem; border-inline-start: .25rem solid var(--_accent);
}
[part~="replies"] { margin-block-start: var(--_gap); margin-inline-start: clamp(.75rem, 4%, 2rem) }
[part~="replies"] [part~="replies"] [part~="replies"] [part~="replies"] [part~="replies"] { margin-inline-start: 0 }
[part~="item"] > [part~="more"], [part~="item"] > form { margin-block-start: var(--_gap) }
[part~="badge"] {
  padding-inline: .4rem; border-radius: var(--_radius); background: var(--_accent); color: var(--_on-accent);
  font-size: .8em; font-weight: 600;
}
[part~="body"] { margin-block: .25rem .5rem }
[part~="body"] > * { margin-block: 0 .5em }
[part~="body"] pre { overflow-x: auto; white-space: pre-wrap }
[part~="body"] blockquote { margin-inline: 1rem 0; padding-inline-start: .75rem; border-inline-start: 2px solid var(--_border) }
a { color: var(--_accent) }
[part~="time"] { text-decoration: none }
[part~="time"]:hover { text-decoration: underline }
form { display: grid; gap: .75rem }
label, legend { display: block; font-weight: 600; padding: 0 }
[part~="field"] > label { margin-block-end: .2rem }
fieldset { border: 0; min-width: 0 }
[part~="choice"] { display: flex; gap: .5rem; font-weight: 400 }
input:not([type="radio"]), textarea, select {
  font: inherit; color: inherit; background: var(--_background);
  border: 1px solid var(--_border); border-radius: var(--_radius); padding: .4rem .5rem; max-width: 100%;
}
[part~="input"] { width: 100% }
textarea { min-height: 6.5rem; resize: vertical }
[aria-invalid="true"] { border-color: var(--_danger) !important }
button {
  font: inherit; cursor: pointer; color: var(--_accent); background: none; min-height: 1.75rem;
  border: 1px solid transparent; border-radius: var(--_radius); padding: .1rem .4rem;
}
[part~="actions"] { margin-inline-start: -.4rem }
[part~="more"], [part~="primary"], [part~="plain"], button[part~="new"] { border-color: var(--_border); padding: .35rem .9rem; justify-self: start }
[part~="primary"] { background: var(--_accent); border-color: var(--_accent); color: var(--_on-accent) }
button[aria-pressed="true"] { font-weight: 700; border-color: currentColor }
button[aria-disabled="true"] { opacity: .6; cursor: default }
:focus-visible { outline: 3px solid var(--_accent); outline-offset: 2px }
[part~="unseen"] { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
dialog {
  color: inherit; background: var(--_background); border: 1px solid var(--_border); border-radius: var(--_radius);
  width: min(30rem, calc(100% - 2rem)); padding: 1.25rem;
}
dialog::backdrop { background: rgb(0 0 0 / .5) }
@media (prefers-reduced-motion: no-preference) {
  button, a, input, textarea { transition: background-color .15s, border-color .15s }
}
@media (forced-colors: active) { [part~="badge"] { border: 1px solid } }
`;

let sheet;

/** A constructed sheet is no inline style, so that pages may forbid those. */
function dress(shadow) {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
  }
  shadow.adoptedStyleSheets = [sheet];
}
