/**
 * The SHA extensions (SDM vol. 2B). The arithmetic is pure/sha.ts.
 *
 * Unlike the manual's class of exceptions for them (type 4), Zen 4 does not want their memory operands aligned.
 */

import type { Semantics } from "../ops.ts";
import { op, type Row } from "../row.ts";
import { sse } from "./vector.ts";

type Step = "sha1nexte" | "sha1msg1" | "sha1msg2" | "sha256msg1" | "sha256msg2";
const step =
  (name: Step): Semantics =>
  (o) => {
    const b = o.read(1);
    o.write(0, o.pure(name, o.read(0), b));
  };

/** The immediate says which twenty of the eighty rounds these are among; XMM0 holds message words and constants. */
const withThird =
  (name: "sha1rnds4" | "sha256rnds2"): Semantics =>
  (o) => {
    const b = o.read(1);
    o.write(0, o.pure(name, o.read(0), b, o.read(2)));
  };

export const SHA: readonly Row[] = [
  op(0x0f38c8, "sha1nexte", "Vdq,Wdq", step("sha1nexte"), sse("none", "sha_ni", [1, 1])),
  op(0x0f38c9, "sha1msg1", "Vdq,Wdq", step("sha1msg1"), sse("none", "sha_ni", [1, 2])),
  op(0x0f38ca, "sha1msg2", "Vdq,Wdq", step("sha1msg2"), sse("none", "sha_ni", [4, 4])),
  op(0x0f38cb, "sha256rnds2", "Vdq,Wdq,XMM0", withThird("sha256rnds2"), sse("none", "sha_ni", [4, 1])),
  op(0x0f38cc, "sha256msg1", "Vdq,Wdq", step("sha256msg1"), sse("none", "sha_ni", [2, 2])),
  op(0x0f38cd, "sha256msg2", "Vdq,Wdq", step("sha256msg2"), sse("none", "sha_ni", [4, 4])),
  op(0x0f3acc, "sha1rnds4", "Vdq,Wdq,Ib", withThird("sha1rnds4"), sse("none", "sha_ni", [6, 1])),
];
