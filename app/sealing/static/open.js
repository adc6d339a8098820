const KEY_FILE = {
  format: "masthead-tip-key-1",
  kdf: "PBKDF2-HMAC-SHA-256",
  cipher: "AES-256-GCM",
  iterations: 600000,
  mostIterations: 10000000,
  saltBytes: 16,
  shortestPassphrase: 12,
};

/** Opens an envelope with a private key file. Throws TipError with the codes of `unlockKey` and `openEnvelope`. */
export async function openTip(envelope, keyFile, passphrase) {
  return openEnvelope(envelope, await unlockKey(keyFile, passphrase));
}

/** The key in a private key file; it cannot be read out again. Throws TipError: `bad-key-file`, `wrong-passphrase`. */
export async function unlockKey(keyFile, passphrase) {
  const { point, salt, locked, iterations } = readKeyFile(keyFile);
  const key = await stretched(passphrase, salt, iterations, "unwrapKey");
  const gcm = { name: "AES-GCM", iv: NONCE, additionalData: point };
  try {
    const privateKey = await crypto.subtle.unwrapKey("pkcs8", locked, key, gcm, CURVE, false, ["deriveBits"]);
    return { point, privateKey };
  } catch {
    throw new TipError("wrong-passphrase", "The passphrase is wrong, or the file is damaged.");
  }
}

/** The texts of a message, by name. Throws TipError: `bad-envelope`, `other-keys`, `damaged`. */
export async function openEnvelope(envelope, { point, privateKey }) {
  const { head, entries, before, ciphertext } = takeApart(envelope);
  const id = await keyId(point);
  const wrapped = entries.get(toText(id));
  if (!wrapped) throw new TipError("other-keys", "This envelope was sealed for other keys than this one.");
  const ephemeral = head.slice(-POINT_BYTES);
  let padded;
  try {
    const key = await wrappingKey(privateKey, ephemeral, ephemeral, point, "decrypt");
    const contentBytes = await decrypt(key, wrapped, join(head, id));
    const contentKey = await crypto.subtle.importKey("raw", contentBytes, "AES-GCM", false, ["decrypt"]);
    padded = await decrypt(contentKey, ciphertext, before);
  } catch {
    throw new TipError("damaged", "This envelope is damaged: it is not as it was sealed.");
  }
  return readMessage(padded);
}

/** A new key pair: the private key file to keep, the public key to publish. Throws TipError: `short-passphrase`. */
export async function generateKey(passphrase) {
  if ([...passphrase.normalize("NFC")].length < KEY_FILE.shortestPassphrase)
    throw new TipError("short-passphrase", `A passphrase has at least ${KEY_FILE.shortestPassphrase} characters.`);
  const pair = await crypto.subtle.generateKey(CURVE, true, ["deriveBits"]);
  const point = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const salt = crypto.getRandomValues(new Uint8Array(KEY_FILE.saltBytes));
  const key = await stretched(passphrase, salt, KEY_FILE.iterations, "wrapKey");
  const gcm = { name: "AES-GCM", iv: NONCE, additionalData: point };
  const locked = new Uint8Array(await crypto.subtle.wrapKey("pkcs8", pair.privateKey, key, gcm));
  const publicKey = toText(point);
  const members = {
    format: KEY_FILE.format,
    public_key: publicKey,
    fingerprint: await fingerprint(publicKey),
    kdf: KEY_FILE.kdf,
    iterations: KEY_FILE.iterations,
    salt: toText(salt),
    cipher: KEY_FILE.cipher,
    private_key: toText(locked),
  };
  return { keyFile: `${JSON.stringify(members, null, 2)}\n`, publicKey, fingerprint: members.fingerprint };
}

function readKeyFile(keyFile) {
  try {
    const members = JSON.parse(keyFile);
    const { format, iterations } = members;
    const [point, salt, locked] = [members.public_key, members.salt, members.private_key].map(toBytes);
    const bounded =
      Number.isInteger(iterations) && iterations >= KEY_FILE.iterations && iterations <= KEY_FILE.mostIterations;
    if (format !== KEY_FILE.format || !isPoint(point) || !bounded) throw new Error("This is another kind of file.");
    return { point, salt, locked, iterations };
  } catch {
    throw new TipError("bad-key-file", "This is no private key file of Masthead, or a part of it is missing.");
  }
}

async function stretched(passphrase, salt, iterations, usage) {
  // keyboards spell é and آ in two ways; the passphrase is one
  const bytes = new TextEncoder().encode(passphrase.normalize("NFC"));
  const material = await crypto.subtle.importKey("raw", bytes, "PBKDF2", false, ["deriveKey"]);
  const pbkdf2 = { name: "PBKDF2", hash: "SHA-256", salt, iterations };
  return crypto.subtle.deriveKey(pbkdf2, material, { name: "AES-GCM", length: 256 }, false, [usage]);
}

function takeApart(envelope) {
  try {
    const data = toBytes(envelope);
    const count = data[MAGIC.length];
    const headEnd = MAGIC.length + 1 + POINT_BYTES;
    const listEnd = headEnd + count * ENTRY_BYTES;
    const fits = BUCKETS.includes(data.length - listEnd - TAG_BYTES);
    const head = data.slice(0, headEnd);
    if (!MAGIC.every((byte, at) => data[at] === byte)) throw new Error("It must begin with MHT1.");
    if (!(count >= 1 && count <= MOST_RECIPIENTS && fits)) throw new Error("It is cut off or too long.");
    if (!isPoint(head.slice(-POINT_BYTES))) throw new Error("It has no uncompressed point.");
    const entries = new Map();
    for (let at = headEnd; at < listEnd; at += ENTRY_BYTES)
      entries.set(toText(data.slice(at, at + KEY_ID_BYTES)), data.slice(at + KEY_ID_BYTES, at + ENTRY_BYTES));
    if (entries.size !== count) throw new Error("It names a key twice.");
    return { head, entries, before: data.slice(0, listEnd), ciphertext: data.slice(listEnd) };
  } catch (error) {
    throw new TipError("bad-envelope", `This is no sealed tip of version 1, or not all of it. ${error.message}`);
  }
}

function readMessage(padded) {
  try {
    const end = LENGTH_BYTES + new DataView(padded.buffer).getUint32(0);
    if (end > padded.length || padded.slice(end).some((byte) => byte !== 0)) throw new Error("The padding is wrong.");
    const written = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(padded.slice(LENGTH_BYTES, end));
    const found = JSON.parse(written);
    const texts = Object.fromEntries(Object.entries(found).filter(([, value]) => typeof value === "string"));
    if (Array.isArray(found) || !Object.hasOwn(texts, "body")) throw new Error("It has no body.");
    return texts;
  } catch (error) {
    throw new TipError("damaged", `This envelope opened, but holds no message. ${error.message}`);
  }
}
