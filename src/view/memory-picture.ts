/**
 * The unikernel's memory as a picture: every frame by what it is for, in rows by address; free blocks by order beside them; and slabs by
 * how full they are. An SVG document. It reads nothing itself.
 */
import { type FrameUse, type MemoryView, PAGE } from "./memory.ts";

const COLOURS: Readonly<Record<FrameUse, string>> = {
  free: "#e9ecef",
  pooled: "#c9d6df",
  table: "#8d99ae",
  slab: "#3b6ea5",
  "half pages": "#2a9d8f",
  page: "#e9c46a",
  large: "#f4a261",
  debug: "#e63946",
  "other allocator": "#9d4edd",
  kernel: "#495057",
  hole: "#ffffff",
};

const MARGIN = 12;
const MAP_WIDTH = 768;
/** Pixels of a row of the map, and rows at most. */
const ROW = 6;
const MOST_ROWS = 96;
const MAP_TOP = 78;
const SIDE = MARGIN + MAP_WIDTH + 40;
const SIDE_WIDTH = 330;
const BAR = 14;

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
const label = (x: number, y: number, size: number, fill: string, anchor: string, content: string): string =>
  `<text x="${x}" y="${y}" font-size="${size}" fill="${fill}" text-anchor="${anchor}">${escaped(content)}</text>`;
const box = (x: number, y: number, width: number, height: number, fill: string): string =>
  `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${height}" fill="${fill}"/>`;
const round = (n: number): number => Math.round(n * 100) / 100;
const size = (frames: number): string => {
  const kib = (frames * PAGE) / 1024;
  return kib >= 2 ** 20 ? `${kib / 2 ** 20} GiB` : kib >= 1024 ? `${kib / 1024} MiB` : `${kib} KiB`;
};

export function memoryPicture(view: MemoryView, title: string): string {
  const map = frameMap(view);
  const side = [...blockBars(view, MAP_TOP), ...cacheBars(view, MAP_TOP + 40 + 11 * (BAR + 2) + 40)];
  const height = Math.max(map.height, sideHeight(view)) + MARGIN;
  const width = SIDE + SIDE_WIDTH + MARGIN;
  const legend = Object.entries(COLOURS)
    .filter(([use]) => use !== "hole")
    .map(([use, colour], i) => {
      const x = MARGIN + i * 106;
      return box(x, 38, 10, 10, colour) + label(x + 14, 47, 11, "#222", "start", use);
    });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif">
<rect width="100%" height="100%" fill="#fff"/>
${label(MARGIN, 22, 15, "#222", "start", title)}
${[...legend, ...map.parts, ...side].join("\n")}
</svg>
`;
}

/** Rows of frames, as many to a row as make MOST_ROWS rows at most; address ranges without frames are left out. */
function frameMap(view: MemoryView): { readonly parts: readonly string[]; readonly height: number } {
  const sections = new Set<number>();
  const total = view.runs.reduce((sum, run) => sum + run.count, 0);
  let perRow = 256;
  while (total / perRow > MOST_ROWS) perRow *= 2;
  for (const { start, count } of view.runs)
    for (let row = Math.floor(start / perRow); row * perRow < start + count; row++) sections.add(row);
  const rows = [...sections].sort((a, b) => a - b);
  const placeOf = new Map(rows.map((row, i) => [row, i]));
  const scale = MAP_WIDTH / perRow;
  const parts = [label(MARGIN, MAP_TOP - 6, 11, "#555", "start", `frames; a row is ${size(perRow)}`)];
  for (const { start, count, use } of view.runs) {
    if (use === "hole") continue;
    for (let at = start; at < start + count; ) {
      const row = Math.floor(at / perRow);
      const end = Math.min((row + 1) * perRow, start + count);
      const x = MARGIN + (at - row * perRow) * scale;
      parts.push(box(x, MAP_TOP + placeOf.get(row)! * (ROW + 1), (end - at) * scale, ROW, COLOURS[use]));
      at = end;
    }
  }
  for (const [row, i] of placeOf) {
    if (i % 8 !== 0) continue;
    const address = `0x${(row * perRow * PAGE).toString(16)}`;
    parts.push(label(MARGIN + MAP_WIDTH + 4, MAP_TOP + i * (ROW + 1) + ROW, 8, "#777", "start", address));
  }
  return { parts, height: MAP_TOP + rows.length * (ROW + 1) };
}

function blockBars(view: MemoryView, top: number): string[] {
  const orders = view.segments[0]?.blocks.length ?? 0;
  const frames = Array.from({ length: orders }, (_, order) =>
    view.segments.reduce((sum, s) => sum + s.blocks[order]! * 2 ** order, 0),
  );
  const most = Math.max(1, ...frames);
  const x = SIDE + 60;
  return [
    label(SIDE, top - 6, 11, "#555", "start", "free memory by size of block"),
    ...frames.flatMap((count, order) => {
      const y = top + order * (BAR + 2);
      const long = (count / most) * (SIDE_WIDTH - 150);
      return [
        label(x - 6, y + 11, 10, "#222", "end", size(2 ** order)),
        box(x, y, Math.max(long, count > 0 ? 1 : 0), BAR, "#adb5bd"),
        label(x + long + 6, y + 11, 10, "#555", "start", size(count)),
      ];
    }),
  ];
}

const sideHeight = (view: MemoryView): number =>
  MAP_TOP + 80 + 11 * (BAR + 2) + view.caches.length * (BAR + 2);

function cacheBars(view: MemoryView, top: number): string[] {
  const most = Math.max(1, ...view.caches.map((c) => c.frames));
  const x = SIDE + 90;
  if (view.caches.length === 0) return [];
  return [
    label(SIDE, top - 6, 11, "#555", "start", "slabs: size, and how much of it is out"),
    ...view.caches.flatMap((cache, i) => {
      const y = top + i * (BAR + 2);
      const long = (cache.frames / most) * (SIDE_WIDTH - 170);
      const full = cache.capacity === 0 ? 0 : cache.out / cache.capacity;
      return [
        label(x - 6, y + 11, 10, "#222", "end", cache.name),
        box(x, y, Math.max(long, 1), BAR, "#cfe0f2"),
        box(x, y, long * full, BAR, COLOURS.slab),
        label(
          x + long + 6,
          y + 11,
          10,
          "#555",
          "start",
          `${size(cache.frames)}, ${Math.round(full * 100)} %`,
        ),
      ];
    }),
  ];
}
