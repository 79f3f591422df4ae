/** The unikernel's memory as tables for people. It reads nothing itself. */
import { FRAME_USES, type MemoryView, PAGE } from "./memory.ts";

const size = (bytes: number): string => {
  if (bytes >= 2 ** 30) return `${(bytes / 2 ** 30).toFixed(2)} GiB`;
  if (bytes >= 2 ** 20) return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  return `${(bytes / 2 ** 10).toFixed(0)} KiB`;
};
const percent = (part: number): string => `${(part * 100).toFixed(1)} %`;

/** The first column is text, the others are numbers. */
function columns(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** Several tables, each under a line that says what it is; the last line ended. */
export function memoryTable(view: MemoryView): string {
  const total = view.segments.reduce((sum, s) => sum + s.frames, 0);
  const uses = FRAME_USES.filter((use) => view.uses[use] > 0 && use !== "hole").map((use) => [
    use,
    String(view.uses[use]),
    size(view.uses[use] * PAGE),
    percent(view.uses[use] / Math.max(total, 1)),
  ]);
  const segments = view.segments.map((s) => [
    s.name,
    size(s.frames * PAGE),
    size(s.free * PAGE),
    ...s.blocks.map(String),
  ]);
  const orders = view.segments[0]?.blocks ?? [];
  const blockHead = orders.map((_, order) => size(PAGE * 2 ** order).replace(" ", ""));
  const unusable = view.segments.map((s) => [s.name, ...s.unusable.map((part) => (part * 100).toFixed(0))]);
  const caches = view.caches.map((c) => [
    c.name,
    String(c.objectSize),
    String(c.slabs),
    size(c.frames * PAGE),
    String(c.out),
    String(c.capacity),
    percent(c.capacity === 0 ? 0 : c.out / c.capacity),
  ]);
  const parts = [
    `Frames by what they are for (${size(total * PAGE)} in all)`,
    columns([["", "frames", "size", "part"], ...uses]),
    "",
    "Free blocks by size",
    columns([["segment", "size", "free", ...blockHead], ...segments]),
    "",
    "Free memory that is in smaller blocks, in %",
    columns([["segment", ...blockHead], ...unusable]),
    "",
    `Frames in processors' pools: ${view.pooled.join(" ") || "none"}; lost: ${view.lostFrames}`,
  ];
  if (caches.length > 0) {
    const head = ["cache", "object", "slabs", "size", "out", "room", "full"];
    parts.push("", "Slabs; objects that are out are live or in a pool", columns([head, ...caches]));
  }
  return `${parts.join("\n")}\n`;
}
