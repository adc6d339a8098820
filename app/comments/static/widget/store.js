// What stays in this browser: the reader's key, the edit tokens of own comments, what was recommended; and, until the
// tab is closed, what was typed. A browser that keeps nothing still works until the page is left.

const DAY = 86_400_000;
const KEPT = 30 * DAY; // an edit token opens a held comment for 30 days
const MOST_OWN = 100;
const MOST_LIKED = 1_000;
const memory = { local: new Map(), session: new Map() };

function recall(kind, name) {
  try {
    return globalThis[`${kind}Storage`].getItem(name) ?? memory[kind].get(name) ?? null;
  } catch {
    return memory[kind].get(name) ?? null;
  }
}

function keep(kind, name, text) {
  if (text === null) memory[kind].delete(name);
  else memory[kind].set(name, text);
  try {
    if (text === null) globalThis[`${kind}Storage`].removeItem(name);
    else globalThis[`${kind}Storage`].setItem(name, text);
  } catch {
    // full or forbidden: the memory of the page has it
  }
}

class Store {
  constructor(base, slug) {
    this.name = `masthead-comments ${base}`;
    this.drafts = `masthead-comments ${base} ${slug}`;
    this.slug = slug;
  }

  #read() {
    try {
      const { reader, own, liked } = JSON.parse(recall("local", this.name)) ?? {};
      return { reader, own: own ?? {}, liked: liked ?? [] };
    } catch {
      return { own: {}, liked: [] };
    }
  }

  /** Read, change, write at once: another tab may have written since. */
  #change(change) {
    const kept = this.#read();
    change(kept);
    const recent = Object.entries(kept.own).filter(([, own]) => own.at > Date.now() - KEPT);
    kept.own = Object.fromEntries(recent.sort(([, a], [, b]) => b.at - a.at).slice(0, MOST_OWN));
    kept.liked = kept.liked.slice(-MOST_LIKED);
    keep("local", this.name, JSON.stringify(kept));
  }

  get reader() {
    return this.#read().reader;
  }

  set reader(key) {
    this.#change((kept) => (kept.reader = key));
  }

  /** `{token, slug, body, at, held}` of a comment that was written here. */
  own(id) {
    return this.#read().own[id];
  }

  putOwn(id, facts) {
    this.#change((kept) => (kept.own[id] = { ...kept.own[id], slug: this.slug, ...facts }));
  }

  dropOwn(id) {
    this.#change((kept) => delete kept.own[id]);
  }

  /** Own comments of this thread that were not public when they were last seen. */
  held() {
    return Object.entries(this.#read().own).filter(([, own]) => own.slug === this.slug && own.held);
  }

  likes(id) {
    return this.#read().liked.includes(id);
  }

  setLike(id, liked) {
    this.#change((kept) => (kept.liked = kept.liked.filter((other) => other !== id).concat(liked ? [id] : [])));
  }

  /** What was typed into a form and not sent yet, by the names of its fields. */
  draft(key) {
    try {
      return JSON.parse(recall("session", `${this.drafts} ${key}`)) ?? {};
    } catch {
      return {};
    }
  }

  putDraft(key, fields) {
    keep("session", `${this.drafts} ${key}`, fields && JSON.stringify(fields));
  }
}
