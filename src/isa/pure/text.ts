/** Pure functions: SSE4.2 string comparisons. */
import type { PureFunction } from "../pure.ts";

export const TEXT_FUNCTIONS = {} as const satisfies Record<string, PureFunction>;
