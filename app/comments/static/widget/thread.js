// The thread of one story: its list, its form, what is new in it.

const PAGE = 20;
const MOST_PAGE = 100;
const SORTS = ["oldest", "newest", "top"];
const POLICY = { name_required: true, email_required: false, edit_window_minutes: 15 };

class Thread {
  constructor(shadow, { base, slug, locale, sort }) {
    this.ending = new AbortController();
    this.slug = slug;
    this.path = `/v1/posts/${encodeURIComponent(slug)}/comments`;
    this.sort = SORTS.includes(sort) ? sort : SORTS[0];
    this.words = new Words(locale);
    this.store = new Store(base, slug);
    this.server = new Server(base, this.store, this.ending.signal);
    this.site = POLICY;
    this.views = new Map();
    this.#build();
    shadow.replaceChildren(this.root);
    this.#listen();
    this.#begin();
  }

  close() {
    this.ending.abort();
  }

  #build() {
    const { words } = this;
    const [titleId, sortId] = [freshId(), freshId()];
    const list = (part) => make("ol", { part, role: "list" });
    this.title = make("h2", { part: "title", id: titleId, tabindex: -1 }, words.say("loading"));
    this.sorter = make(
      "select",
      { id: sortId, on: { change: () => this.#resort() } },
      SORTS.map((sort) => make("option", { value: sort, selected: sort === this.sort }, words.say(sort))),
    );
    this.sorting = make("div", { part: "sort", hidden: true }, make("label", { for: sortId }, words.say("order")), this.sorter);
    this.live = make("p", { part: "unseen status", role: "status" });
    this.notice = make("div", { part: "alert", role: "alert" });
    this.closed = make("p", { part: "notice closed", hidden: true });
    this.writing = make("div", { part: "writing" });
    this.waiting = list("waiting-list");
    this.yours = make("section", { part: "yours", hidden: true }, make("h3", {}, words.say("yours")), this.waiting);
    this.fresh = make("button", { type: "button", part: "new", hidden: true, on: { click: () => this.#refresh() } });
    this.pinned = make("div", { part: "pin", hidden: true }, make("p", { part: "notice" }, words.say("pinned")), list("pinned-list"));
    this.list = list("comments");
    this.more = button(words.say("more"), { part: "more", hidden: true, on: { click: () => this.#loadMore() } });
    this.root = make(
      "section",
      { part: "thread", lang: words.language, dir: words.dir, "aria-labelledby": titleId },
      make("div", { part: "top" }, this.title, this.sorting),
      [this.live, this.notice, this.closed, this.writing, this.yours, this.fresh, this.pinned, this.list, this.more],
    );
  }

  #listen() {
    const options = { signal: this.ending.signal };
    globalThis.addEventListener("hashchange", () => this.#goToHash(), options);
    globalThis.addEventListener("offline", () => this.#complain(this.words.say("offline")), options);
    globalThis.addEventListener("online", () => this.#backOnline(), options);
  }

  /** Put into the live region, for those who listen. */
  announce(text) {
    this.live.textContent = text;
  }

  #complain(text, again) {
    const retry = again && button(this.words.say("again"), { part: "plain", on: { click: again } });
    this.notice.replaceChildren(make("p", {}, text), retry ?? "");
  }

  async #attempt(work) {
    if (this.busy) return;
    this.busy = true;
    this.list.setAttribute("aria-busy", "true");
    try {
      this.notice.replaceChildren();
      await work();
    } catch (error) {
      if (error.name !== "AbortError") this.#complain(this.words.complaint(error), () => this.#attempt(work));
    } finally {
      this.busy = false;
      this.list.removeAttribute("aria-busy");
    }
  }

  #begin() {
    return this.#attempt(async () => {
      const [site, page] = await Promise.all([this.server.get("/v1/site").catch(() => ({})), this.#page(PAGE)]);
      this.site = { ...POLICY, ...site.comments };
      await this.#show(page);
      this.#goToHash();
      this.hints ??= new Live(this.server, this.path, (hint) => this.#hear(hint), this.ending.signal);
    });
  }

  #backOnline() {
    this.notice.replaceChildren();
    this.announce(this.words.say("online"));
    if (!this.facts) this.#begin();
  }

  #page(limit, cursor) {
    return this.server.get(this.path, { query: { sort: this.sort, limit, cursor } });
  }

  async #load(limit) {
    await this.#show(await this.#page(limit));
  }

  async #show(page) {
    this.views.clear();
    this.facts = page.thread;
    this.#count(page.thread.count);
    this.#showState();
    // the same comment with its answers, where the page has it
    const pinned = page.items.find(({ id }) => id === page.thread.pinned?.id) ?? page.thread.pinned;
    this.#fill(this.pinned.lastChild, pinned ? [pinned] : []);
    this.pinned.hidden = !this.pinned.lastChild.children.length;
    this.#fill(this.list, page.items);
    this.#next(page.next);
    this.waiting.replaceChildren();
    await this.#restoreWaiting();
  }

  #fill(list, comments) {
    list.replaceChildren(...comments.map((comment) => this.view(comment)?.element).filter(Boolean));
  }

  #next(cursor) {
    this.cursor = cursor;
    this.more.hidden = !cursor;
  }

  #showState() {
    const { status } = this.facts;
    this.sorting.hidden = !this.facts.count;
    this.closed.hidden = status === "open";
    this.closed.textContent = status === "open" ? "" : this.words.say(status);
    if (status !== "open") this.writing.replaceChildren();
    else if (!this.form) this.#openForm();
  }

