// SHA-256 (FIPS 180-4) piece by piece: the browser's own digest wants a whole file in memory, and HTTPS.
const ROUND = new Uint32Array(64);
const START = new Uint32Array(8);
{
  // The constants are the first bits of the fractional parts of the roots of the first primes.
  const isPrime = (number: number): boolean => {
    for (let by = 2; by * by <= number; by++) if (number % by === 0) return false;
    return true;
  };
  const bits = (root: number): number => Math.floor((root % 1) * 2 ** 32);
  for (let number = 2, found = 0; found < 64; number++) {
    if (!isPrime(number)) continue;
    if (found < 8) START[found] = bits(Math.sqrt(number));
    ROUND[found++] = bits(Math.cbrt(number));
  }
}

const BLOCK = 64; // bytes

export class Sha256 {
  private readonly state = START.slice();
  private readonly words = new Uint32Array(64);
  private readonly rest = new Uint8Array(BLOCK);
  private restLength = 0;
  private length = 0;

  update(bytes: Uint8Array): this {
    this.length += bytes.length;
    let at = 0;
    if (this.restLength) {
      at = Math.min(BLOCK - this.restLength, bytes.length);
      this.rest.set(bytes.subarray(0, at), this.restLength);
      this.restLength += at;
      if (this.restLength < BLOCK) return this;
      this.mix(this.rest, 0);
      this.restLength = 0;
    }
    for (; at + BLOCK <= bytes.length; at += BLOCK) this.mix(bytes, at);
    this.rest.set(bytes.subarray(at));
    this.restLength = bytes.length - at;
    return this;
  }

  /** The 32 bytes; the hash takes nothing more afterwards. */
  digest(): Uint8Array<ArrayBuffer> {
    const length = this.length;
    const end = new Uint8Array(this.restLength < 56 ? 64 - this.restLength : 128 - this.restLength);
    end[0] = 0x80;
    const view = new DataView(end.buffer);
    view.setUint32(end.length - 8, Math.floor(length / 2 ** 29)); // the length in bits
    view.setUint32(end.length - 4, (length * 8) >>> 0);
    this.update(end);
    const found = new DataView(new ArrayBuffer(32));
    for (const [place, word] of this.state.entries()) found.setUint32(4 * place, word);
    return new Uint8Array(found.buffer);
  }

  private mix(bytes: Uint8Array, at: number): void {
    const w = this.words;
    const s = this.state;
    const read = (array: Uint32Array, place: number): number => array[place] as number;
    for (let i = 0; i < 16; i++) {
      const p = at + 4 * i;
      w[i] =
        ((bytes[p] as number) << 24) |
        ((bytes[p + 1] as number) << 16) |
        ((bytes[p + 2] as number) << 8) |
        (bytes[p + 3] as number);
    }
    for (let i = 16; i < 64; i++) {
      const x = read(w, i - 15);
      const y = read(w, i - 2);
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      w[i] = (read(w, i - 16) + s0 + read(w, i - 7) + s1) | 0;
    }
    let [a, b, c, d, e, f, g, h] = s as unknown as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    for (let i = 0; i < 64; i++) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + read(ROUND, i) + read(w, i)) | 0;
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + t1) | 0;
      d = c;
      c = b;
      b = a;
      a = (t1 + t2) | 0;
    }
    for (const [place, word] of [a, b, c, d, e, f, g, h].entries()) s[place] = (read(s, place) + word) | 0;
  }
}

export const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

export const base64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));
