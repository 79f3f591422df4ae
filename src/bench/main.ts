/**
 * npm run bench -- interpreter|region [--seconds N] [--only NAME,…] [--json FILE] [--svg FILE]
 *
 * A table for people, with --json (a file, or - for standard output alone) figures for programs, with --svg a picture.
 * Exit status 2 for bad use.
 */
import { writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import chalk from "chalk";
import { barChart, figure, share } from "./chart.ts";
import { calibrate, type Measurement, measureInterpreter } from "./interpreter.ts";
import { measureRegions } from "./region.ts";

const USAGE =
  "usage: npm run bench -- interpreter|region [--seconds N] [--only NAME,…] [--json FILE] [--svg FILE]";

class BadUse extends Error {}

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

function readOptions() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        seconds: { type: "string" },
        only: { type: "string" },
        json: { type: "string" },
        svg: { type: "string" },
      },
    });
    const [suite] = positionals;
    if (positionals.length !== 1 || (suite !== "interpreter" && suite !== "region")) throw new BadUse(USAGE);
    if (suite === "region" && values.only !== undefined)
      throw new BadUse("--only is for the interpreter's loops");
    const seconds = Number(values.seconds ?? "22");
    if (!(seconds > 0 && seconds < 1e6))
      throw new BadUse(`--seconds is a positive number, not ${values.seconds}`);
    return { ...values, suite, seconds, only: values.only?.split(",") };
  } catch (e) {
    if (e instanceof BadUse) throw e;
    throw new BadUse(`${e instanceof Error ? e.message : String(e)}\n${USAGE}`);
  }
}

function table(measurements: readonly Measurement[]): string {
  const most = Math.max(...measurements.map((m) => m.mips));
  const width = Math.max(12, ...measurements.map((m) => m.name.length));
  const rows = measurements.map((m) => {
    const spread = `${figure(Math.min(...m.runs))}–${figure(Math.max(...m.runs))}`;
    const bar = "█".repeat(Math.round(share(m.mips, most) * 24)).padEnd(24);
    return `${m.name.padEnd(width)} ${chalk.bold(figure(m.mips).padStart(6))}  ${spread.padStart(13)}  ${chalk.blue(bar)} ${chalk.dim(m.what)}`;
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
  const { suite, seconds, only, json, svg } = readOptions();
  const tty = process.stderr.isTTY;
  const before = calibrate();
  const progress = (name: string, i: number, count: number): void => {
    if (tty) process.stderr.write(`\r\x1b[K${i + 1} of ${count}: ${name}`);
  };
  let measurements: Measurement[];
  try {
    measurements =
      suite === "region"
        ? measureRegions(seconds, progress).flatMap(({ handlers, region }) => [
            { ...handlers, name: `${handlers.name}, handlers` },
            { ...region, name: `${region.name}, region` },
          ])
        : measureInterpreter({ seconds, ...(only && { only }), progress });
  } catch (e) {
    if (e instanceof RangeError) throw new BadUse(e.message);
    throw e;
  }
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
