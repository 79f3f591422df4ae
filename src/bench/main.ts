/**
 * npm run bench -- interpreter|region|compiler [--seconds N] [--only NAME,…] [--json FILE] [--svg FILE]
 *
 * A table for people, with --json (a file, or - for standard output alone) figures for programs, with --svg a picture.
 * options.ts reads the command line. Exit status 2 for bad use.
 */
import { writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import chalk from "chalk";
import { barChart, figure, share } from "./chart.ts";
import { gccVersion, hasGcc } from "./compiler/build.ts";
import { meanRatio } from "./compiler/measure.ts";
import { chart as compilerChart, table as compilerTable } from "./compiler/report.ts";
import { measureCompilers } from "./compiler/suite.ts";
import { calibrate, type Measurement, measureInterpreter } from "./interpreter.ts";
import { BadUse, type BenchOptions, readOptions } from "./options.ts";
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

interface Report {
  readonly table: string;
  /** For the JSON, beside the suite's name and the machine. */
  readonly figures: Readonly<Record<string, unknown>>;
  readonly svg: (note: string) => string;
  /** What the figures depend on besides the machine. */
  readonly versions: string;
}
type Progress = (name: string, i: number, count: number) => void;

/** Undefined, with one line said, if the suite cannot run here. */
function measure(options: BenchOptions, progress: Progress): Report | undefined {
  const { suite, seconds, only } = options;
  if (suite === "compiler") {
    if (!hasGcc()) {
      console.error("bench: compiler is skipped: there is no gcc to compare with");
      return undefined;
    }
    const results = measureCompilers({ seconds, ...(only && { only }), progress });
    const means = { "gcc -O1": meanRatio(results, "gcc -O1"), "gcc -O2": meanRatio(results, "gcc -O2") };
    return {
      table: compilerTable(results),
      figures: { unit: "milliseconds of processor time", programs: results, means },
      svg: (note) => compilerChart("Compiled programs: time as a multiple of gcc -O2's", note, results),
      versions: gccVersion(),
    };
  }
  const measurements: readonly Measurement[] =
    suite === "region"
      ? measureRegions(seconds, progress).flatMap(({ handlers, region }) => [
          { ...handlers, name: `${handlers.name}, handlers` },
          { ...region, name: `${region.name}, region` },
        ])
      : measureInterpreter({ seconds, ...(only && { only }), progress });
  const unit = "million guest instructions per second";
  const bars = measurements.map((m) => ({ label: m.name, value: m.mips, note: m.what }));
  return {
    table: table(measurements),
    figures: { unit, loops: measurements },
    svg: (note) => barChart(`${suite === "region" ? "Regions" : "Interpreter"}: ${unit}`, note, bars),
    versions: `Node ${process.version}`,
  };
}

function main(): void {
  const options = readOptions(process.argv.slice(2), (text) => void process.stdout.write(text));
  if (options === undefined) return;
  const { suite, json, svg } = options;
  const tty = process.stderr.isTTY;
  const before = calibrate();
  const report = measure(options, (name, i, count) => {
    if (tty) process.stderr.write(`\r\x1b[K${i + 1} of ${count}: ${name}`);
  });
  if (tty) process.stderr.write("\r\x1b[K");
  if (report === undefined) return;
  const machine = { ...host(), calibration: { before, after: calibrate() } };
  const note = `${machine.cpu}, ${machine.processors} processors, ${report.versions}, load ${machine.load.toFixed(1)}`;
  const result = JSON.stringify(
    { suite, machine, versions: report.versions, ...report.figures },
    undefined,
    2,
  );
  if (json === "-") console.log(result);
  else {
    console.log(report.table);
    console.log(
      chalk.dim(
        `${note}; JavaScript calibration ${figure(before)} before, ${figure(machine.calibration.after)} after`,
      ),
    );
  }
  if (json !== undefined && json !== "-") save(json, `${result}\n`);
  if (svg !== undefined) save(svg, report.svg(note));
}

try {
  main();
} catch (e) {
  if (!(e instanceof BadUse)) throw e;
  console.error(`bench: ${e.message}`);
  process.exitCode = 2;
}
