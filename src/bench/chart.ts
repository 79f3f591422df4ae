/** Horizontal bars on a logarithmic scale as an SVG document: what a person looks at. It measures nothing. */

export interface Bar {
  readonly label: string;
  readonly value: number;
  readonly note: string;
}

const ROW = 26;
const LEFT = 110;
const WIDTH = 420;
const RIGHT = 430;
const TOP = 48;

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
/** Three significant digits. */
export const figure = (n: number): string =>
  n >= 100 ? n.toFixed(0) : n >= 10 ? n.toFixed(1) : n.toFixed(2);

/** A line of text; `size` in pixels. */
const line = (x: number, y: number, size: number, fill: string, anchor: string, content: string): string =>
  `<text x="${x}" y="${y}" font-size="${size}" fill="${fill}" text-anchor="${anchor}">${escaped(content)}</text>`;

/** Length of a bar, 0 to 1, on a logarithmic scale from 1 to `most`; values below 1 have none. */
export const share = (value: number, most: number): number =>
  most <= 1 ? 0 : Math.max(0, Math.log(Math.max(value, 1)) / Math.log(most));

/** An SVG of the bars from top to bottom, with the title and a note under it. Values are not negative. */
export function barChart(title: string, note: string, bars: readonly Bar[]): string {
  const most = Math.max(...bars.map((b) => b.value), Number.MIN_VALUE);
  const height = TOP + bars.length * ROW + 12;
  const width = LEFT + WIDTH + RIGHT;
  const rows = bars.map((bar, i) => {
    const y = TOP + i * ROW;
    const long = Math.max(1, Math.round(share(bar.value, most) * WIDTH));
    return [
      line(LEFT - 8, y + 16, 13, "#222", "end", bar.label),
      `<rect x="${LEFT}" y="${y + 3}" width="${long}" height="${ROW - 8}" fill="#3b6ea5"/>`,
      line(LEFT + long + 6, y + 16, 12, "#222", "start", figure(bar.value)),
      line(width - 8, y + 16, 11, "#777", "end", bar.note),
    ].join("\n");
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif">
<rect width="100%" height="100%" fill="#fff"/>
${line(8, 20, 15, "#222", "start", title)}
${line(8, 38, 11, "#777", "start", note)}
${rows.join("\n")}
</svg>
`;
}
