/** The compiler's benchmark as a table for people and as a picture. It measures nothing. */
import chalk from "chalk";
import { figure } from "../chart.ts";
import { COMPILERS } from "./build.ts";
import { meanRatio, type Result, ratio } from "./measure.ts";

const times = (n: number): string => n.toFixed(2);

/** A row for each program: milliseconds, then our time as a multiple of gcc's. */
export function table(results: readonly Result[]): string {
  const width = Math.max(14, ...results.map((r) => r.name.length));
  const head = [...COMPILERS, "/ -O1", "/ -O2"].map((c) => c.padStart(8)).join("  ");
  const rows = results.map((r) => {
    const own = COMPILERS.map((by) => figure(r.times[by].least).padStart(8));
    const last = ratio(r, "gcc -O2");
    const colour = last > 1.5 ? chalk.red : last > 1.1 ? chalk.yellow : chalk.green;
    const ratios = [times(ratio(r, "gcc -O1")).padStart(8), colour(times(last).padStart(8))];
    return `${r.name.padEnd(width)}  ${[...own, ...ratios].join("  ")}  ${chalk.dim(r.what)}`;
  });
  const means = [meanRatio(results, "gcc -O1"), meanRatio(results, "gcc -O2")];
  const blank = " ".repeat(8 * COMPILERS.length + 2 * (COMPILERS.length - 1));
  const mean = `${"geometric mean".padEnd(width)}  ${blank}  ${means.map((m) => chalk.bold(times(m).padStart(8))).join("  ")}`;
  return [chalk.dim(`${"ms".padEnd(width)}  ${head}`), ...rows, mean].join("\n");
}

const ROW = 24;
const LEFT = 130;
const WIDTH = 480;
const RIGHT = 330;
const TOP = 62;

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
const text = (x: number, y: number, size: number, fill: string, anchor: string, content: string): string =>
  `<text x="${x}" y="${y}" font-size="${size}" fill="${fill}" text-anchor="${anchor}">${escaped(content)}</text>`;

/** An SVG: for each program a bar of our time as a multiple of gcc -O2's, and a mark where gcc -O1 is. */
export function chart(title: string, note: string, results: readonly Result[]): string {
  const rows = [
    ...results.map((r) => ({
      name: r.name,
      what: r.what,
      own: ratio(r, "gcc -O2"),
      first: r.times["gcc -O1"].least / r.times["gcc -O2"].least,
    })),
    {
      name: "geometric mean",
      what: "",
      own: meanRatio(results, "gcc -O2"),
      first: meanRatio(results, "gcc -O2") / meanRatio(results, "gcc -O1"),
    },
  ];
  const most = Math.max(2, ...rows.flatMap((r) => [r.own, r.first]));
  const x = (value: number): number => LEFT + Math.round((value / most) * WIDTH);
  const height = TOP + rows.length * ROW + 12;
  const width = LEFT + WIDTH + RIGHT;
  const bars = rows.map((r, i) => {
    const y = TOP + i * ROW;
    return [
      text(LEFT - 8, y + 15, 13, "#222", "end", r.name),
      `<rect x="${LEFT}" y="${y + 3}" width="${x(r.own) - LEFT}" height="${ROW - 8}" fill="${r.what === "" ? "#1d3f66" : "#3b6ea5"}"/>`,
      `<rect x="${x(r.first) - 1}" y="${y + 1}" width="3" height="${ROW - 4}" fill="#d98324"/>`,
      text(x(Math.max(r.own, r.first)) + 8, y + 15, 12, "#222", "start", times(r.own)),
      text(width - 8, y + 15, 11, "#777", "end", r.what),
    ].join("\n");
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif">
<rect width="100%" height="100%" fill="#fff"/>
${text(8, 20, 15, "#222", "start", title)}
${text(8, 38, 11, "#777", "start", note)}
${text(x(1), TOP - 6, 11, "#222", "middle", "gcc -O2")}
<line x1="${x(1)}" y1="${TOP}" x2="${x(1)}" y2="${height - 12}" stroke="#222" stroke-dasharray="3 3"/>
${bars.join("\n")}
${text(width - 8, 38, 11, "#d98324", "end", "mark: gcc -O1")}
</svg>
`;
}
