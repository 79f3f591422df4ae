/*
 * A program for terminal.test.ts: a guest that says "ready" and answers each key in capitals. "k" and "t" are signals to itself,
 * "c" a crash, "m" asks stty for the terminal's mode, "f" floods the output. Leaving ends it with status 7.
 */
import { spawnSync } from "node:child_process";
import { Terminal } from "../../src/host/terminal.ts";

const encoder = new TextEncoder();
const terminal = new Terminal((error) => {
  if (error !== undefined) process.stderr.write(`${error.message}\n`);
  terminal.close();
  process.exitCode = 7;
});

function pull(): void {
  for (;;) {
    const keys = terminal.read(3);
    if (keys.length === 0) return;
    const typed = new TextDecoder().decode(keys);
    if (typed.includes("k")) process.kill(process.pid, "SIGHUP");
    if (typed.includes("t")) process.kill(process.pid, "SIGTERM");
    if (typed.includes("c")) throw new Error("a crash");
    if (typed.includes("m")) {
      const { stdout } = spawnSync("stty", ["-a"], {
        stdio: ["inherit", "pipe", "inherit"],
        encoding: "utf8",
      });
      terminal.write(encoder.encode(/-icanon/.test(stdout) && /-isig/.test(stdout) ? "<raw>" : "<cooked>"));
    }
    if (typed.includes("f")) terminal.write(new Uint8Array(1_000_000).fill(0x2e));
    terminal.write(encoder.encode(`[${typed.toUpperCase()}]`));
  }
}
terminal.onReady = pull;
terminal.write(encoder.encode("ready\n"));
pull();
