// Asking before something is sent that cannot be taken back, or that needs a reason.

/** Shows a modal question; `act` gets what was filled in, and a refusal of it is said inside. Ends when it is closed. */
function ask(thread, { title, content, action, act }) {
  const { words } = thread;
  const id = freshId();
  const alert = make("p", { part: "alert", role: "alert" });
  const form = make(
    "form",
    { part: "form", novalidate: true },
    make("h3", { id, part: "form-title" }, title),
    content,
    alert,
    make(
      "div",
      { part: "buttons" },
      make("button", { type: "submit", part: "primary" }, action),
      button(words.say("cancel"), { part: "plain", on: { click: () => dialog.close() } }),
    ),
  );
  const dialog = make("dialog", { part: "dialog", "aria-labelledby": id }, form);
  let busy = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    alert.textContent = "";
    try {
      await act(Object.fromEntries(new FormData(form)));
      dialog.close();
    } catch (error) {
      if (error.name !== "AbortError") alert.textContent = words.complaint(error);
    } finally {
      busy = false;
    }
  });
  thread.root.append(dialog);
  dialog.showModal();
  return new Promise((closed) =>
    dialog.addEventListener("close", () => {
      dialog.remove();
      closed();
    }),
  );
}

const REASONS = ["spam", "abusive", "illegal", "personal_data", "off_topic", "other"];
const LONGEST_NOTE = 1_000;

/** What a report asks for; "other" is chosen until something better is. */
function reportFields(words) {
  const id = freshId();
  return [
    make(
      "fieldset",
      {},
      make("legend", {}, words.say("report_reason")),
      REASONS.map((reason) =>
        make(
          "label",
          { part: "choice" },
          make("input", { type: "radio", name: "reason", value: reason, checked: reason === "other" }),
          words.say(`reasons.${reason}`),
        ),
      ),
    ),
    make(
      "div",
      { part: "field" },
      make("label", { for: id }, words.say("note")),
      make("textarea", { id, name: "note", part: "input", dir: "auto", maxlength: LONGEST_NOTE }),
    ),
  ];
}
