// Compares src/isa/float with the host's silicon, live, on random operands in every rounding mode, precision and mask.
//
//   gcc -O1 -mavx -mfma -mf16c -o oracle tests/isa/float/native/oracle.c
//   npx tsx tests/isa/float/native/compare.ts ./oracle [cases per operation = 20000] [seed = 1] [name pattern]

import { Random } from "../operands.ts";
import { difference, operations } from "../operations.ts";
import { requestsFor } from "../requests.ts";
import { Silicon } from "../silicon.ts";

const [path = "./oracle", count = "20000", seed = "1", pattern = "."] = process.argv.slice(2);
const silicon = new Silicon(path);
let total = 0;
let wrong = 0;

for (const [name, operation] of operations) {
  if (!new RegExp(pattern).test(name)) continue;
  const requests = requestsFor(name, operation, new Random(Number(seed)), Number(count));
  const replies = silicon.ask(requests);
  let shown = 0;
  requests.forEach((request, i) => {
    const problem = difference(operation.expect(request), replies[i]!);
    total += 1;
    if (problem === undefined) return;
    wrong += 1;
    if (shown++ >= 4) return;
    const { a, b, c, control, mxcsr } = request;
    const controls = operation.unit === "x87" ? `fcw ${control.toString(16)}` : `mxcsr ${mxcsr.toString(16)}`;
    console.log(`${name} ${a.toString(16)} ${b.toString(16)} ${c.toString(16)} ${controls}: ${problem}`);
  });
  if (shown > 0) console.log(`${name}: ${shown} of ${requests.length} differ`);
}
console.log(`${total} cases, ${wrong} differ`);
process.exitCode = wrong === 0 ? 0 : 1;
