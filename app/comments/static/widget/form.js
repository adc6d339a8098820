// Writing: a new comment, a reply, or a change. What is typed is kept at once and dropped only when the server has it.

const READING_TIME = 3_200; // the server believes no one who answers within 3 seconds
const LONGEST_BODY = 10_000;
const LONGEST_NAME = 120;

class WritingForm {
  /** `key` names its draft; with `change` it asks for the body alone. `send(fields, body)` answers what `done` is told. */
  constructor(thread, { key, title, change, send, done, cancel }) {
    this.thread = thread;
    this.key = key;
    this.send = send;
    this.done = done;
    this.controls = new Map();
    this.alert = make("p", { part: "alert", role: "alert" });
    const id = freshId();
    this.element = make(
      "form",
      { part: "form", novalidate: true, "aria-labelledby": id },
      make("h3", { id, part: "form-title" }, title),
      change === undefined && this.#who(),
      this.#field("body", make("textarea", { dir: "auto", maxlength: LONGEST_BODY }), true),
      this.alert,
      this.#buttons(change, cancel),
    );
    this.#fill(change);
    this.element.addEventListener("submit", (event) => this.#submit(event));
    this.element.addEventListener("input", () => this.#keep());
    if (change === undefined) this.element.addEventListener("focusin", () => this.#prepare());
  }

  /** Fields for who writes; the last one is a trap for robots, which people neither see nor reach. */
  #who() {
    const { words, site } = this.thread;
    const name = make("input", { dir: "auto", autocomplete: "nickname", maxlength: LONGEST_NAME });
    const email = make("input", { type: "email", dir: "ltr", autocomplete: "email" });
    const about = ["none", "replies", "thread"].map((value) => make("option", { value }, words.say(`notify_${value}`)));
    this.trap = make("input", { name: "homepage", tabindex: -1, autocomplete: "off" });
    this.notify = this.#field("notify", make("select", {}, about));
    return [
      this.#field("author_name", name, site.name_required, "name"),
      this.#field("author_email", email, site.email_required, "email"),
      this.notify,
      make("div", { part: "unseen", "aria-hidden": "true" }, make("label", {}, "Homepage", this.trap)),
    ];
  }

  #field(name, control, required, text = name) {
    const { words } = this.thread;
    const id = freshId();
    const fault = make("p", { part: "fault", id: `${id}-fault`, hidden: true });
    control.id = id;
    control.name = name;
    control.setAttribute("part", "input");
    control.required = Boolean(required);
    this.controls.set(name, { control, fault });
    const optional = required === false && ` ${words.say("optional")}`;
    return make("div", { part: "field" }, make("label", { for: id }, words.say(text), optional), control, fault);
  }

  #buttons(change, cancel) {
    const { words } = this.thread;
    this.submitter = make("button", { type: "submit", part: "primary" }, words.say(change === undefined ? "send" : "save"));
    const close = () => {
      this.thread.store.putDraft(this.key, null);
      cancel();
    };
    const cancelling = cancel && button(words.say("cancel"), { part: "plain", on: { click: close } });
    return make("div", { part: "buttons" }, this.submitter, cancelling);
  }

