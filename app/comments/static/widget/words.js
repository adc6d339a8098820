// How the widget speaks: texts, plural forms, numbers and dates of one language.

class Words {
  /** `locale` is a BCP 47 code; what is not Arabic is spoken to in English. */
  constructor(locale) {
    this.language = /^ar\b/i.test(locale) ? "ar" : "en";
    this.dir = this.language === "ar" ? "rtl" : "ltr";
    this.texts = TEXTS[this.language];
    const own = formatting(locale, this.language);
    this.rules = new Intl.PluralRules(own);
    this.numbers = new Intl.NumberFormat(own);
    this.dates = new Intl.DateTimeFormat(own, { dateStyle: "medium", timeStyle: "short" });
  }

  /** The text with this name (`a.b` for one in a group); values stand in for `{name}`, a value `n` picks the plural form. */
  say(name, values = {}) {
    let text = name.split(".").reduce((texts, step) => texts?.[step], this.texts);
    if (typeof text === "object") {
      const form = values.n === 0 && text.zero ? "zero" : this.rules.select(values.n);
      text = text[form] ?? text.other;
    }
    return text?.replace(/\{(\w+)\}/g, (_, key) => (key === "n" ? this.numbers.format(values.n) : values[key]));
  }

  date(time) {
    return this.dates.format(new Date(time));
  }

  /** What went wrong, as a person says it. */
  complaint(error) {
    if (!(error instanceof Problem)) {
      console.error(error);
      return this.say("problems.failed");
    }
    if (error.kind === "wait") return this.say("problems.wait", { n: error.wait });
    if (error.kind === "sanctioned" && error.until) return this.#banned(error);
    return this.say(`problems.${error.kind}`) ?? this.say("problems.failed");
  }

  /** Until when, and why in the newsroom's own words, which may run the other way. */
  #banned({ until, notice }) {
    const said = this.say("problems.sanctioned", { until: this.date(until) });
    return notice ? `${said} \u2068${notice}\u2069` : said;
  }

  /** What is wrong with one field; the server's own detail only where it is in the reader's language. */
  fault({ code, detail }) {
    if (code === "missing" || code === "string_too_short") return this.say("missing");
    if (code === "string_too_long") return this.say("too_long");
    return this.language === "en" && detail ? detail : this.say("not_right");
  }

  /** Why a comment is held, or that it is. */
  waiting(holdReasons) {
    const known = (holdReasons ?? []).map((reason) => this.texts.because[reason]).filter(Boolean);
    return known.length ? this.say("waiting_for", { reasons: known.join(this.say("list")) }) : this.say("waiting");
  }
}

function formatting(locale, language) {
  try {
    return Intl.getCanonicalLocales(locale).filter((code) => code.startsWith(language))[0] ?? language;
  } catch {
    return language;
  }
}
