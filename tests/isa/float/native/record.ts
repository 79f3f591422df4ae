// Records ../vectors.bin.gz on the host's silicon, which should be an AMD Zen 4: RCPPS, partial FPREM and the last bit of
// transcendentals are the processor's own.
//
//   gcc -O1 -mavx -mfma -mf16c -o oracle tests/isa/float/native/oracle.c
//   npx tsx tests/isa/float/native/record.ts ./oracle

import { Silicon } from "../silicon.ts";
import { names, recordedRequests, writeVectors } from "../vectors.ts";

const silicon = new Silicon(process.argv[2] ?? "./oracle");
writeVectors(Buffer.concat(names.map((name) => silicon.askForBytes(recordedRequests(name)))));
