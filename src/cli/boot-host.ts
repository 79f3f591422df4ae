/*
 * The host's side of `vitrine boot`: disks, lines and cables opened as the options say, and closed again on every way out.
 *
 * Inputs are opened before any output is created, and an output that would overwrite an input is refused: a mistake in the
 * options costs no file.
 */
import { fstatSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { CharacterBackend, NetworkBackend } from "../host/backends.ts";
import { Capture } from "../host/capture.ts";
import { type Disk, openDisk } from "../host/disk.ts";
import { SeededEntropy } from "../host/entropy.ts";
import { HostError, systemReason } from "../host/errors.ts";
import { FileOutput } from "../host/file-output.ts";
import { Hub } from "../host/hub.ts";
import { NinepServer } from "../host/ninep/server.ts";
import { NullCharacter, NullNetwork } from "../host/null.ts";
import { StandardOutput } from "../host/standard-output.ts";
import { Terminal } from "../host/terminal.ts";
import type { Peripherals } from "../machine/chipset.ts";
import type { BootOptions, CharacterPlace, NetworkPlace, SharePlace } from "./boot-options.ts";
import { UserError } from "./errors.ts";

/** What the host has to tell while the machine runs. */
export interface HostEvents {
  /** The user leaves, or nobody reads the output; with the error, something of the host has failed. */
  leave(error?: Error): void;
  /** Input has come, or its end. */
  heard(): void;
  /** Virtual time in nanoseconds. */
  now(): number;
}

export class BootHost {
  readonly peripherals: Partial<Peripherals>;
  /** Standard input is a terminal, and the guest has it. */
  readonly interactive: boolean;
  /** Where traces go, if not to standard error. */
  readonly trace: FileOutput | undefined;
  readonly #events: HostEvents;
  readonly #disks: { readonly disk: Disk; readonly path: string }[] = [];
  readonly #files: FileOutput[] = [];
  readonly #shares: NinepServer[] = [];
  #terminal: Terminal | undefined;
  /** Standard input may still bring something. */
  #live = false;
  #closed = false;

  /** `inputs` are files that must not be overwritten. Throws UserError or HostError for what cannot be opened; then nothing is open. */
  constructor(o: BootOptions, inputs: readonly string[], events: HostEvents) {
    this.#events = events;
    const { disk = [], net = [], console = [] } = o;
    const serial = o.serial ?? [{ kind: takesStdio(o) ? "null" : "stdio" }];
    const characters = [...serial, ...console, ...(o.debugcon === undefined ? [] : [o.debugcon])];
    checkFiles(disk, inputs, [
      ...characters.flatMap((c) => (c.kind === "file" ? [c.path] : [])),
      ...net.flatMap((n) => n.capture ?? []),
      ...(o.traceFile === undefined ? [] : [o.traceFile]),
    ]);
    try {
      for (const { path, readOnly, snapshot } of disk) {
        this.#disks.push({ path, disk: openDisk(path, { readOnly, snapshot }) });
      }
      this.trace = o.traceFile === undefined ? undefined : this.#file(o.traceFile);
      const hub = new Hub();
      this.peripherals = {
        disks: this.#disks.map((d) => d.disk),
        networks: net.map((place, i) => this.#network(place, hub, i)),
        ...(o.debugcon !== undefined && { debugConsole: this.#output(o.debugcon) }),
        serial: serial.map((place) => this.#line(place)),
        consolePorts: console.map((place) => ({ backend: this.#line(place) })),
        shares: (o.share ?? []).map((place) => ({ tag: place.tag, backend: this.#share(place) })),
        entropy: new SeededEntropy(o.seed),
        balloon: o.balloon ?? false,
        ...(o.rtc !== undefined && { time: o.rtc }),
      };
    } catch (error) {
      this.close();
      throw error;
    }
    this.interactive = this.#terminal !== undefined && process.stdin.isTTY === true;
  }

  /** Whether input may still come. */
  get live(): boolean {
    return this.#live;
  }

  /** Gives the terminal back, flushes and closes disks and files. Returns what went wrong. A second call does nothing. */
  close(): HostError | undefined {
    if (this.#closed) return undefined;
    this.#closed = true;
    this.#terminal?.close();
    this.#live = false;
    for (const file of this.#files) file.close();
    for (const share of this.#shares) share.close();
    const failed = this.#disks.filter(({ disk }) => !disk.close());
    return failed[0] && new HostError(`disk ${failed[0].path}: could not be flushed`);
  }

  #file(path: string): FileOutput {
    const file = new FileOutput(path, (error) => this.#events.leave(error));
    this.#files.push(file);
    return file;
  }
  #share({ path, readOnly }: SharePlace): NinepServer {
    try {
      const server = new NinepServer(path, { readOnly });
      this.#shares.push(server);
      return server;
    } catch (error) {
      throw new UserError(`--share ${path}: ${systemReason(error)}`);
    }
  }
  #output(place: CharacterPlace): CharacterBackend {
    if (place.kind === "stdio") return new StandardOutput((error) => this.#events.leave(error));
    return place.kind === "file" ? this.#file(place.path) : new NullCharacter();
  }
  #line(place: CharacterPlace): CharacterBackend {
    return place.kind === "stdio" ? this.#stdio() : this.#output(place);
  }
  #stdio(): CharacterBackend {
    const terminal = new Terminal((error) => this.#events.leave(error));
    this.#terminal = terminal;
    if (!isRegularFile(0)) {
      this.#live = true;
      const ended = (): void => {
        this.#live = false;
        this.#events.heard();
      };
      for (const event of ["end", "close", "error"]) process.stdin.once(event, ended);
    }
    return new Announced(terminal, this.#events);
  }
  #network({ hub: onHub, capture }: NetworkPlace, hub: Hub, index: number): NetworkBackend {
    const to = onHub ? hub.port() : undefined;
    if (capture === undefined) return to ?? new NullNetwork();
    const file = this.#file(capture);
    return new Capture({
      write: (bytes) => file.write(bytes),
      now: () => this.#events.now(),
      name: `net${index}`,
      ...(to && { to }),
    });
  }
}

/** A line whose input is also told to who waits for it. */
class Announced implements CharacterBackend {
  onReady: (() => void) | undefined;
  readonly #line: CharacterBackend;

  constructor(line: CharacterBackend, events: HostEvents) {
    this.#line = line;
    line.onReady = () => {
      try {
        this.onReady?.();
      } catch (error) {
        // From here it would go past everything that closes the disks.
        events.leave(error instanceof Error ? error : new Error(String(error)));
      }
      events.heard();
    };
  }
  write(bytes: Uint8Array): void {
    this.#line.write(bytes);
  }
  read(most: number): Uint8Array {
    return this.#line.read(most);
  }
}

const takesStdio = ({ console = [], debugcon }: BootOptions): boolean =>
  debugcon?.kind === "stdio" || console.some((c) => c.kind === "stdio");

function isRegularFile(fd: number): boolean {
  try {
    return fstatSync(fd).isFile();
  } catch {
    return false;
  }
}

/** What two names of one regular file have in common; a file that is not there yet goes by its path; undefined for devices and pipes. */
function identity(path: string): string | undefined {
  try {
    const stat = statSync(path);
    return stat.isFile() ? `${stat.dev}:${stat.ino}` : undefined;
  } catch {
    return resolve(path);
  }
}

/** Refuses a disk that two write to, and an output that is an input or another output too. */
function checkFiles(
  disks: NonNullable<BootOptions["disk"]>,
  inputs: readonly string[],
  outputs: readonly string[],
): void {
  const read = new Set(inputs.map(identity));
  const written = new Set<string | undefined>();
  const used = new Set<string | undefined>();
  for (const { path, readOnly, snapshot } of disks) {
    const id = identity(path);
    const writes = !readOnly && !snapshot;
    if (id !== undefined && (writes ? used : written).has(id))
      throw new UserError(`disk ${path}: given twice, and written to; add ",snapshot" or ",ro" to both`);
    used.add(id);
    if (writes) written.add(id);
    read.add(id);
  }
  const made = new Set<string>();
  for (const path of outputs) {
    const id = identity(path);
    if (id === undefined) continue;
    if (read.has(id)) throw new UserError(`${path}: is an input, and would be overwritten by output`);
    if (made.has(id)) throw new UserError(`${path}: two outputs cannot go to one file`);
    made.add(id);
  }
}
