// Hearing that a thread has changed: by the stream of hints, or by asking again where there is none.

const POLL = 30_000;

/** Calls `hear` with `{count, last_id}` (from the stream) or `{count, etag}` (asked for), while the page is seen. */
class Live {
  constructor(server, path, hear, signal) {
    this.server = server;
    this.path = path;
    this.hear = hear;
    this.signal = signal;
    const options = { signal };
    document.addEventListener("visibilitychange", () => this.#look(), options);
    globalThis.addEventListener("online", () => this.#look(), options);
    signal.addEventListener("abort", () => this.#close());
    if (!document.hidden) this.#open();
  }

  #open() {
    this.#close();
    this.stream = new EventSource(this.server.address(`${this.path}/stream`));
    this.stream.addEventListener("thread", (event) => this.hear(JSON.parse(event.data)));
    this.timer = setInterval(() => this.stream.readyState !== EventSource.OPEN && this.poll(), POLL);
  }

  #close() {
    this.stream?.close();
    clearInterval(this.timer);
  }

  #look() {
    if (document.hidden) return this.#close();
    this.#open();
    this.poll();
  }

  /** Ask for one comment: the answer has the count, and its tag says whether anything moved. */
  async poll() {
    try {
      const changed = await this.server.getIfChanged(this.path, { limit: 1, sort: "newest" }, this.etag);
      if (!changed) return;
      this.etag = changed.etag;
      this.hear({ count: changed.page.thread.count, last_id: changed.page.items[0]?.id });
    } catch {
      // no network, or none with that server: the next turn asks again
    }
  }
}