  #openForm() {
    const send = (values, form) => form.post(values);
    const done = (answer, values) => this.posted(answer, values);
    this.form = new WritingForm(this, { key: "new", title: this.words.say("write"), send, done });
    this.writing.replaceChildren(this.form.element);
  }

  /** A view for a comment that is not shown yet; nothing for one that is. */
  view(comment, holdReasons) {
    if (this.views.has(comment.id)) return undefined;
    const view = new CommentView(this, comment, holdReasons);
    this.views.set(comment.id, view);
    return view;
  }

  #loadMore() {
    return this.#attempt(async () => {
      const page = await this.#page(PAGE, this.cursor);
      const added = page.items.map((comment) => this.view(comment)).filter(Boolean);
      this.list.append(...added.map((view) => view.element));
      this.#next(page.next);
      added[0]?.focus();
      this.announce(this.words.say("more_loaded", { n: added.length }));
    });
  }

  #resort() {
    this.sort = this.sorter.value;
    return this.#attempt(() => this.#load(PAGE));
  }

  /** What arrived since: in its place when that is on this page, else the newest first. */
  #refresh() {
    return this.#attempt(async () => {
      const known = new Set(this.views.keys());
      const unseen = () => [...this.views.values()].filter((view) => !known.has(view.id));
      await this.#load(Math.min(MOST_PAGE, Math.max(PAGE, this.list.children.length + this.heard - this.count)));
      if (!unseen().length) {
        this.sort = this.sorter.value = "newest";
        await this.#load(PAGE);
      }
      for (const view of unseen()) view.mark();
      (unseen()[0] ?? this.title).focus();
    });
  }

  #hear({ count }) {
    this.heard = count;
    if (count < this.count) this.#count(count);
    this.#showFresh();
  }

  #count(count) {
    this.count = count;
    this.title.textContent = this.words.say("count", { n: count });
    this.#showFresh();
  }

  #showFresh() {
    const n = (this.heard ?? 0) - this.count;
    this.fresh.hidden = n <= 0;
    const text = n > 0 ? this.words.say("fresh", { n }) : "";
    if (text && text !== this.fresh.textContent) this.announce(text);
    this.fresh.textContent = text;
  }

  /** One more by the reader's own hand: the hint about it is no news. */
  #oneMore() {
    this.#count(this.count + 1);
    this.sorting.hidden = false;
  }

  /** One less than `before` by the reader's own hand; the hint about it may have come before the answer. */
  oneLess(before) {
    this.#count(Math.min(this.count, before - 1));
    this.sorting.hidden = !this.count;
  }

  /** A comment was taken: show it where it belongs, to its writer also while it is held. */
  posted({ comment, edit_token, hold_reasons }, { body }, parent) {
    const held = comment.status !== "published";
    this.store.putOwn(comment.id, { token: edit_token, body, at: Date.parse(comment.created_at), held });
    const view = this.view(comment, hold_reasons);
    if (!view) return;
    if (!held) this.#oneMore();
    if (parent) parent.append(view);
    else if (held) this.#await(view);
    else if (this.sort === "newest") this.list.prepend(view.element);
    else this.list.append(view.element);
    view.focus();
    this.announce(this.words.say(held ? "held" : "published"));
  }

  #await(view) {
    this.waiting.append(view.element);
    this.yours.hidden = false;
  }

  async #restoreWaiting() {
    await Promise.all(this.store.held().map(([id, { token }]) => this.#restore(id, token)));
    this.yours.hidden = !this.waiting.children.length;
  }

  async #restore(id, token) {
    try {
      const comment = await this.server.get(`/v1/comments/${id}`, { token });
      if (comment.status === "published") this.store.putOwn(id, { held: false });
      if (comment.status === "deleted") this.store.dropOwn(id);
      if (comment.status !== "pending" && comment.status !== "rejected") return;
      const view = this.view(comment, comment.hold_reasons);
      const parent = this.views.get(comment.parent_id);
      if (parent && view) parent.append(view);
      else if (view) this.#await(view);
    } catch (error) {
      if (error.status === 401 || error.status === 404) this.store.dropOwn(id);
    }
  }

  remove(view) {
    const parent = this.views.get(view.comment.parent_id);
    this.views.delete(view.id);
    view.element.remove();
    if (parent) parent.list.hidden = !parent.list.children.length;
    this.yours.hidden = !this.waiting.children.length;
    (parent ?? this.title).focus();
  }

  /** `#comment-12` or `#c12` in the address leads to the comment with this number, if it is on the page. */
  #goToHash() {
    const number = Number(/^#c(?:omment-)?(\d+)$/.exec(location.hash)?.[1]);
    [...this.views.values()].find((view) => view.comment.number === number)?.focus();
  }
}
