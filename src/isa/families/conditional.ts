/** Instructions under a condition that do not branch: CMOVcc, SETcc (SDM vol. 2A, 2B). */
import type { Semantics } from "../ops.ts";
import { op, type Row } from "../row.ts";
import { CONDITION_NAMES, condition } from "./condition.ts";

/** The source is read, and a 32-bit destination zero-extended, even where the condition does not hold. */
const cmov =
  (cc: number): Semantics =>
  (o) => {
    const source = o.read(1);
    o.write(0, o.select(condition(o, cc), source, o.read(0)));
  };

const set =
  (cc: number): Semantics =>
  (o) => {
    o.write(0, o.zext(condition(o, cc), 8));
  };

export const CONDITIONAL: readonly Row[] = CONDITION_NAMES.flatMap(([name, ...others], cc) => [
  op(0x0f40 + cc, `cmov${name}`, "Gv,Ev", cmov(cc), {
    feature: "cmov",
    aliases: others.map((n) => `cmov${n}`),
  }),
  op(0x0f90 + cc, `set${name}`, "Eb", set(cc), { aliases: others.map((n) => `set${n}`) }),
]);
