// Records the vectors anew: npx tsx tests/silicon/record.ts [family …]
//
// Every case runs twice, the second time all in the opposite order; a difference is an error, since then the
// result depends on something that is not in the state.
import { mkdirSync, writeFileSync } from "node:fs";
import { CaseMaker } from "./cases.ts";
import { type Form, forms } from "./forms.ts";
import { Batch, Harness } from "./harness.ts";
import { illegal } from "./illegal.ts";
import { State } from "./state.ts";
import { Writer } from "./vectors.ts";

/** Different encodings of a form, at most. */
const ENCODINGS = 8;

/** Cases of a form: floating formats have more edges than integers; what changes nothing needs few. */
function casesOf(family: string, name: string): number {
  if (/^(Ud[012]|Reservednop|Nop|Prefetch|[LMS]fence)/.test(name)) return 16;
  return /float|x87/.test(family) ? 128 : 96;
}

interface Case {
  form: Form;
  encoding: Form["encodings"][number];
  number: number;
}

const maker = new CaseMaker();
const harness = new Harness();

function run(cases: Case[]): Batch {
  const batch = new Batch(cases.length);
  const state = new State();
  for (const { encoding, number } of cases) {
    maker.make(state, encoding.bytes, encoding.plan, number);
    batch.push(state, encoding.bytes);
  }
  harness.run(batch);
  return batch;
}

function describe({ form, encoding, number }: Case): string {
  return `${form.name} ${Buffer.from(encoding.bytes).toString("hex")} case ${number}`;
}

interface Figures {
  bytes: Uint8Array;
  vectors: number;
  faults: Map<number, number>;
}

/** Of illegal instructions, those that are so on this processor. */
function confirmed(form: Form): Form {
  const after = new State();
  const batch = run(form.encodings.map((encoding) => ({ form, encoding, number: 0 })));
  const encodings = form.encodings.filter((encoding, i) => {
    batch.read(i, after);
    const good = after.fault?.vector === 6;
    if (!good) console.log(`legal here: ${Buffer.from(encoding.bytes).toString("hex")}`);
    return good;
  });
  return { ...form, encodings };
}

function record(members: Form[]): Figures {
  const cases: Case[] = [];
  for (const form of members) {
    for (const encoding of form.encodings) {
      for (let number = 0; number < encoding.cases; number++) cases.push({ form, encoding, number });
    }
  }
  const forward = run(cases);
  const backward = run(cases.toReversed());
  const before = new State();
  const after = new State();
  const again = new State();
  const writer = new Writer();
  const faults = new Map<number, number>();
  const unstable: string[] = [];
  cases.forEach((one, i) => {
    const { encoding, number } = one;
    maker.make(before, encoding.bytes, encoding.plan, number);
    forward.read(i, after);
    backward.read(cases.length - 1 - i, again);
    if (!after.equals(again)) unstable.push(`${describe(one)}: ${after.difference(again).join(", ")}`);
    if (number === 0) writer.encoding(encoding, before);
    writer.case(before, after, encoding.bytes.length);
    if (after.fault) faults.set(after.fault.vector, (faults.get(after.fault.vector) ?? 0) + 1);
  });
  if (unstable.length > 0) {
    throw new Error(`${unstable.length} cases differ between two runs:\n${unstable.slice(0, 50).join("\n")}`);
  }
  return { bytes: writer.finish(), vectors: writer.vectors, faults };
}

function main(wanted: string[]): void {
  const families = new Map<string, Form[]>();
  const all = forms(ENCODINGS, casesOf);
  families.set("illegal", [confirmed(illegal(all.forms, all.refused))]);
  for (const form of all.forms) {
    families.set(form.family, [...(families.get(form.family) ?? []), form]);
  }
  const directory = new URL("./vectors/", import.meta.url);
  mkdirSync(directory, { recursive: true });
  let vectors = 0;
  let bytes = 0;
  for (const [family, members] of [...families].sort()) {
    if (wanted.length > 0 && !wanted.includes(family)) continue;
    const figures = record(members);
    writeFileSync(new URL(`${family}.bin`, directory), figures.bytes);
    vectors += figures.vectors;
    bytes += figures.bytes.length;
    const faults = [...figures.faults].sort((a, b) => a[0] - b[0]).map(([vector, n]) => `${vector}: ${n}`);
    const text = [
      family.padEnd(18),
      `${members.length} forms`.padStart(10),
      `${figures.vectors} vectors`.padStart(15),
    ];
    console.log(`${text.join(" ")} ${figures.bytes.length} bytes; faults ${faults.join(", ")}`);
  }
  console.log(`${vectors} vectors in ${bytes} bytes`);
}

try {
  main(process.argv.slice(2));
} finally {
  harness.close();
}
