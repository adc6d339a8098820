// The element itself: its attributes, and a new thread whenever one of them changes.

const HERE = new URL(document.currentScript?.src ?? location.href).origin;

class MastheadComments extends HTMLElement {
  static observedAttributes = ["api", "slug", "locale", "sort"];
  #shadow = this.attachShadow({ mode: "open" });

  connectedCallback() {
    dress(this.#shadow);
    this.#renew();
  }

  disconnectedCallback() {
    this.#renew();
  }

  attributeChangedCallback() {
    this.#renew();
  }

  // once for several attributes that change together
  #renew() {
    if (this.due) return;
    this.due = true;
    queueMicrotask(() => {
      this.due = false;
      this.thread?.close();
      this.thread = undefined;
      this.#shadow.replaceChildren();
      const slug = this.getAttribute("slug");
      if (!this.isConnected || !slug) return;
      const base = (this.getAttribute("api") ?? HERE).replace(/\/+$/, "");
      const locale = this.getAttribute("locale") ?? (this.closest("[lang]")?.lang || "en");
      this.thread = new Thread(this.#shadow, { base, slug, locale, sort: this.getAttribute("sort") });
    });
  }
}

customElements.define("masthead-comments", MastheadComments);
