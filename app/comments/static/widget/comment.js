// One comment with what can be done to it, and the branch below it.

class CommentView {
  /** `comment` is what the API answers, published, held or a tombstone; `holdReasons` are those of a held one. */
  constructor(thread, comment, holdReasons) {
    this.thread = thread;
    this.holdReasons = holdReasons;
    this.titleId = freshId();
    this.article = make("article", { tabindex: -1, "aria-labelledby": this.titleId });
    this.list = make("ol", { part: "replies", role: "list", hidden: true });
    this.more = button(thread.words.say("more_replies"), { part: "more", hidden: true, on: { click: () => this.#loadMore() } });
    this.element = make("li", { part: "item" }, this.article, this.list, this.more);
    this.update(comment);
    this.addReplies(comment.replies);
    this.#resume();
  }

  get id() {
    return this.comment.id;
  }

  get own() {
    return this.thread.store.own(this.id);
  }

  get name() {
    return this.comment.author?.name || this.thread.words.say("nobody");
  }

  update(comment, holdReasons = this.holdReasons) {
    const { words } = this.thread;
    this.comment = comment;
    this.holdReasons = holdReasons;
    this.note = make("p", { part: "notice", hidden: true });
    const { status } = comment;
    const parts = ["comment", status === "published" ? "" : status === "pending" ? "waiting" : status];
    if (comment.author?.staff) parts.push("staff");
    if (this.own) parts.push("own");
    this.article.setAttribute("part", parts.filter(Boolean).join(" "));
    this.list.setAttribute("aria-label", words.say("replies_to", { name: this.name }));
    if (status === "deleted") this.article.replaceChildren(make("p", { part: "deleted", id: this.titleId }, words.say("deleted")));
    else this.article.replaceChildren(this.#head(), this.#body(), this.#waiting() ?? "", this.note, this.#actions());
  }

  #head() {
    const { words } = this.thread;
    const { author, created_at, edited_at, number } = this.comment;
    const title = make("h3", { part: "author", id: this.titleId }, make("bdi", {}, this.name));
    const badge = author.staff ? "staff" : author.verified && "verified";
    const time = make("time", { datetime: created_at }, words.date(created_at));
    const where = make("span", { part: "unseen" }, `${words.say("link_to")} `);
    return make(
      "div",
      { part: "head" },
      title,
      badge && make("span", { part: badge === "staff" ? "badge" : "verified" }, words.say(badge)),
      this.comment.status === "published"
        ? make("a", { part: "time", href: `#comment-${number}` }, where, time)
        : make("span", { part: "time" }, time),
      edited_at && make("span", { part: "edited", title: words.date(edited_at) }, words.say("edited")),
    );
  }

  #body() {
    const { locale, dir, body_html } = this.comment;
    return make("div", { part: "body", lang: locale, dir }, prose(body_html));
  }

  #waiting() {
    const { words } = this.thread;
    if (this.comment.status === "pending") return make("p", { part: "notice" }, words.waiting(this.holdReasons));
    if (this.comment.status === "rejected") return make("p", { part: "notice" }, words.say("rejected"));
    return null;
  }

  #actions() {
    const { words, facts } = this.thread;
    const published = this.comment.status === "published";
    const by = { about: words.say("of", { name: this.name }) };
    const actions = make("div", { part: "actions" });
    const add = (name, act, more = {}) => {
      const made = button(words.say(name), { ...by, part: `action ${name}`, on: { click: act }, ...more });
      actions.append(made);
      return made;
    };
    if (published) {
      this.recommender = add("recommend", () => this.#recommend(), { about: undefined });
      this.#showRecommendations();
    }
    if (published && facts.status === "open") {
      this.replier = add("reply", () => this.#reply(), { about: words.say("to", { name: this.name }) });
    }
    if (this.#editable && this.comment.status !== "rejected") this.editor = add("edit", () => this.#edit());
    if (this.#editable) add("remove", () => this.#remove());
    if (!published && !this.#editable) add("dismiss", () => this.#dismiss());
    if (published && !this.own && !this.comment.author.staff) add("report", () => this.#report());
    return actions;
  }

  get #editable() {
    const minutes = this.thread.site.edit_window_minutes;
    return Boolean(this.own) && Date.now() < Date.parse(this.comment.created_at) + minutes * 60_000;
  }

  /** Say something about this comment, to eyes and to ears. */
  tell(text) {
    this.note.textContent = text;
    this.note.hidden = false;
    this.thread.announce(text);
  }

  async #attempt(work) {
    if (this.busy) return;
    this.busy = true;
    try {
      await work();
    } catch (error) {
      if (error.name !== "AbortError") this.tell(this.thread.words.complaint(error));
    } finally {
      this.busy = false;
    }
  }

  mark() {
    this.article.part.add("new");
  }

  focus() {
    this.article.focus();
    this.article.scrollIntoView({ block: "nearest" });
  }

  addReplies({ items, next }) {
    const added = items.map((reply) => this.thread.view(reply)).filter(Boolean);
    for (const view of added) this.append(view);
    this.cursor = next;
    this.more.hidden = !next;
    return added;
  }

  append(view) {
    this.list.append(view.element);
    this.list.hidden = false;
  }

  #loadMore() {
    return this.#attempt(async () => {
      const page = await this.thread.server.get(`/v1/comments/${this.id}/replies`, { query: { cursor: this.cursor } });
      const [first] = this.addReplies(page);
      first?.focus();
      this.thread.announce(this.thread.words.say("more_loaded", { n: page.items.length }));
    });
  }

  #showRecommendations() {
    const { words, store } = this.thread;
    const { recommendations } = this.comment;
    const count = recommendations ? ` ${words.numbers.format(recommendations)}` : "";
    const about = make("span", { part: "unseen" }, ` ${words.say("of", { name: this.name })}`);
    this.recommender.replaceChildren(words.say("recommend"), count, about);
    this.recommender.setAttribute("aria-pressed", store.likes(this.id));
  }

