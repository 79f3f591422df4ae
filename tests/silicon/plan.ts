// What must hold of an instruction's inputs for it to be worth running: which registers point into the window, which
// are counts, what the memory holds. The recorder derives a plan from the instruction; it is stored beside the encoding, so that
// the reader makes the same inputs without knowing anything about instructions.

export const VALUES = ["integer", "float32", "float64", "text"] as const;
/** What the window and the XMM registers are filled with. */
export type Values = (typeof VALUES)[number];

/** No register. */
export const NONE = 255;

export type Step =
  /** base + index * 2**scale + displacement is to be an address in the window, `size` bytes wide, and `margin` bytes
   *  on either side are in it too; the other steps' "there" is this address. Without registers it is where the
   *  displacement says. `bits` is the address size, 32 or 64. */
  | {
      do: "address";
      base: number;
      index: number;
      scale: number;
      displacement: number;
      size: number;
      margin: number;
      bits: number;
    }
  /** The low `bits` of the register become an integer of low … high, sign-extended to that width. */
  | { do: "range"; register: number; bits: number; low: number; high: number }
  /** The register becomes an address in the code page where only int3 waits; seldom, one where no code is. */
  | { do: "target register"; register: number }
  /** … or the eight bytes there do. */
  | { do: "target memory" }
  /** Clears bits of the byte at offset there. */
  | { do: "clear"; offset: number; mask: number }
  /** Half the time, the low `size` bytes of rax become what is there; of a pair, rdx gets the upper half. */
  | { do: "match"; size: number; pair: boolean }
  /** Half the time, one register becomes the other. */
  | { do: "copy"; from: number; to: number }
  /** Mostly, the upper half of the dividend (ah, dx, edx, rdx) is made so small that a division often succeeds. */
  | { do: "dividend"; bits: number; signed: boolean }
  /** There stands a number of 80 bits; ten bytes of decimal digits; an image that FXRSTOR accepts. */
  | { do: "float80" }
  | { do: "decimal" }
  | { do: "fxsave image" };

export interface Plan {
  values: Values;
  /** Whether the XMM registers and mxcsr are random; else zero, and as after reset. */
  sse: boolean;
  /** Whether the x87 registers hold random numbers or bits; else they are as after fninit. */
  x87: "unused" | "float80" | "mmx";
  steps: Step[];
}

// The order of both lists below is part of the file format.
const X87 = ["unused", "float80", "mmx"] as const;
const FIELDS: { [K in Step["do"]]: readonly string[] } = {
  address: ["base", "index", "scale", "displacement", "size", "margin", "bits"],
  range: ["register", "bits", "low", "high"],
  "target register": ["register"],
  "target memory": [],
  clear: ["offset", "mask"],
  match: ["size", "pair"],
  copy: ["from", "to"],
  dividend: ["bits", "signed"],
  float80: [],
  decimal: [],
  "fxsave image": [],
};
const BOOLEAN = new Set(["signed", "pair"]);
const KINDS = Object.keys(FIELDS) as Step["do"][];

/** The plan as a list of integers of at most 32 bits. */
export function packPlan(plan: Plan): number[] {
  const out = [
    VALUES.indexOf(plan.values) | (plan.sse ? 8 : 0) | (X87.indexOf(plan.x87) << 4),
    plan.steps.length,
  ];
  for (const step of plan.steps) {
    out.push(KINDS.indexOf(step.do));
    for (const field of FIELDS[step.do])
      out.push(Number((step as unknown as Record<string, number | boolean>)[field]));
  }
  return out;
}

export function unpackPlan(next: () => number): Plan {
  const head = next();
  const steps: Step[] = [];
  for (let n = next(); n > 0; n--) {
    const kind = KINDS[next()]!;
    const step: Record<string, string | number | boolean> = { do: kind };
    for (const field of FIELDS[kind]) step[field] = BOOLEAN.has(field) ? next() === 1 : next();
    steps.push(step as Step);
  }
  return { values: VALUES[head & 7]!, sse: (head & 8) !== 0, x87: X87[head >> 4]!, steps };
}
