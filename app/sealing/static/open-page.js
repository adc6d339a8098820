async function fileText(input) {
  return (await input.files[0]?.text()) ?? "";
}

/** Runs the work of a form, its button off meanwhile; what a tip says is written as text only. */
function onSubmit(form, work) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button:not([type])");
    button.disabled = true;
    say("working");
    try {
      await work();
      say();
    } catch (error) {
      complain(error);
    } finally {
      button.disabled = false;
    }
  });
}

function show({ body, ...labelled }) {
  for (const [name, text] of Object.entries(labelled)) {
    if (!text) continue;
    const row = document.querySelector(`[data-told="${CSS.escape(name)}"]`) ?? rowFor(name);
    row.querySelector("dd").textContent = text;
    row.hidden = false;
  }
  find("body").textContent = body;
  find("opened").hidden = false;
  find("opened").focus();
}

/** For a member that version 1 does not know: a front end may have added it. */
function rowFor(name) {
  const row = find("other").content.firstElementChild.cloneNode(true);
  row.querySelector("dt").textContent = name;
  find("told").append(row);
  return row;
}

function forget() {
  for (const row of find("told").querySelectorAll("div")) {
    if (row.dataset.told) row.hidden = true;
    else row.remove();
  }
  for (const text of find("opened").querySelectorAll("dd, pre")) text.textContent = "";
  find("opened").hidden = true;
}

onSubmit(find("open"), async () => {
  forget();
  const envelope = find("envelope").value.replace(/\s+/g, ""); // mail and terminals break long lines
  show(await openTip(envelope, await fileText(find("key-file")), find("passphrase").value));
});
find("open").addEventListener("reset", () => {
  forget();
  say();
});

onSubmit(find("make"), async () => {
  find("made").hidden = true;
  find("published").hidden = true;
  if (find("new-passphrase").value !== find("again").value) throw new TipError("differ", "The passphrases differ.");
  const key = await generateKey(find("new-passphrase").value);
  const file = new Blob([key.keyFile], { type: "application/json" });
  find("save").href = URL.createObjectURL(file);
  find("save").download = "masthead-tip-key.json";
  find("new-public-key").textContent = key.publicKey;
  find("new-fingerprint").textContent = key.fingerprint;
  find("make").reset();
  find("made").hidden = false;
});
// a public key whose private key was never saved would lose every tip sealed to it, so it is shown afterwards
find("save").addEventListener("click", () => {
  find("published").hidden = false;
});