  #recommend() {
    return this.#attempt(async () => {
      const { server, store, words } = this.thread;
      const method = store.likes(this.id) ? "DELETE" : "PUT";
      const { recommendations, recommended } = await server.sendAsReader(method, `/v1/comments/${this.id}/recommendation`);
      store.setLike(this.id, recommended);
      this.comment.recommendations = recommendations;
      this.#showRecommendations();
      this.thread.announce(words.say(recommended ? "recommended" : "unrecommended"));
    });
  }

  async #report() {
    const { words, server } = this.thread;
    let sent = false;
    const act = async ({ reason, note }) => {
      const body = JSON.stringify({ reason, note: note.trim() || undefined });
      await server.sendAsReader("POST", `/v1/comments/${this.id}/reports`, { body, key: randomKey() });
      sent = true;
    };
    await ask(this.thread, { title: words.say("report_title"), content: reportFields(words), action: words.say("report"), act });
    if (sent) this.tell(words.say("reported"));
  }

  /** Forms that were open when the page was left are open again. */
  #resume() {
    const { store, facts } = this.thread;
    if (this.comment.status === "published" && facts.status === "open" && store.draft(this.id).body) this.#reply();
    if (this.comment.status !== "deleted" && this.#editable && store.draft(`edit ${this.id}`).body) this.#edit();
  }

  #open(form) {
    this.form?.element.remove();
    this.form = form;
    this.article.after(form.element);
    form.focus();
  }

  #shut() {
    this.form?.element.remove();
    this.form = undefined;
  }

  #reply() {
    const { words, store } = this.thread;
    const cancel = () => {
      this.#shut();
      this.replier.focus();
    };
    const send = (values, form) => form.post(values, this.id);
    const done = (answer, values) => {
      this.#shut();
      this.thread.posted(answer, values, this);
    };
    const title = words.say("answer", { name: this.name });
    this.#open(new WritingForm(this.thread, { key: this.id, title, send, done, cancel }));
  }

  #edit() {
    const { words, server } = this.thread;
    const { token, body = this.article.querySelector("[part=body]").innerText } = this.own;
    const cancel = () => {
      this.#shut();
      this.editor.focus();
    };
    let before;
    const send = (values) => {
      before = this.thread.count;
      return server.send("PATCH", `/v1/comments/${this.id}`, { body: JSON.stringify(values), token });
    };
    const done = (answer, values) => {
      this.#shut();
      this.#edited(answer, values, before);
    };
    const title = words.say("change");
    this.#open(new WritingForm(this.thread, { key: `edit ${this.id}`, title, change: body, send, done, cancel }));
  }

  #edited(answer, { body }, before) {
    const { words, store } = this.thread;
    const held = answer.status !== "published";
    if (held && this.comment.status === "published") this.thread.oneLess(before);
    store.putOwn(this.id, { body, held });
    this.update(answer, answer.hold_reasons);
    this.focus();
    this.thread.announce(words.say(held ? "held" : "saved"));
  }

  async #remove() {
    const { words, server, store } = this.thread;
    const { token } = this.own;
    let gone = false;
    let before;
    const act = async () => {
      before = this.thread.count;
      await server.send("DELETE", `/v1/comments/${this.id}`, { token });
      gone = true;
    };
    const content = make("p", {}, words.say("remove_text"));
    await ask(this.thread, { title: words.say("remove_title"), content, action: words.say("remove"), act });
    if (!gone) return;
    store.dropOwn(this.id);
    if (this.comment.status === "published") this.thread.oneLess(before);
    this.#vanish(words.say("removed"));
  }

  #dismiss() {
    this.thread.store.dropOwn(this.id);
    this.#vanish("");
  }

  /** A tombstone stays where answers hang on it. */
  #vanish(said) {
    this.#shut();
    if (this.list.children.length || this.cursor) {
      this.update({ ...this.comment, status: "deleted", author: undefined });
      this.article.focus();
    } else this.thread.remove(this);
    this.thread.announce(said);
  }
}
