// Sealed tips, envelope version 1: docs/sealed-tips.md describes every byte. No dependencies; nothing here makes a request.

const MAGIC = [77, 72, 84, 49]; // "MHT1"
const POINT_BYTES = 65;
const KEY_ID_BYTES = 16;
const TAG_BYTES = 16;
const CONTENT_KEY_BYTES = 32;
const ENTRY_BYTES = KEY_ID_BYTES + CONTENT_KEY_BYTES + TAG_BYTES;
const LENGTH_BYTES = 4;
const MOST_RECIPIENTS = 8;
const BUCKETS = [1024, 4096, 16384, 65536];
const CURVE = { name: "ECDH", namedCurve: "P-256" };
const WRAP_INFO = new TextEncoder().encode("masthead/sealed-tip/v1/wrap");
const NONCE = new Uint8Array(12); // every key encrypts one thing in its life, so any nonce will do

/** What went wrong, in English; `code` is for programs. */
export class TipError extends Error {
  constructor(code, message) {
    super(message);
    this.name = "TipError";
    this.code = code;
  }
}

/** SHA-256 of a public key (base64url of its point) in groups of four, for two people to compare over the phone. */
export async function fingerprint(publicKey) {
  const digest = await sha256(toBytes(publicKey));
  const digits = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return digits.toUpperCase().match(/.{4}/g).join(" ");
}

async function keyId(point) {
  return (await sha256(point)).slice(0, KEY_ID_BYTES);
}

async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

async function wrappingKey(privateKey, otherPoint, ephemeral, recipient, usage) {
  const publicKey = await crypto.subtle.importKey("raw", otherPoint, CURVE, true, []);
  const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: publicKey }, privateKey, 256);
  const material = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
  const hkdf = { name: "HKDF", hash: "SHA-256", salt: join(ephemeral, recipient), info: WRAP_INFO };
  return crypto.subtle.deriveKey(hkdf, material, { name: "AES-GCM", length: 256 }, false, [usage]);
}

async function encrypt(key, plain, additionalData) {
  return new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv: NONCE, additionalData }, key, plain));
}

async function decrypt(key, sealed, additionalData) {
  return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv: NONCE, additionalData }, key, sealed));
}

function isPoint(bytes) {
  return bytes.length === POINT_BYTES && bytes[0] === 4; // whether it is on the curve is checked by importKey
}

function join(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function toText(bytes) {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** Bytes of base64url without padding, in its one spelling. */
function toBytes(text) {
  if (typeof text !== "string" || !/^[A-Za-z0-9_-]*$/.test(text)) throw new Error("This is not base64url.");
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(binary, (char) => char.charCodeAt(0));
  if (toText(bytes) !== text) throw new Error("This is not base64url in its one spelling.");
  return bytes;
}
