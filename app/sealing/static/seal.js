const MEMBERS = ["body", "name", "contact", "subject"];

/**
 * Seals a message for all these keys at once; any one of them opens it.
 * `keys` are the items of GET /v1/contact/keys, `message` is {body, name?, contact?, subject?}: texts.
 * Answers the `sealed` member for POST /v1/contact. Throws TipError: `no-text`, `too-long`, `bad-keys`.
 */
export async function sealTip(keys, message) {
  const padded = pad(message);
  const points = await Promise.all(keys.map(readPublicKey));
  if (points.length < 1 || points.length > MOST_RECIPIENTS || new Set(points.map(toText)).size < points.length)
    throw new TipError("bad-keys", `A tip is sealed for 1 to ${MOST_RECIPIENTS} keys, each named once.`);

  const ephemeral = await crypto.subtle.generateKey(CURVE, false, ["deriveBits"]);
  const ephemeralPoint = new Uint8Array(await crypto.subtle.exportKey("raw", ephemeral.publicKey));
  const contentBytes = crypto.getRandomValues(new Uint8Array(CONTENT_KEY_BYTES));
  const head = join(MAGIC, [points.length], ephemeralPoint);

  const entryFor = async (point) => {
    const id = await keyId(point);
    const key = await wrappingKey(ephemeral.privateKey, point, ephemeralPoint, point, "encrypt");
    return join(id, await encrypt(key, contentBytes, join(head, id)));
  };
  const before = join(head, ...(await Promise.all(points.map(entryFor))));
  const contentKey = await crypto.subtle.importKey("raw", contentBytes, "AES-GCM", false, ["encrypt"]);
  return toText(join(before, await encrypt(contentKey, padded, before)));
}

async function readPublicKey(key) {
  try {
    const point = toBytes(key.public_key);
    if (!isPoint(point)) throw new Error("This is no uncompressed point.");
    await crypto.subtle.importKey("raw", point, CURVE, true, []);
    if (key.fingerprint && key.fingerprint !== (await fingerprint(key.public_key)))
      throw new Error("The fingerprint belongs to another key.");
    return point;
  } catch (error) {
    throw new TipError("bad-keys", `A public key of the newsroom is not right. ${error.message}`);
  }
}

function pad(message) {
  const wrong = Object.keys(message).filter((name) => !MEMBERS.includes(name) || typeof message[name] !== "string");
  if (wrong.length) throw new TypeError(`A message has the texts ${MEMBERS.join(", ")}; not right: ${wrong.join(", ")}.`);
  if (!message.body?.trim()) throw new TipError("no-text", "A message needs a body.");
  // half of a surrogate pair, as a cut emoji leaves it, is no text; the rest of the message must not be lost for it
  const whole = JSON.stringify(message, (_, value) =>
    typeof value === "string" ? value.replace(/[\ud800-\udfff]/gu, "\ufffd") : value,
  );
  const written = new TextEncoder().encode(whole);
  const size = BUCKETS.find((bucket) => bucket >= LENGTH_BYTES + written.length);
  if (!size) throw new TipError("too-long", `A message has at most ${BUCKETS.at(-1) - LENGTH_BYTES} bytes.`);
  const padded = new Uint8Array(size);
  new DataView(padded.buffer).setUint32(0, written.length);
  padded.set(written, LENGTH_BYTES);
  return padded;
}
