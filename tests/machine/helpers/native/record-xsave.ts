// Records ../xsave.bin.gz: builds xsave.c, runs every case of ../xsave-cases.ts on this host, and keeps the outcomes XOR the
// cases.   npx tsx tests/machine/helpers/native/record-xsave.ts
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { CASES, makeCase, packCase } from "../xsave-cases.ts";

const directory = mkdtempSync(join(tmpdir(), "xsave-"));
try {
  const binary = join(directory, "xsave");
  const source = fileURLToPath(new URL("xsave.c", import.meta.url));
  execFileSync("gcc", ["-O2", "-Wall", "-static", "-o", binary, source]);
  const input = Buffer.concat(Array.from({ length: CASES }, (_, i) => packCase(makeCase(i))));
  const outcome = execFileSync(binary, { input, maxBuffer: 1 << 28 });
  if (outcome.length !== input.length)
    throw new Error(`${outcome.length} bytes came back, not ${input.length}`);
  for (let i = 0; i < input.length; i++) outcome[i] = outcome[i]! ^ input[i]!;
  const target = new URL("../xsave.bin.gz", import.meta.url);
  writeFileSync(target, gzipSync(outcome, { level: 9 }));
  process.stdout.write(`${CASES} cases\n`);
} finally {
  rmSync(directory, { recursive: true });
}
