/**
 * What the compiler says about a program that it does not accept. A diagnostic has a code that docs/dialect.md explains, a place, a
 * message that says what is wrong with which values, and mostly a hint at what to write instead. The table is table.ts; errors that tsc finds carry its own codes (TS2345).
 */
import type { Place } from "../place.ts";

export interface Diagnostic {
  /** "VT1001", or tsc's "TS2345". */
  readonly code: string;
  /** Absent: of the program as a whole. */
  readonly place: Place | undefined;
  readonly message: string;
  readonly hint: string | undefined;
}

/** A row of the table: makes diagnostics of its code. */
export interface DiagnosticKind<Args extends readonly unknown[]> {
  (place: Place | undefined, ...args: Args): Diagnostic;
  readonly code: string;
  /** As docs/dialect.md lists it. */
  readonly summary: string;
}

export function kind<Args extends readonly unknown[]>(
  code: string,
  summary: string,
  message: (...args: Args) => string,
  hint?: string | ((...args: Args) => string | undefined),
): DiagnosticKind<Args> {
  const make = (place: Place | undefined, ...args: Args): Diagnostic => ({
    code,
    place,
    message: message(...args),
    hint: typeof hint === "function" ? hint(...args) : hint,
  });
  return Object.assign(make, { code, summary });
}
