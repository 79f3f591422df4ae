#!/usr/bin/env node
/* The program `vitrine`: arguments in, exit status out. Everything else is in program.ts. */
import { main } from "./program.ts";

// `vitrine … | head` closes the pipe early; that is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

const status = await main(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
});
if (status !== undefined) process.exitCode = status;
