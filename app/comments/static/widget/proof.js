// The proof of work in the wire format of ALTCHA: find the number whose SHA-256 behind the salt is the challenge.

// The number in [from, to) that was sought, or null. Written out, because `crypto.subtle` is slow for short texts and
// missing in pages without https; it stands alone, because its source becomes the worker.
function hunt({ salt, challenge, from, to }) {
  const primes = [];
  for (let n = 2; primes.length < 64; n += 1) if (primes.every((prime) => n % prime)) primes.push(n);
  const fraction = (root) => ((root - Math.floor(root)) * 2 ** 32) | 0;
  const K = Int32Array.from(primes, (prime) => fraction(Math.cbrt(prime)));
  const start = Int32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));
  const W = new Int32Array(64);

  function compress(state, bytes, at) {
    for (let i = 0; i < 16; i += 1) {
      const b = at + 4 * i;
      W[i] = (bytes[b] << 24) | (bytes[b + 1] << 16) | (bytes[b + 2] << 8) | bytes[b + 3];
    }
    for (let i = 16; i < 64; i += 1) {
      const x = W[i - 15];
      const y = W[i - 2];
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      W[i] = (W[i - 16] + s0 + W[i - 7] + s1) | 0;
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 64; i += 1) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[i] + W[i]) | 0;
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + t1) | 0; d = c; c = b; b = a; a = (t1 + t2) | 0;
    }
    state[0] += a; state[1] += b; state[2] += c; state[3] += d;
    state[4] += e; state[5] += f; state[6] += g; state[7] += h;
  }

  const wanted = Int32Array.from(challenge.match(/.{8}/g) ?? [], (word) => parseInt(word, 16) | 0);
  const salted = new TextEncoder().encode(salt);
  const whole = salted.length & ~63;
  const before = start.slice(); // after the whole blocks of the salt, which are the same for every number
  for (let at = 0; at < whole; at += 64) compress(before, salted, at);
  const rest = salted.length - whole;
  const block = new Uint8Array(128);
  const sizes = new DataView(block.buffer);
  const state = new Int32Array(8);
  for (let number = from; number < to; number += 1) {
    const digits = String(number);
    block.fill(0);
    block.set(salted.subarray(whole));
    for (let i = 0; i < digits.length; i += 1) block[rest + i] = digits.charCodeAt(i);
    const length = rest + digits.length;
    block[length] = 0x80;
    const end = length < 56 ? 64 : 128;
    sizes.setUint32(end - 4, (whole + length) * 8);
    state.set(before);
    for (let at = 0; at < end; at += 64) compress(state, block, at);
    if (state.every((word, i) => word === wanted[i])) return number;
  }
  return null;
}

const SLICE = 2_000;
const MOST = 10_000_000;

/** What to send as `altcha`; nothing for a challenge that cannot be solved: such a comment is held, not refused. */
async function solve(challenge) {
  if (challenge?.algorithm !== "SHA-256") return undefined;
  const began = performance.now();
  const { algorithm, salt, signature } = challenge;
  const task = { salt, challenge: challenge.challenge, from: 0, to: Math.min(challenge.maxnumber ?? MOST, MOST) + 1 };
  const number = await inWorker(task).catch(() => inSlices(task));
  if (number === null) return undefined;
  const took = Math.round(performance.now() - began);
  return btoa(JSON.stringify({ algorithm, challenge: challenge.challenge, number, salt, signature, took }));
}

/** In a worker of a `blob:` address, since browsers refuse workers of other origins; fails where the page forbids it. */
function inWorker(task) {
  const source = `${hunt}; onmessage = (event) => postMessage(hunt(event.data));`;
  const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  let worker;
  return new Promise((found, failed) => {
    worker = new Worker(policy ? policy.createScriptURL(address) : address);
    worker.onmessage = (event) => found(event.data);
    worker.onerror = failed;
    worker.postMessage(task);
  }).finally(() => {
    worker?.terminate();
    URL.revokeObjectURL(address);
  });
}

/** In the page itself, a little at a time, so that typing goes on. */
async function inSlices(task) {
  for (let from = task.from; from < task.to; from += SLICE) {
    const number = hunt({ ...task, from, to: Math.min(from + SLICE, task.to) });
    if (number !== null) return number;
    await new Promise((next) => setTimeout(next));
  }
  return null;
}
