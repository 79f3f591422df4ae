#!/usr/bin/env node
/* The program `vitrine`, as modules. The package has start.ts in its place. */
import { runProcess } from "./process.ts";

await runProcess();
