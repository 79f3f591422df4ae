/** The engines there are, by name. */

import { prebuilt } from "../engine/chunks.ts";
import { EngineCore } from "../engine/core.ts";
import type { TimingName } from "../timing/model.ts";
import type { Engine, Processor } from "./engine.ts";
import { Evaluator } from "./evaluator.ts";
import { InterpretedEngine } from "./interpreted.ts";
import { CODE_CACHE } from "./layout.ts";

export const ENGINE_NAMES = ["interpreter", "evaluator"] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];
export const DEFAULT_ENGINE: EngineName = "interpreter";
/** The model that predecoded code has its costs from. */
export const PREDECODED_TIMING: TimingName = "blocks";

/**
 * Makes engines for the processors of one machine; decoded code, which they share, may go in `memory` up to
 * `codeCacheEnd`. Throws RangeError for an unknown name.
 */
export function makeEngines(
  name: EngineName,
  processors: readonly Processor[],
  memory: WebAssembly.Memory,
  codeCacheEnd: number,
): { readonly engines: readonly Engine[] /** Forgets decoded code. */; clear(): void } {
  switch (name) {
    case "interpreter": {
      const built = prebuilt();
      const sameCosts = processors.every(({ timing }) => timing.name === PREDECODED_TIMING);
      const predecoded = sameCosts ? built?.predecoded : undefined;
      const core = new EngineCore(memory, CODE_CACHE, codeCacheEnd, built, predecoded);
      const segments = new Map<string, number>();
      const engines = processors.map((p) => new InterpretedEngine(p, core, segments));
      return { engines, clear: () => core.code.clear() };
    }
    case "evaluator": {
      const engines = processors.map((p) => new Evaluator(p, memory));
      for (const { mmu } of processors) {
        mmu.written = (address, size) => engines.forEach((e) => void e.written(address, size));
      }
      return { engines, clear: () => {} };
    }
    default:
      throw new RangeError(`no engine is called ${JSON.stringify(name)}: ${ENGINE_NAMES.join(", ")}`);
  }
}
