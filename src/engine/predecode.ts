/**
 * Makes predecoded code (predecoded.ts): finds the blocks that control can reach from an image's functions by direct branches, calls and returns, and
 * lets a code cache lay them out and link them. Blocks that end in an exception or go on in another page are left to who meets them.
 */
import { effectsOf } from "../isa/readings/effects.ts";
import { type Block, type FormedBlock, formBlock } from "./block.ts";
import type { ChunkPlace, Prebuilt } from "./chunks.ts";
import { FIRST_BLOCK } from "./code-cache.ts";
import { EngineCore } from "./core.ts";
import type { EngineHost } from "./host.ts";
import * as L from "./layout.ts";
import { BLOCK_WORDS, ENDS, HEADER, HEADER_WORDS, MAGIC, PAGE_WORDS } from "./predecoded.ts";
import { chunkOf } from "./shape.ts";

const PAGE = 4096;
/** Costs are kept in 16 bits. */
const MOST_COST = 0xffff;
const WASM_PAGE = 65536;
/** Bytes of the code cache that the image is decoded into. */
const CACHE_SIZE = 64 << 20;

export interface PredecodeRequest {
  /** Knows the image's pages at their linear addresses, and decodes and prices as the machines will. */
  readonly host: EngineHost;
  /** Linear addresses of functions. */
  readonly entries: readonly number[];
  /** Of the machines' code caches. */
  readonly cacheStart: number;
  readonly prebuilt: Prebuilt;
  /** Which build of the handlers that is. */
  readonly build: number;
}

/** The block at `linear`, if it is one of those that can be kept. */
function keptBlock(host: EngineHost, linear: number): FormedBlock | undefined {
  let block: FormedBlock;
  try {
    block = formBlock(host, BigInt(linear));
  } catch (e) {
    if (!host.isFault(e)) throw e;
    return undefined;
  }
  if (block.instructions.length === 0 || block.secondPage >= 0 || block.end.kind === "trap") return undefined;
  return (host.cost(block.instructions)[block.instructions.length - 1] ?? 0) > MOST_COST ? undefined : block;
}

/** Where control goes from a block, as far as its bytes say. */
function successors(linear: number, { instructions, size }: FormedBlock): number[] {
  const next = linear + size;
  const last = instructions.at(-1);
  if (last === undefined) return [];
  const to = last.operands[0];
  const targets = to?.kind === "relative" ? [next + to.displacement] : [];
  // A call comes back behind itself.
  const { flow } = effectsOf(last);
  const goesOn = last.row.mnemonic === "call" || (flow !== "relative" && flow !== "indirect");
  return goesOn ? [...targets, next] : targets;
}

function reachable(host: EngineHost, entries: readonly number[]): Map<number, FormedBlock> {
  const found = new Map<number, FormedBlock>();
  const seen = new Set<number>();
  const waiting = [...entries];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    if (seen.has(at)) continue;
    seen.add(at);
    const block = keptBlock(host, at);
    if (block === undefined) continue;
    found.set(at, block);
    waiting.push(...successors(at, block));
  }
  return found;
}

/** The chunks of handlers that blocks use, as bits by their place in the list. Throws for a shape that no chunk has. */
function chunksUsed(blocks: Iterable<FormedBlock>, places: readonly ChunkPlace[]): number {
  let bits = 0;
  for (const { instructions } of blocks) {
    for (const insn of instructions) {
      const number = places.findIndex(({ name }) => name === chunkOf(insn));
      if (number < 0 || number > 31) throw new Error(`no chunk ${chunkOf(insn)}`);
      bits |= 1 << number;
    }
  }
  return bits >>> 0;
}

