/** APIC identifiers and what CPUID says of them (SDM vol. 3A §8.9; AMD64 APM vol. 3 appendix E.4.7, E.4.15, E.4.16). */
import { describe, expect, it } from "vitest";
import { cpuid } from "../../src/machine/cpuid.ts";
import { placeProcessors } from "../../src/machine/topology.ts";
import { Bare } from "./bare.ts";

const node = (...cpus: number[]): { readonly cpus: readonly number[] } => ({ cpus });
const ids = (...args: Parameters<typeof placeProcessors>): readonly number[] =>
  placeProcessors(...args).map((p) => p.apicId);

describe("APIC identifiers", () => {
  it.each([1, 2, 3, 4, 8])("are 0 to n − 1 for %d processors of one package", (n) => {
    expect(ids(n)).toEqual(Array.from({ length: n }, (_, i) => i));
  });
  it.each([
    { title: "equal halves", cpus: 4, nodes: [node(0, 1), node(2, 3)], expected: [0, 1, 2, 3] },
    { title: "interleaved", cpus: 4, nodes: [node(0, 2), node(1, 3)], expected: [0, 2, 1, 3] },
    { title: "unequal", cpus: 4, nodes: [node(0), node(1, 2, 3)], expected: [0, 4, 5, 6] },
    {
      title: "no power of two",
      cpus: 6,
      nodes: [node(0, 1, 2), node(3, 4, 5)],
      expected: [0, 1, 2, 4, 5, 6],
    },
    { title: "processor 0 in the last node", cpus: 2, nodes: [node(1), node(0)], expected: [0, 1] },
    { title: "a node without processors", cpus: 2, nodes: [node(), node(0, 1)], expected: [0, 1] },
  ])("of nodes that are $title differ above the core's bits", ({ cpus, nodes, expected }) => {
    expect(ids(cpus, nodes)).toEqual(expected);
  });
  it("want each processor in one node", () => {
    expect(() => ids(2, [node(0)])).toThrow(RangeError);
    expect(() => ids(2, [node(0, 1), node(1)])).toThrow(RangeError);
    expect(() => ids(2, [node(0, 1, 2)])).toThrow(RangeError);
  });
});

/** What an operating system makes of the leaves, by each of the ways that the manuals give. */
function read(cpus: number, nodes?: Parameters<typeof placeProcessors>[1]) {
  return placeProcessors(cpus, nodes).map((place) => {
    const { cpu } = new Bare();
    cpu.identity = { ...cpu.identity, ...place };
    const leaf = (n: number, subleaf = 0) => cpuid(cpu, n, subleaf);
    const [threads, cores, end] = [leaf(0xb, 0), leaf(0xb, 1), leaf(0xb, 2)];
    // Leaf 0xb: type of level in ecx 15:8; APIC id shifts in eax; processors in ebx.
    expect([threads.ecx >> 8, cores.ecx >> 8, end.ecx >> 8]).toEqual([1, 2, 0]);
    expect([threads.eax, threads.ebx, end.ebx]).toEqual([0, 1, 0]);
    const id = cores.edx;
    // The same number in leaves 1 (bits 31:24), 0xb and 8000001e.
    expect([leaf(1).ebx >>> 24, leaf(0x8000001e).eax]).toEqual([id, id]);
    // Leaf 4 is Intel's.
    expect(leaf(4).eax).toBe(0);
    // Leaf 80000008 ecx: cores − 1 in 7:0, their bits in 15:12.
    const { ecx } = leaf(0x80000008);
    expect([(ecx & 0xff) + 1, (ecx >> 12) & 15]).toEqual([cores.ebx, cores.eax]);
    // Leaf 1 ebx 23:16 counts if HTT (edx 28) is set; CmpLegacy (80000001 ecx 1) says that they are cores.
    const several = cores.ebx > 1;
    expect((leaf(1).ebx >> 16) & 0xff).toBe(cores.ebx);
    expect([(leaf(1).edx >> 28) & 1, (leaf(0x80000001).ecx >> 1) & 1]).toEqual([+several, +several]);
    // Leaf 8000001d eax 25:14: one less than how many share L1d, L1i, L2, L3.
    const sharing = [0, 1, 2, 3].map((i) => ((leaf(0x8000001d, i).eax >> 14) & 0xfff) + 1);
    expect(sharing).toEqual([1, 1, 1, cores.ebx]);
    const { ebx, ecx: nodeId } = leaf(0x8000001e);
    expect([ebx >> 8, nodeId >> 8]).toEqual([0, 0]); // a thread a core, a node a package
    return { package: id >> cores.eax, node: nodeId & 0xff, core: ebx & 0xff, of: cores.ebx };
  });
}

describe("CPUID", () => {
  it.each([1, 2, 4, 8])("tells of %d cores in a package", (n) => {
    expect(read(n)).toEqual(Array.from({ length: n }, (_, core) => ({ package: 0, node: 0, core, of: n })));
  });
  it.each([2, 4, 8])("tells of %d processors in two packages", (n) => {
    const all = Array.from({ length: n }, (_, i) => i);
    const half = n / 2;
    expect(read(n, [{ cpus: all.slice(0, half) }, { cpus: all.slice(half) }])).toEqual(
      all.map((i) => ({
        package: Math.floor(i / half),
        node: Math.floor(i / half),
        core: i % half,
        of: half,
      })),
    );
  });
  it("tells of packages of different sizes", () => {
    expect(read(4, [node(0), node(1, 2, 3)]).map((p) => [p.package, p.core, p.of])).toEqual([
      [0, 0, 1],
      [1, 0, 3],
      [1, 1, 3],
      [1, 2, 3],
    ]);
  });
});