  #fill(change) {
    const kept = { body: change, ...this.thread.store.draft("who"), ...this.thread.store.draft(this.key) };
    for (const [name, { control }] of this.controls) if (kept[name]) control.value = kept[name];
    this.#showNotify();
  }

  #keep() {
    const { author_name, author_email, ...rest } = this.#values();
    this.thread.store.putDraft(this.key, rest.body ? rest : null);
    if (this.notify) this.thread.store.putDraft("who", { author_name, author_email });
    this.#showNotify();
  }

  #showNotify() {
    if (this.notify) this.notify.hidden = !this.controls.get("author_email").control.value.trim();
  }

  #values() {
    const filled = [...this.controls].map(([name, { control }]) => [name, control.value.trim()]);
    const values = Object.fromEntries(filled.filter(([, value]) => value));
    if (!values.author_email) delete values.notify;
    return values;
  }

  focus() {
    this.controls.get("body").control.focus();
  }

  async #submit(event) {
    event.preventDefault();
    if (this.busy) return;
    this.#forgive();
    const values = this.#values();
    const missing = [...this.controls].filter(([name, { control }]) => control.required && !values[name]);
    if (missing.length) {
      this.#complain(new Problem("fields", { fields: new Map(missing.map(([name]) => [name, { code: "missing" }])) }));
      return;
    }
    this.#setBusy(true);
    try {
      const answer = await this.send(values, this);
      this.thread.store.putDraft(this.key, null);
      this.controls.get("body").control.value = "";
      this.done(answer, values);
    } catch (error) {
      if (error.name !== "AbortError") this.#complain(error);
    } finally {
      this.#setBusy(false);
    }
  }

  // not `disabled`: the button would lose the focus
  #setBusy(busy) {
    this.busy = busy;
    this.submitter.setAttribute("aria-disabled", busy);
    if (busy) this.thread.announce(this.thread.words.say("sending"));
  }

  #forgive() {
    this.alert.textContent = "";
    for (const { control, fault } of this.controls.values()) {
      fault.hidden = true;
      control.removeAttribute("aria-invalid");
      control.removeAttribute("aria-describedby");
    }
  }

  #complain(error) {
    const { words } = this.thread;
    this.alert.textContent = words.complaint(error);
    let first;
    for (const [name, said] of error.fields ?? []) {
      const { control, fault } = this.controls.get(name) ?? {};
      if (!control) continue;
      fault.textContent = words.fault(said);
      fault.hidden = false;
      control.setAttribute("aria-invalid", "true");
      control.setAttribute("aria-describedby", fault.id);
      first ??= control;
    }
    first?.focus();
  }

  /** Begins when the form is first entered: the token must have an age, and the proof takes its time while people type. */
  #prepare() {
    const { server, slug } = this.thread;
    this.prepared ??= server.get("/v1/challenge", { query: { form: "comment", post: slug } }).then(
      async ({ render_token, expires_at, challenge }) => {
        const ready = Date.now() + READING_TIME;
        return { proof: { render_token, altcha: await solve(challenge) }, ready, expires: Date.parse(expires_at) };
      },
    );
    this.prepared.catch(() => (this.prepared = undefined));
    return this.prepared;
  }

  /** The token and the proof; nothing when there are none, since the server then holds the comment. */
  async #proof() {
    try {
      const { proof, ready, expires } = await this.#prepare();
      if (expires < Date.now()) {
        this.prepared = undefined;
        return this.#proof();
      }
      await new Promise((go) => setTimeout(go, Math.max(0, ready - Date.now())));
      return proof;
    } catch {
      return {};
    }
  }

  /** Send a new comment; when nobody knows whether it arrived, the next try repeats exactly the same request. */
  async post(values, parentId) {
    const { server, store, path } = this.thread;
    const text = JSON.stringify(values);
    if (this.sent?.text !== text) {
      const draft = { ...values, parent_id: parentId, homepage: this.trap.value, ...(await this.#proof()) };
      this.sent = { text, key: randomKey(), body: JSON.stringify(draft) };
    }
    try {
      // one more reader is made up only for who was one: writing needs no key
      const answer = await (store.reader ? server.sendAsReader("POST", path, this.sent) : server.send("POST", path, this.sent));
      this.#spent();
      return answer;
    } catch (error) {
      if (!error.unsure) this.sent = undefined;
      // what is refused for its fields alone has not been looked at, so its proof is still good
      if (!error.unsure && error.kind !== "fields") {
        this.#spent();
        this.#prepare();
      }
      throw error;
    }
  }

  #spent() {
    this.sent = this.prepared = undefined;
  }
}
