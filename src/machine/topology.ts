/**
 * Which processor is in which package, and the APIC identifiers that say so (SDM vol. 3A §8.9.1; AMD64 APM vol. 3
 * appendix E.5): the low bits of an identifier number the processors of a package, the rest the packages.
 *
 * A NUMA node with processors is a package, as its processors share a last-level cache; without nodes all are one package.
 * Packages are numbered in the order of their first processors, so that processor 0 has identifier 0. Identifiers are 0
 * to n − 1 unless packages differ in size, are no power of two, or interleave.
 */

/** A processor's place. Each processor is a core with one thread. */
export interface ProcessorPlace {
  readonly apicId: number;
  /** Low bits of APIC identifiers that are the core's number in its package. */
  readonly coreBits: number;
  /** Processors of the package. */
  readonly cores: number;
}

/** Bits that numbers from 0 to n − 1 take. */
const bitsFor = (n: number): number => (n <= 1 ? 0 : 32 - Math.clz32(n - 1));

/** Places of processors 0 to `cpus` − 1, in order. Throws RangeError unless nodes name each of them once. */
export function placeProcessors(
  cpus: number,
  nodes?: readonly { readonly cpus: readonly number[] }[],
): readonly ProcessorPlace[] {
  const all = Array.from({ length: cpus }, (_, cpu) => cpu);
  const shares = nodes?.map((node) => [...node.cpus].sort((a, b) => a - b)) ?? [all];
  const named = shares.flat().sort((a, b) => a - b);
  if (named.length !== cpus || named.some((cpu, i) => cpu !== i))
    throw new RangeError(
      `NUMA nodes name processors ${named.join(", ")}; the machine has each of 0 to ${cpus - 1} once`,
    );
  const packages = shares.filter((share) => share.length > 0).sort((a, b) => a[0]! - b[0]!);
  const coreBits = bitsFor(Math.max(...packages.map((share) => share.length)));
  return all.map((cpu) => {
    const at = packages.findIndex((share) => share.includes(cpu));
    const share = packages[at]!;
    return { apicId: (at << coreBits) | share.indexOf(cpu), coreBits, cores: share.length };
  });
}
