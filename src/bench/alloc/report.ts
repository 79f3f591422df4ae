/** Allocators beside each other, as a table for people and as a picture. It measures nothing. */
import chalk from "chalk";
import type { AllocationResult } from "./run.ts";

const percent = (part: number): string => `${(part * 100).toFixed(1)} %`;
const whole = (n: number): string => n.toFixed(0);
function bytes(n: number): string {
  if (n >= 2 ** 20) return `${(n / 2 ** 20).toFixed(1)} MiB`;
  return n >= 2 ** 10 ? `${(n / 2 ** 10).toFixed(1)} KiB` : `${n} B`;
}

/** What the allocator wanted for what was asked for, each when it was most. */
const overhead = (r: AllocationResult): number => (r.peakRequested === 0 ? 0 : r.peakHeld / r.peakRequested);

/** How a result is called: the policy is the tagged allocator's alone. */
export const nameOf = (r: AllocationResult): string =>
  r.allocator === "tagged" && r.policy !== "seed" ? `${r.allocator}, ${r.policy}` : r.allocator;

/** Below, what is held is mostly the room that an allocator begins with. */
const LEAST_LOAD = 256 * 2 ** 10;
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
  { head: "held/live", text: ofLoad((r) => (r.peakHeld / r.peakLive).toFixed(2)) },
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
/** Of the picture, in pixels. */
const BAR = 9;
const GAP = 12;
const LEFT = 130;
const PANEL = 250;
/** Behind the longest bar, for its number. */
const NUMBER = 60;
const TOP = 96;

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
const label = (x: number, y: number, size: number, fill: string, anchor: string, content: string): string =>
  `<text x="${x}" y="${y}" font-size="${size}" fill="${fill}" text-anchor="${anchor}">${escaped(content)}</text>`;
const box = (x: number, y: number, width: number, height: number, fill: string): string =>
  `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="${fill}"/>`;

/** A panel of the picture. */
interface Measure {
  readonly title: string;
  readonly value: (r: AllocationResult) => number;
  /** Empty: no bar. */
  readonly text: (r: AllocationResult) => string;
  /** How long a bar is, as a part of the longest. */
  readonly share: (value: number, most: number) => number;
}
const byLogarithm = (value: number, most: number): number => Math.log(1 + value) / Math.log(1 + most);
const linearly = (value: number, most: number): number => value / most;
const MEASURES: readonly Measure[] = [
  {
    title: "malloc and free, median, cycles (logarithmic)",
    value: (r) => r.allocations.median + r.frees.median,
    text: (r) => whole(r.allocations.median + r.frees.median),
    share: byLogarithm,
  },
  {
    title: "99th percentiles (logarithmic)",
    value: (r) => r.allocations.p99 + r.frees.p99,
    text: (r) => whole(r.allocations.p99 + r.frees.p99),
    share: byLogarithm,
  },
  {
    title: "peak held by peak asked for",
    value: overhead,
    text: ofLoad((r) => overhead(r).toFixed(2)),
    share: linearly,
  },
];
const NOTE =
  "cycles of the machine's model; each run can be repeated exactly; no last bar where little is asked for";

/** An SVG: a bar for each allocator at each case, in three panels. */
export function chart(results: readonly AllocationResult[]): string {
  const names = [...new Set(results.map(nameOf))];
  const cases = [...new Set(results.map((r) => r.case))];
  const colour = (i: number): string => COLOURS[i % COLOURS.length]!;
  const step = names.length * BAR + GAP;
  const parts = [
    label(8, 22, 15, "#222", "start", "Allocators of the unikernel"),
    label(8, 40, 11, "#777", "start", NOTE),
    ...names.flatMap((name, i) => [
      box(LEFT + i * 120, 52, 10, 10, colour(i)),
      label(LEFT + i * 120 + 15, 61, 12, "#222", "start", name),
    ]),
    ...cases.map((one, i) => label(LEFT - 8, TOP + i * step + (step - GAP) / 2 + 4, 12, "#222", "end", one)),
  ];
  MEASURES.forEach(({ title, value, text, share }, panel) => {
    const left = LEFT + panel * (PANEL + NUMBER);
    parts.push(label(left, TOP - 12, 12, "#222", "start", title));
    const shown = results.filter((r) => text(r) !== "");
    const most = Math.max(...shown.map(value), 1);
    for (const result of shown) {
      const i = names.indexOf(nameOf(result));
      const top = TOP + cases.indexOf(result.case) * step + i * BAR;
      const long = Math.max(1, Math.round(share(value(result), most) * PANEL));
      parts.push(
        box(left, top, long, BAR - 1, colour(i)),
        label(left + long + 4, top + BAR - 1, 9, "#555", "start", text(result)),
      );
    }
  });
  const width = LEFT + MEASURES.length * (PANEL + NUMBER);
  const height = TOP + cases.length * step + 12;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif">
<rect width="100%" height="100%" fill="#fff"/>
${parts.join("\n")}
</svg>
`;
}
