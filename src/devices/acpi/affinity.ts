/** Which processors and memory are near each other: SRAT and SLIT (ACPI 6.3 §5.2.16, §5.2.17). */
import { littleEndian as le } from "./little-endian.ts";
import type { AcpiNuma, AcpiProcessor } from "./platform.ts";
import { table } from "./table.ts";

const SRAT_REVISION = 3;
const SLIT_REVISION = 1;
const ENABLED = 1;
const BYTE_IDS = 255;
const LOCAL = 10;
const REMOTE = 20;

/** Throws RangeError if a processor is in no node or in several, or is not there. */
export function srat({ nodes }: AcpiNuma, cpus: readonly AcpiProcessor[]): Uint8Array {
  const known = cpus.map(({ apicId }) => apicId).sort((a, b) => a - b);
  const placed = nodes.flatMap(({ apicIds }) => apicIds).sort((a, b) => a - b);
  if (known.join() !== placed.join()) {
    throw new RangeError(`nodes have the APIC identifiers ${placed.join()}, processors ${known.join()}`);
  }
  const processor = (apicId: number, node: number): number[] =>
    apicId >= BYTE_IDS
      ? [2, 24, ...le(2, 0), ...le(4, node, apicId, ENABLED, 0, 0)]
      : [0, 16, node & 0xff, apicId, ...le(4, ENABLED), 0, ...le(3, Math.floor(node / 256)), ...le(4, 0)];
  return table("SRAT", SRAT_REVISION, [
    ...le(4, 1), // reserved, 1 for compatibility
    ...le(8, 0),
    ...nodes.flatMap(({ apicIds }, node) => apicIds.flatMap((id) => processor(id, node))),
    ...nodes.flatMap(({ memory }, node) =>
      memory.flatMap(({ start, size }) => [
        ...[1, 40, ...le(4, node), ...le(2, 0)],
        ...le(8, start, size),
        ...le(4, 0, ENABLED),
        ...le(8, 0),
      ]),
    ),
  ]);
}

/** Throws RangeError unless distances are a square of 10 on the diagonal and 11 to 255 elsewhere (255: unreachable). */
export function slit({ nodes, distances }: AcpiNuma): Uint8Array {
  const matrix = distances ?? nodes.map((_, i) => nodes.map((__, j) => (i === j ? LOCAL : REMOTE)));
  const right =
    matrix.length === nodes.length &&
    matrix.every(
      (row, i) =>
        row.length === nodes.length &&
        row.every((d, j) => (i === j ? d === LOCAL : Number.isInteger(d) && d > LOCAL && d <= 255)),
    );
  if (!right) throw new RangeError(`not distances between ${nodes.length} nodes: ${JSON.stringify(matrix)}`);
  return table("SLIT", SLIT_REVISION, [...le(8, nodes.length), ...matrix.flat()]);
}
