// Talking with the server: plain requests without cookies, and errors as things that can be said.

/** What the server refused, or that it could not be reached; `fields` are its complaints by the name of a member. */
// `notice` is what the newsroom says about a ban, `until` its end.
class Problem extends Error {
  constructor(kind, { wait, fields, status, notice, until } = {}) {
    super(kind);
    this.kind = kind;
    this.wait = wait;
    this.notice = notice;
    this.until = until;
    this.fields = fields ?? new Map();
    this.status = status;
  }

  /** Whether the same request may be sent again because nobody knows what became of it. */
  get unsure() {
    return !this.status || this.status >= 500;
  }
}

class Server {
  constructor(base, store, signal) {
    this.base = base;
    this.store = store;
    this.signal = signal;
  }

  address(path, query) {
    const asked = Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== null);
    return `${this.base}${path}${asked.length ? `?${new URLSearchParams(asked)}` : ""}`;
  }

  get(path, { query, token } = {}) {
    return this.#ask("GET", this.address(path, query), { token });
  }

  /** A page again, or null when it is still the one with this tag. */
  async getIfChanged(path, query, etag) {
    const headers = etag ? { "If-None-Match": etag } : {};
    const answer = await this.#fetch("GET", this.address(path, query), { headers });
    if (answer.status === 304) return null;
    return { etag: answer.headers.get("ETag"), page: await answer.json() };
  }

  send(method, path, { body, token, reader, key } = {}) {
    return this.#ask(method, this.address(path), { body, token, reader, key });
  }

  /** The same with the key of this reader, which is asked for at its first use, and again when it is not known any more. */
  async sendAsReader(method, path, options) {
    if (!this.store.reader) await this.#newReader();
    try {
      return await this.send(method, path, { ...options, reader: this.store.reader });
    } catch (error) {
      if (error.status !== 400) throw error;
      await this.#newReader();
      return this.send(method, path, { ...options, reader: this.store.reader });
    }
  }

  async #newReader() {
    this.store.reader = (await this.send("POST", "/v1/readers", { key: randomKey() })).reader_key;
  }

  async #ask(method, address, { body, token, reader, key }) {
    const headers = {};
    if (body !== undefined) headers["Content-Type"] = "application/json";
    if (token) headers.Authorization = `Bearer ${token}`;
    if (reader) headers["Reader-Key"] = reader;
    if (key) headers["Idempotency-Key"] = key;
    const answer = await this.#fetch(method, address, { headers, body });
    return answer.status === 204 ? null : answer.json().catch(() => null);
  }

  async #fetch(method, address, { headers, body }) {
    let answer;
    try {
      // without no-cache a browser may show a thread as it was minutes ago: stale-while-revalidate is for shared caches
      const options = { method, headers, body, credentials: "omit", cache: "no-cache", signal: this.signal };
      answer = await fetch(address, options);
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new Problem(navigator.onLine ? "unreachable" : "offline");
    }
    if (!answer.ok && answer.status !== 304) throw await problemIn(answer);
    return answer;
  }
}

async function problemIn(answer) {
  const { status } = answer;
  const told = (await answer.json().catch(() => null)) ?? {};
  if (status === 429) return new Problem("wait", { status, wait: Number(answer.headers.get("Retry-After")) || 60 });
  if (status === 422) {
    const fields = new Map((told.errors ?? []).map((error) => [error.pointer.replace("/body/", ""), error]));
    return new Problem("fields", { status, fields });
  }
  const { notice, ends_at: until } = told;
  return new Problem(told.code ?? String(told.type).replace("/problems/", ""), { status, notice, until });
}

function randomKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
