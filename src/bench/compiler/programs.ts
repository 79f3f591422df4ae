/**
 * The programs of the compiler's benchmark: each is programs/NAME.ts in the dialect and programs/NAME.c, the same algorithm written as one
 * would in either. Both have `run(rounds)`, which gives a checksum.
 */

export interface Program {
  readonly name: string;
  readonly what: string;
  /** For a repetition of some milliseconds. */
  readonly rounds: number;
}

export const PROGRAMS: readonly Program[] = [
  { name: "base64", rounds: 250, what: "base64 there and back, UTF-8" },
  { name: "buddy", rounds: 60, what: "buddy allocator" },
  { name: "bytecode", rounds: 12, what: "interpreter of bytecode, by a switch" },
  { name: "crc32", rounds: 60, what: "CRC-32 by a table" },
  { name: "dijkstra", rounds: 40, what: "shortest paths with a binary heap" },
  { name: "hash-table", rounds: 20, what: "open addressing: insert, find, remove" },
  { name: "life", rounds: 500, what: "game of life, a byte a cell" },
  { name: "lz", rounds: 100, what: "LZ4-like compression and expansion" },
  { name: "matrix-float", rounds: 40, what: "LU decomposition and product, f64" },
  { name: "matrix-integer", rounds: 20, what: "product of matrices, i32" },
  { name: "memory", rounds: 400, what: "memcpy, memmove, memset of many sizes" },
  { name: "merge-sort", rounds: 25, what: "linked lists, comparison by pointer" },
  { name: "n-body", rounds: 40000, what: "bodies that attract each other, f64" },
  { name: "parser", rounds: 20000, what: "recursive descent, expressions" },
  { name: "queens", rounds: 400, what: "queens by bits; popcount, clz, ctz" },
  { name: "red-black", rounds: 15, what: "red-black tree: insert, find, remove" },
  { name: "search", rounds: 80, what: "Horspool's search, words, lengths" },
  { name: "sha256", rounds: 400, what: "SHA-256" },
  { name: "sieve", rounds: 50, what: "sieve of Eratosthenes" },
  { name: "sort", rounds: 8, what: "introsort of u64" },
];
