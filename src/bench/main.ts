/**
 * npm run bench -- interpreter|region [--seconds N] [--only NAME,…] [--json FILE] [--svg FILE]
 *
 * A table for people, with --json (a file, or - for standard output alone) figures for programs, with --svg a picture.
 * options.ts reads the command line. Exit status 2 for bad use.
 */
import { writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import chalk from "chalk";
import { barChart, figure, share } from "./chart.ts";
import { calibrate, type Measurement, measureInterpreter } from "./interpreter.ts";
import { BadUse, readOptions } from "./options.ts";
import { measureRegions } from "./region.ts";

/** What the figures were taken on. */
function host() {
  const [cpu] = cpus();
  return {
    cpu: cpu?.model.trim() ?? "unknown",
    processors: cpus().length,
    node: process.version,
    v8: process.versions.v8,
    load: loadavg()[0] ?? 0,
  };
}

function table(measurements: readonly Measurement[]): string {
  const most = Math.max(...measurements.map((m) => m.mips));
  const width = Math.max(12, ...measurements.map((m) => m.name.length));
  const rows = measurements.map((m) => {
    const spread = `${figure(Math.min(...m.runs))}–${figure(Math.max(...m.runs))}`;
    const bar = "█".repeat(Math.round(share(m.mips, most) * 24)).padEnd(24);
    return `${m.name.padEnd(width)} ${chalk.bold(figure(m.mips).padStart(6))}  ${spread.padStart(13)}  ${chalk.blue(bar)} ${chalk.dim(m.what)}${m.steady ? "" : chalk.yellow("  not steady")}`;
  });
  return [chalk.dim(`${"loop".padEnd(width)}   MIPS       lowest–highest`), ...rows].join("\n");
}

function save(path: string, content: string): void {
  try {
    writeFileSync(path, content);
  } catch (e) {
    throw new BadUse(`cannot write ${path}: ${e instanceof Error ? e.message : String(e)}`);
  }
}

function main(): void {
  const options = readOptions(process.argv.slice(2), (text) => void process.stdout.write(text));
  if (options === undefined) return;
  const { suite, seconds, only, json, svg } = options;
  const tty = process.stderr.isTTY;
  const before = calibrate();
  const progress = (name: string, i: number, count: number): void => {
    if (tty) process.stderr.write(`\r\x1b[K${i + 1} of ${count}: ${name}`);
  };
  const measurements: readonly Measurement[] =
    suite === "region"
      ? measureRegions(seconds, progress).flatMap(({ handlers, region }) => [
          { ...handlers, name: `${handlers.name}, handlers` },
          { ...region, name: `${region.name}, region` },
        ])
      : measureInterpreter({ seconds, ...(only && { only }), progress });
  if (tty) process.stderr.write("\r\x1b[K");
  const machine = { ...host(), calibration: { before, after: calibrate() } };
  const note = `${machine.cpu}, ${machine.processors} processors, Node ${machine.node}, load ${machine.load.toFixed(1)}`;
  const result = {
    suite,
    unit: "million guest instructions per second",
    machine,
    loops: measurements,
  };
  if (json === "-") console.log(JSON.stringify(result, undefined, 2));
  else {
    console.log(table(measurements));
    console.log(
      chalk.dim(
        `${note}; JavaScript calibration ${figure(before)} before, ${figure(machine.calibration.after)} after`,
      ),
    );
  }
  if (json !== undefined && json !== "-") save(json, `${JSON.stringify(result, undefined, 2)}\n`);
  if (svg !== undefined) {
    const bars = measurements.map((m) => ({ label: m.name, value: m.mips, note: m.what }));
    save(
      svg,
      barChart(
        `${suite === "region" ? "Regions" : "Interpreter"}: million guest instructions per second`,
        note,
        bars,
      ),
    );
  }
}

try {
  main();
} catch (e) {
  if (!(e instanceof BadUse)) throw e;
  console.error(`bench: ${e.message}`);
  process.exitCode = 2;
}
