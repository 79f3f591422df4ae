/** Makes the chunks of handlers (chunks.ts) for every shape that the table's forms reach. Run when the package is built. */
import { decode, isFailure } from "../isa/decode.ts";
import { instance, seededDraws } from "../isa/form-bytes.ts";
import { allForms, formKey } from "../isa/forms.ts";
import type { Instruction } from "../isa/instruction.ts";
import type { ChunkPlace } from "./chunks.ts";
import { buildHandlers } from "./handlers.ts";
import { buildRuntime, FIXED_HANDLERS } from "./runtime.ts";
import { chunkOf, shapeKey } from "./shape.ts";

export interface BuiltChunk extends ChunkPlace {
  /** Shapes in table order. */
  readonly keys: readonly string[];
  readonly bytes: Uint8Array<ArrayBuffer>;
}
export interface Built {
  readonly runtime: Uint8Array<ArrayBuffer>;
  readonly chunks: readonly BuiltChunk[];
}

/** One instruction of each shape, by chunk, in the order of the table's forms. */
function shapesByChunk(): Map<string, Map<string, Instruction>> {
  const chunks = new Map<string, Map<string, Instruction>>();
  const draws = seededDraws(1);
  for (const form of allForms()) {
    const insn = decode(instance(form, draws), 0, { mode: form.mode });
    if (isFailure(insn)) throw new Error(`${formKey(form)} does not decode`);
    const name = chunkOf(insn);
    let chunk = chunks.get(name);
    if (chunk === undefined) {
      chunk = new Map();
      chunks.set(name, chunk);
    }
    const key = shapeKey(insn);
    if (!chunk.has(key)) chunk.set(key, insn);
  }
  return chunks;
}

/** Makes everything; takes some seconds. Deterministic. */
export function buildPrebuilt(): Built {
  let first = FIXED_HANDLERS.length;
  const chunks = [...shapesByChunk()].map(([name, shapes]): BuiltChunk => {
    const chunk = {
      name,
      first,
      count: shapes.size,
      keys: [...shapes.keys()],
      bytes: buildHandlers([...shapes.values()], first),
    };
    first += shapes.size;
    return chunk;
  });
  return { runtime: buildRuntime(), chunks };
}
