#!/usr/bin/env node
/* The program `vitrine` of the package: process.ts as the one script that scripts/build.ts makes of it. */
import { loadProgram } from "./program-script.ts";

await loadProgram().program.runProcess();