/** Links what a block's last record leads to; branches leave a page through the jump cache. */
function link(core: EngineCore, linear: number, block: Block, blocks: ReadonlyMap<number, Block>): void {
  const { code } = core;
  const view = new DataView(core.memory.buffer);
  const last = block.header + L.HEADER_SIZE + (block.records - 1) * L.RECORD_SIZE;
  const insn = block.instructions[block.count - 1];
  const to = block.end.kind === "none" ? insn?.operands[0] : undefined;
  const ways: ["taken" | "next", number][] = [];
  if (to?.kind === "relative") ways.push(["taken", linear + block.size + to.displacement]);
  if (to?.kind === "relative" || block.end.kind === "continue") ways.push(["next", linear + block.size]);
  for (const [which, address] of ways) {
    const target = blocks.get(address);
    if (target !== undefined) code.link(last, which, block, target);
    else if (Math.floor(address / PAGE) !== Math.floor(linear / PAGE)) {
      const at = which === "taken" ? L.RECORD_TAKEN_LINK : L.RECORD_NEXT_LINK;
      view.setUint32(last + at, code.indirect, true);
    }
  }
}

/** The file for the image. Deterministic. */
export function predecode(request: PredecodeRequest): Uint8Array<ArrayBuffer> {
  const { host, entries, cacheStart, prebuilt, build } = request;
  const formed = reachable(host, entries);
  const addresses = [...formed.keys()].sort((a, b) => a - b);
  const memory = new WebAssembly.Memory({ initial: Math.ceil((cacheStart + CACHE_SIZE) / WASM_PAGE) });
  const core = new EngineCore(memory, cacheStart, cacheStart + CACHE_SIZE, prebuilt);
  const context = host.context();
  const blocks = new Map(addresses.map((at) => [at, core.code.find(host, BigInt(at), context)]));
  for (const [at, block] of blocks) link(core, at, block, blocks);

  const first = cacheStart + FIRST_BLOCK;
  const last = blocks.get(addresses.at(-1) ?? 0);
  const size = last === undefined ? 0 : last.header + L.HEADER_SIZE + last.records * L.RECORD_SIZE - first;
  const starts = [...new Set(addresses.map((at) => at - (at % PAGE)))];
  const costs = addresses.flatMap((at) => [...Array.from(blocks.get(at)?.costs ?? [])]);
  const places = { pages: HEADER_WORDS * 4, blocks: 0, costs: 0, text: 0, records: 0 };
  places.blocks = places.pages + (starts.length + 1) * PAGE_WORDS * 4;
  places.costs = places.blocks + addresses.length * BLOCK_WORDS * 4;
  places.text = places.costs + ((costs.length * 2 + 3) & ~3);
  places.records = places.text + starts.length * PAGE;
  const bytes = new Uint8Array((places.records + size + 3) & ~3);
  const words = new Uint32Array(bytes.buffer);
  words[HEADER.magic] = MAGIC;
  words[HEADER.build] = build;
  words[HEADER.context] = context;
  words[HEADER.cache] = cacheStart;
  words[HEADER.pages] = starts.length;
  words[HEADER.blocks] = addresses.length;
  words[HEADER.costs] = costs.length;
  words[HEADER.size] = size;
  starts.forEach((start, i) => {
    const mine = addresses.filter((at) => at - (at % PAGE) === start);
    const from = addresses.indexOf(mine[0] ?? 0);
    const header = blocks.get(mine[0] ?? 0)?.header ?? first;
    const chunks = chunksUsed(
      mine.flatMap((at) => formed.get(at) ?? []),
      prebuilt.places,
    );
    words.set([start, from, header - first, chunks], places.pages / 4 + i * PAGE_WORDS);
    const text = host.codePage(BigInt(start)).bytes;
    if (text !== undefined) bytes.set(text, places.text + i * PAGE);
  });
  words.set([0, addresses.length, size, 0], places.pages / 4 + starts.length * PAGE_WORDS);
  const ends: readonly string[] = ENDS;
  let cost = 0;
  addresses.forEach((at, i) => {
    const block = blocks.get(at);
    if (block === undefined) return;
    const end = ends.indexOf(block.end.kind);
    const info = (block.size << 16) | (end << 8) | block.count;
    words.set([at, block.header - first, cost, info >>> 0], places.blocks / 4 + i * BLOCK_WORDS);
    cost += block.count;
  });
  new Uint16Array(bytes.buffer, places.costs, costs.length).set(costs);
  bytes.set(new Uint8Array(memory.buffer, first, size), places.records);
  return bytes;
}
