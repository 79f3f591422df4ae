/*
 * `npm run survey [-- [--seconds N] [--start I] [--count N] [--arg WORD]… DIRECTORY…]`: every x86-64 program of the directories (default: /usr/bin), natively and
 * on the unikernel, with the same argument (default: --version). Says which are the same, and of the others what differs. Nothing is written. Of
 * the programs, in the order of their names, N from the Ith on; after N seconds (default 300) one is given up.
 */
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  rmSync,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ELF_MACHINE, ElfFile } from "../../src/machine/boot/elf.ts";
import { compare, isSame, sameOutput, vitrine } from "./compare.ts";

const HEADER = 64;
const SHOWN = 160;

/** Its own program, no link to another, and for this processor. */
function isProgram(path: string): boolean {
  try {
    if (realpathSync(path) !== path || !statSync(path).isFile()) return false;
    const bytes = new Uint8Array(HEADER);
    const file = openSync(path, "r");
    readSync(file, bytes);
    closeSync(file);
    return new ElfFile(bytes).machine === ELF_MACHINE.x86_64;
  } catch {
    return false;
  }
}
const short = (text: string): string => JSON.stringify(text.length > SHOWN ? `…${text.slice(-SHOWN)}` : text);

function main(): number {
  const { values, positionals } = parseArgs({
    options: {
      seconds: { type: "string", default: "300" },
      start: { type: "string", default: "0" },
      count: { type: "string", default: "100000" },
      arg: { type: "string", multiple: true, default: ["--version"] },
    },
    allowPositionals: true,
  });
  if (!existsSync(vitrine)) {
    console.error(`${vitrine} is missing: npm run build makes it`);
    return 2;
  }
  const directories = (positionals.length > 0 ? positionals : ["/usr/bin"]).map((d) => realpathSync(d));
  const programs = [...new Set(directories)]
    .flatMap((directory) =>
      readdirSync(directory)
        .toSorted()
        .map((name) => join(directory, name)),
    )
    .filter(isProgram)
    .slice(Number(values.start), Number(values.start) + Number(values.count));
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "vitrine-survey-")));
  let same = 0;
  let compared = 0;
  try {
    for (const program of programs) {
      const invocation = { program, args: values.arg, from: "", memory: "1G" };
      const row = compare(invocation, program, folder, Number(values.seconds));
      const { native, guest } = row;
      if (native.status === null) {
        console.log(`left ${program}: without an end natively`);
        continue;
      }
      compared++;
      if (isSame(row)) {
        same++;
        console.log(`same ${program}`);
        continue;
      }
      console.log(`DIFF ${program}: status ${guest.status}, natively ${native.status}`);
      if (sameOutput(row)) continue;
      for (const name of ["output", "errors"] as const)
        if (String(native[name]) !== String(guest[name]))
          console.log(
            `     ${name} ${short(String(guest[name]))}\n     natively ${short(String(native[name]))}`,
          );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(`${same} of ${compared} give the same output, errors and status`);
  return same === compared ? 0 : 1;
}
process.exitCode = main();
