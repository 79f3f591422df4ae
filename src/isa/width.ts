/** Widths in bits of the values that semantics compute with: flags and conditions, integers, vectors. */
export type Width = 1 | 8 | 16 | 32 | 64 | 128;
