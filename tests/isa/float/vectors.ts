// The file of recorded replies. Requests are not in it: they follow from the name of an operation and the generators of
// operands.ts and requests.ts, and a digest tells whether those are still what they were when it was recorded.

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";
import { Random } from "./operands.ts";
import { operations } from "./operations.ts";
import { requestsFor } from "./requests.ts";
import { decodeReplies, encodeRequests, type Reply, type Request } from "./silicon.ts";

export const CASES = 80;
const DIGEST_BYTES = 32;
const FILE = new URL("./vectors.bin.gz", import.meta.url);

/** The operations in the order of the file. */
export const names: readonly string[] = [...operations.keys()].sort();

/** FNV-1a of the name, so that operations of one shape do not share their operands. */
function seedOf(name: string): number {
  let hash = 0x811c9dc5;
  for (const character of name) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193) >>> 0;
  return hash;
}

export function recordedRequests(name: string): Request[] {
  return requestsFor(name, operations.get(name)!, new Random(seedOf(name)), CASES);
}

function digest(): Buffer {
  const hash = createHash("sha256");
  for (const name of names) hash.update(encodeRequests(recordedRequests(name), names));
  return hash.digest();
}

/** `replies` holds the bytes of the oracle's replies to recordedRequests of every operation, in order. */
export function writeVectors(replies: Buffer): void {
  writeFileSync(FILE, gzipSync(Buffer.concat([digest(), replies]), { level: 9 }));
}

/** What silicon replied to recordedRequests of each operation. */
export function readVectors(): Map<string, Reply[]> {
  const bytes = gunzipSync(readFileSync(FILE));
  if (!bytes.subarray(0, DIGEST_BYTES).equals(digest())) {
    throw new Error("the requests are not those of vectors.bin.gz; record again with native/record.ts");
  }
  const replies = decodeReplies(bytes.subarray(DIGEST_BYTES));
  if (replies.length !== CASES * names.length)
    throw new Error(`vectors.bin.gz has ${replies.length} replies`);
  return new Map(names.map((name, i) => [name, replies.slice(i * CASES, (i + 1) * CASES)]));
}
