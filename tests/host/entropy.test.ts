/* The seeded generator against OpenSSL's ChaCha20 with the same key, by way of Node. */
import { createCipheriv } from "node:crypto";
import { describe, expect, it } from "vitest";
import { SeededEntropy } from "../../src/host/entropy.ts";

/** OpenSSL's initialization vector: the counter's 8 bytes, then the nonce's 8. */
function stream(seed: bigint, length: number): Uint8Array {
  const key = Buffer.alloc(32);
  key.writeBigUInt64LE(BigInt.asUintN(64, seed));
  return new Uint8Array(createCipheriv("chacha20", key, Buffer.alloc(16)).update(Buffer.alloc(length)));
}

describe("SeededEntropy", () => {
  it.each([0n, 1n, 0x0123456789abcdefn, 2n ** 64n - 1n, -1n])(
    "is ChaCha20's key stream for seed %s",
    (seed) => {
      expect(new SeededEntropy(seed).read(1000)).toEqual(stream(seed, 1000));
    },
  );
  it("gives the same bytes however they are asked for", () => {
    const entropy = new SeededEntropy(42n);
    const bytes = [0, 1, 63, 64, 65, 7, 200].flatMap((length) => [...entropy.read(length)]);
    expect(Uint8Array.from(bytes)).toEqual(stream(42n, 400));
  });
});
