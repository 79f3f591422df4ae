/** What `vitrine bench alloc` runs: workloads of kernel/bench with their parameters. */

export const ALLOCATORS = ["tagged", "buddy", "tlsf", "bump"] as const;
export type AllocatorName = (typeof ALLOCATORS)[number];
export const POLICIES = ["seed", "dense"] as const;
export type PolicyName = (typeof POLICIES)[number];

export interface AllocationCase {
  readonly name: string;
  /** What it is like, for people. */
  readonly what: string;
  /** As the bench image knows it. */
  readonly workload: string;
  /** Steps. */
  readonly operations: number;
  /** Bytes of an object, where the workload has one size. */
  readonly size?: number;
  /** Objects that live at once, at most. */
  readonly slots: number;
  /** Default 1. */
  readonly cpus?: number;
  /** RAM in bytes; default DEFAULT_MEMORY. */
  readonly memory?: number;
}

const MIB = 2 ** 20;
const PAIR_SIZES = [
  8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096, 8192, 65536,
];

export const CASES: readonly AllocationCase[] = [
  ...PAIR_SIZES.map(
    (size): AllocationCase => ({
      name: `pair-${size}`,
      what: `malloc and free of ${size} bytes at once`,
      workload: "pairs",
      operations: 20_000,
      size,
      slots: 1,
    }),
  ),
  {
    name: "random",
    what: "16 to 4096 bytes, every size as likely",
    workload: "random",
    operations: 100_000,
    slots: 4096,
  },
  {
    name: "cfrac",
    what: "small numbers that live for a moment",
    workload: "cfrac",
    operations: 100_000,
    slots: 1024,
  },
  {
    name: "espresso",
    what: "mixed sizes in generations, with realloc",
    workload: "espresso",
    operations: 100_000,
    slots: 4096,
  },
  {
    name: "pages",
    what: "floods of 4096 bytes",
    workload: "flood",
    operations: 30_000,
    size: 4096,
    slots: 8192,
  },
  {
    name: "half-pages",
    what: "floods of 2048 bytes",
    workload: "flood",
    operations: 30_000,
    size: 2048,
    slots: 8192,
  },
  {
    name: "aligned",
    what: "alignments of 64 to 4096, sizes to 8192",
    workload: "aligned",
    operations: 50_000,
    slots: 4096,
  },
  {
    name: "ages",
    what: "a long run whose usual sizes change",
    workload: "ages",
    operations: 400_000,
    slots: 8192,
  },
  {
    name: "producer-consumer",
    what: "one processor allocates, another frees",
    workload: "producer-consumer",
    operations: 50_000,
    slots: 1024,
    cpus: 2,
  },
  {
    name: "larson",
    what: "a server's threads, objects freed by others than made them",
    workload: "larson",
    operations: 50_000,
    slots: 4000,
    cpus: 4,
  },
  {
    name: "larson-one",
    what: "the same by one thread: objects that replace others",
    workload: "larson",
    operations: 50_000,
    slots: 4000,
  },
  {
    name: "mstress",
    what: "bursts, objects that stay, exchanges between threads",
    workload: "mstress",
    operations: 50_000,
    slots: 8000,
    cpus: 4,
  },
];

/** RAM of the machine, in bytes. */
export const DEFAULT_MEMORY = 256 * MIB;
