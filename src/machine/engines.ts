/** The engines there are, by name. */

import { prebuilt } from "../engine/chunks.ts";
import type { Engine, Processor } from "./engine.ts";
import { Evaluator } from "./evaluator.ts";
import { InterpretedEngine } from "./interpreted.ts";

export const ENGINE_NAMES = ["interpreter", "evaluator"] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];
export const DEFAULT_ENGINE: EngineName = "interpreter";

/** Makes an engine for a processor; decoded code may go in `memory` up to `codeCacheEnd`. Throws RangeError for an unknown name. */
export function makeEngine(
  name: EngineName,
  processor: Processor,
  memory: WebAssembly.Memory,
  codeCacheEnd: number,
): Engine {
  switch (name) {
    case "interpreter":
      return new InterpretedEngine(processor, memory, codeCacheEnd, prebuilt());
    case "evaluator":
      return new Evaluator(processor);
    default:
      throw new RangeError(`no engine is called ${JSON.stringify(name)}: ${ENGINE_NAMES.join(", ")}`);
  }
}
