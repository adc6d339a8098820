const SILENT = { cache: "no-store", credentials: "omit", referrerPolicy: "no-referrer" };

let keys = [];
let renderToken;

async function ask(path) {
  const answer = await fetch(path, SILENT);
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

async function loadKeys() {
  try {
    keys = (await ask("/v1/contact/keys")).items;
    for (const key of keys) {
      const shown = document.createElement("code");
      // made from the key that is used: what the server calls its fingerprint is only compared with it
      shown.textContent = await fingerprint(key.public_key);
      shown.dir = "ltr";
      const item = document.createElement("li");
      item.append(shown);
      find("keys").append(item);
    }
    if (keys.length) find("tip").hidden = false;
    else say("no-keys");
  } catch (error) {
    console.error(error);
    say("bad-keys");
  }
}

async function loadRenderToken() {
  try {
    renderToken = (await ask("/v1/challenge?form=contact")).render_token;
  } catch {
    renderToken = undefined; // a tip without it arrives as well, with a flag
  }
}

function written() {
  const boxes = [...find("tip").querySelectorAll("[data-member]")];
  return Object.fromEntries(boxes.map((box) => [box.dataset.member, box.value.trim()]).filter(([, text]) => text));
}

async function send() {
  const sealed = await sealTip(keys, written());
  const body = JSON.stringify({ kind: "tip", sealed, homepage: "", render_token: renderToken });
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch("/v1/contact", { ...SILENT, method: "POST", headers, body });
  if (answer.status === 429) throw new TipError("later", "Too much has arrived in a short time.");
  if (answer.status !== 202) throw new TipError("refused", `The server answered ${answer.status}.`);
  const { reference, receipt } = await answer.json();
  find("reference").textContent = reference;
  find("receipt").textContent = receipt;
  find("tip").reset();
  find("before").hidden = true;
  find("after").hidden = false;
  find("after").focus();
}

find("tip").addEventListener("submit", async (event) => {
  event.preventDefault();
  find("send").disabled = true;
  say("sending");
  try {
    await send();
    say();
  } catch (error) {
    if (error instanceof TipError) complain(error);
    else say("unsure");
  } finally {
    find("send").disabled = false;
  }
});

if (globalThis.crypto?.subtle) {
  loadRenderToken();
  loadKeys();
}
