/** Allocators beside each other, as a table for people and as pictures. It measures nothing. */
import chalk from "chalk";
import type { AllocationResult } from "./run.ts";

const percent = (part: number): string => `${(part * 100).toFixed(1)} %`;
const whole = (n: number): string => n.toFixed(0);
function bytes(n: number): string {
  if (n >= 2 ** 20) return `${(n / 2 ** 20).toFixed(1)} MiB`;
  return n >= 2 ** 10 ? `${(n / 2 ** 10).toFixed(1)} KiB` : `${n} B`;
}

/** Peak held by peak live: what the allocator wanted for what there was. */
const overhead = (r: AllocationResult): number => (r.peakRequested === 0 ? 0 : r.peakHeld / r.peakRequested);

/** How a result is called: the policy is the tagged allocator's alone. */
export const nameOf = (r: AllocationResult): string =>
  r.allocator === "tagged" && r.policy !== "seed" ? `${r.allocator}, ${r.policy}` : r.allocator;

/** Below, what is held is mostly the room that an allocator begins with. */
const LEAST_LOAD = 16 * 2 ** 10;
const ofLoad =
  (text: (r: AllocationResult) => string) =>
  (r: AllocationResult): string =>
    r.peakRequested < LEAST_LOAD ? "" : text(r);

interface Column {
  readonly head: string;
  readonly text: (r: AllocationResult) => string;
}
const COLUMNS: readonly Column[] = [
  { head: "malloc", text: (r) => whole(r.allocations.median) },
  { head: "p99", text: (r) => whole(r.allocations.p99) },
  { head: "free", text: (r) => whole(r.frees.median) },
  { head: "p99", text: (r) => whole(r.frees.p99) },
  { head: "pair", text: (r) => (r.pairs.count > 0 ? r.pairs.mean.toFixed(1) : "") },
  { head: "internal", text: (r) => percent(r.internalFragmentation) },
  { head: "external", text: ofLoad((r) => percent(r.externalFragmentation)) },
  { head: "held/asked", text: ofLoad((r) => overhead(r).toFixed(2)) },
  { head: "peak held", text: (r) => bytes(r.peakHeld) },
  { head: "metadata", text: (r) => bytes(r.metadata) },
  { head: "TLB misses", text: (r) => whole(r.tlbMisses) },
  { head: "failures", text: (r) => whole(r.failures) },
];

/** Cycles by allocation and by free; the cases in their order, allocators below each other. */
export function table(results: readonly AllocationResult[]): string {
  const rows = results.map((r) => [r.case, nameOf(r), ...COLUMNS.map((c) => c.text(r))]);
  const head = ["cycles", "allocator", ...COLUMNS.map((c) => c.head)];
  const widths = head.map((h, i) => Math.max(h.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]): string =>
    cells.map((cell, i) => (i < 2 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join("  ");
  let before = "";
  const lines = rows.map((row) => {
    const text = line([row[0] === before ? "" : row[0]!, ...row.slice(1)]);
    before = row[0]!;
    return text;
  });
  return [chalk.dim(line(head)), ...lines].join("\n");
}

const COLOURS = ["#3b6ea5", "#7fb069", "#e6aa68", "#a44a3f", "#6c5b7b"];
const BAR = 9;
const GAP = 12;
const LEFT = 150;
const WIDTH = 560;
const RIGHT = 90;
const TOP = 74;

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
const label = (x: number, y: number, size: number, fill: string, anchor: string, content: string): string =>
  `<text x="${x}" y="${y}" font-size="${size}" fill="${fill}" text-anchor="${anchor}">${escaped(content)}</text>`;

/** What a picture shows of a result. */
export interface Measure {
  readonly title: string;
  readonly value: (r: AllocationResult) => number;
  readonly text: (r: AllocationResult) => string;
  /** Bars by the logarithm. */
  readonly logarithmic: boolean;
}
export const MEASURES: Readonly<Record<string, Measure>> = {
  cycles: {
    title: "Median cycles of a malloc and a free",
    value: (r) => r.allocations.median + r.frees.median,
    text: (r) => whole(r.allocations.median + r.frees.median),
    logarithmic: true,
  },
  p99: {
    title: "99th percentile of a malloc and a free, in cycles",
    value: (r) => r.allocations.p99 + r.frees.p99,
    text: (r) => whole(r.allocations.p99 + r.frees.p99),
    logarithmic: true,
  },
  memory: {
    title: "Peak of memory held by what was asked for",
    value: overhead,
    text: (r) => overhead(r).toFixed(2),
    logarithmic: false,
  },
};

/** An SVG with a bar for each allocator at each case. */
export function chart(results: readonly AllocationResult[], measure: Measure, note: string): string {
  const names = [...new Set(results.map(nameOf))];
  const cases = [...new Set(results.map((r) => r.case))];
  const most = Math.max(...results.map(measure.value), 1);
  const share = (value: number): number =>
    measure.logarithmic ? Math.log(1 + value) / Math.log(1 + most) : value / most;
  const height = TOP + cases.length * (names.length * BAR + GAP) + 12;
  const width = LEFT + WIDTH + RIGHT;
  const parts: string[] = [];
  names.forEach((name, i) => {
    const x = LEFT + i * 130;
    parts.push(`<rect x="${x}" y="50" width="10" height="10" fill="${COLOURS[i % COLOURS.length]}"/>`);
    parts.push(label(x + 15, 59, 12, "#222", "start", name));
  });
  let y = TOP;
  for (const one of cases) {
    parts.push(label(LEFT - 8, y + (names.length * BAR) / 2 + 4, 12, "#222", "end", one));
    names.forEach((name, i) => {
      const result = results.find((r) => r.case === one && nameOf(r) === name);
      if (result !== undefined) {
        const long = Math.max(1, Math.round(share(measure.value(result)) * WIDTH));
        const top = y + i * BAR;
        parts.push(
          `<rect x="${LEFT}" y="${top}" width="${long}" height="${BAR - 1}" fill="${COLOURS[i % COLOURS.length]}"/>`,
          label(LEFT + long + 4, top + BAR - 1, 9, "#555", "start", measure.text(result)),
        );
      }
    });
    y += names.length * BAR + GAP;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif">
<rect width="100%" height="100%" fill="#fff"/>
${label(8, 20, 15, "#222", "start", measure.title)}
${label(8, 38, 11, "#777", "start", note)}
${parts.join("\n")}
</svg>
`;
}
