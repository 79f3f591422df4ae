// Runs cases on the host's silicon through recorder/harness.c.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type State, WINDOW_SIZE } from "./state.ts";

// Offsets in the harness's `struct state`.
const RFLAGS = 128;
const RIP = 136;
const VECTOR = 144;
const ERROR = 148;
const CR2 = 152;
const WINDOW = 160;
const LENGTH = 164;
const CODE_BYTES = 168;
const FX = 192;
const MEMORY = 704;
const SIZE = 1216;
const SPILLED = 0x5b111ed;

export class Harness {
  readonly #directory = mkdtempSync(join(tmpdir(), "silicon-"));
  readonly #program = join(this.#directory, "harness");

  constructor() {
    const source = fileURLToPath(new URL("./recorder/harness.c", import.meta.url));
    const options = [
      "-O2",
      "-Wall",
      "-static",
      "-no-pie",
      "-fno-stack-protector",
      "-o",
      this.#program,
      source,
    ];
    const { status, stderr, error } = spawnSync("gcc", options, { encoding: "utf8" });
    if (status !== 0) throw new Error(`gcc: ${error?.message ?? stderr}`);
  }

  close(): void {
    rmSync(this.#directory, { recursive: true });
  }

  run(batch: Batch): void {
    const options = { input: batch.used(), maxBuffer: batch.used().length + 4096, timeout: 120_000 };
    const { status, signal, stdout, stderr } = spawnSync(this.#program, options);
    if (status !== 0) throw new Error(`harness: status ${status}, signal ${signal}: ${stderr}`);
    if (stdout.length !== batch.used().length)
      throw new Error(`harness: ${stdout.length} bytes of ${batch.used().length}`);
    batch.used().set(stdout);
  }
}

/** Cases side by side in the harness's format. */
export class Batch {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #count = 0;

  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity * SIZE);
    this.#view = new DataView(this.#bytes.buffer);
  }

  get count(): number {
    return this.#count;
  }

  used(): Uint8Array {
    return this.#bytes.subarray(0, this.#count * SIZE);
  }

  push(state: State, code: Uint8Array): void {
    const at = this.#count++ * SIZE;
    const view = this.#view;
    this.#bytes.fill(0, at, at + SIZE);
    this.#bytes.set(state.raw.subarray(0, 128), at);
    view.setUint32(at + RFLAGS, state.rflags, true);
    view.setUint32(at + WINDOW, state.window, true);
    view.setUint32(at + LENGTH, code.length, true);
    this.#bytes.set(code, at + CODE_BYTES);
    view.setUint16(at + FX, state.fcw, true);
    view.setUint16(at + FX + 2, state.fsw, true);
    view.setUint8(at + FX + 4, state.ftw);
    view.setUint32(at + FX + 24, state.mxcsr, true);
    const top = (state.fsw >> 11) & 7;
    for (let i = 0; i < 8; i++) {
      const physical = 10 * ((top + i) & 7);
      this.#bytes.set(state.x87.subarray(physical, physical + 10), at + FX + 32 + 16 * i);
    }
    this.#bytes.set(state.xmm, at + FX + 160);
    this.#bytes.set(state.memory, at + MEMORY);
  }

  /** The state after case `index`. */
  read(index: number, state: State): void {
    const at = index * SIZE;
    const view = this.#view;
    state.raw.set(this.#bytes.subarray(at, at + 128));
    state.rflags = view.getUint32(at + RFLAGS, true);
    state.rip = view.getBigUint64(at + RIP, true);
    state.window = view.getUint32(at + WINDOW, true);
    if (state.window === SPILLED) {
      const code = Buffer.from(
        this.#bytes.subarray(at + CODE_BYTES, at + CODE_BYTES + view.getUint32(at + LENGTH, true)),
      );
      throw new Error(`case ${index}: ${code.toString("hex")} wrote outside the window`);
    }
    const vector = view.getInt32(at + VECTOR, true);
    const fault = { vector, error: view.getUint32(at + ERROR, true), cr2: view.getBigUint64(at + CR2, true) };
    state.fault = vector < 0 ? null : fault;
    state.fcw = view.getUint16(at + FX, true);
    state.fsw = view.getUint16(at + FX + 2, true);
    state.ftw = view.getUint8(at + FX + 4);
    state.mxcsr = view.getUint32(at + FX + 24, true);
    const top = (state.fsw >> 11) & 7;
    for (let i = 0; i < 8; i++) {
      const from = at + FX + 32 + 16 * i;
      state.x87.set(this.#bytes.subarray(from, from + 10), 10 * ((top + i) & 7));
    }
    state.xmm.set(this.#bytes.subarray(at + FX + 160, at + FX + 416));
    state.memory.set(this.#bytes.subarray(at + MEMORY, at + MEMORY + WINDOW_SIZE));
  }
}
