/*
 * Complaints in the kernel's log, as `dmesg -r` writes it: lines at level 4 (warning) or worse, and lines of any level with a word
 * of complaint. Numbers, addresses and times are left out, so that logs of two machines can be compared.
 *
 * differences.txt lists the complaints that Vitrine's log may have and QEMU's need not: each a line of a log, then its explanation,
 * indented.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** KERN_WARNING. */
const WARNING = 4;
const WORDS =
  /\b(abort\w*|bad|broken|bug|call trace|cannot|can't|conflict\w*|corrupt\w*|could not|couldn't|denied|disabl\w+|does not|doesn't|error\w*|fail\w*|fault\w*|ignor\w+|illegal|inconsistent|inval\w+|lockup|mismatch\w*|missing|no|not|oops|overflow\w*|panic\w*|refused|skip\w*|stall\w*|stuck|taint\w*|time[sd]? ?out|unable|undefined|unexpected|unknown|unreliable|unstable|unsupported|warn\w*|without|wrong)\b/i;

/** The words of a line without what differs from run to run. */
export const withoutNumbers = (line: string): string =>
  line
    .replaceAll(/0x[0-9a-f]+|\b[0-9a-f]{8,}\b|\d+/gi, "#")
    .replaceAll(/ +/g, " ")
    .trim();

interface Line {
  readonly level: number;
  readonly text: string;
}
function linesOf(log: string): Line[] {
  return log.split(/\r?\n/).flatMap((line) => {
    const [, priority, text] = /^<(\d+)>\[ *[\d.]+\] ?(.*)$/.exec(line) ?? [];
    // The lower three bits of the priority are the level, the others who speaks.
    return priority === undefined || text === undefined ? [] : [{ level: Number(priority) & 7, text }];
  });
}

/** Complaints of a log that another log does not have, each once, as they stand in the log. Throws Error for what is no log. */
export function complaints(log: string, other: string): string[] {
  const [lines, known] = [linesOf(log), new Set(linesOf(other).map(({ text }) => withoutNumbers(text)))];
  if (lines.length === 0 || known.size === 0) throw new Error("a log is empty");
  const found = new Map<string, string>();
  for (const { level, text } of lines) {
    const words = withoutNumbers(text);
    if ((level <= WARNING || WORDS.test(text)) && !known.has(words) && !found.has(words))
      found.set(words, text);
  }
  return [...found.values()];
}

/** differences.txt: lines without their numbers, and why they are there. Throws Error for one without an explanation. */
export function explained(
  text = readFileSync(fileURLToPath(new URL("differences.txt", import.meta.url)), "utf8"),
) {
  const found = new Map<string, string>();
  let line: string | undefined;
  for (const row of text.split("\n")) {
    if (row === "" || row.startsWith("#")) continue;
    if (!row.startsWith(" ")) {
      if (line !== undefined && found.get(line) === "") throw new Error(`no explanation of "${line}"`);
      line = withoutNumbers(row);
      found.set(line, "");
    } else if (line === undefined) throw new Error(`an explanation of nothing: "${row}"`);
    else found.set(line, `${found.get(line)} ${row.trim()}`.trim());
  }
  if (line !== undefined && found.get(line) === "") throw new Error(`no explanation of "${line}"`);
  return found;
}
