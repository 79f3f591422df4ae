/*
 * One run of a kernel on the whole computer, from the options to the exit status: what `vitrine boot` does, and other commands
 * with something to look at while the machine runs or when it has stopped.
 *
 * It puts the pieces together: options (boot-options.ts), what the host gives (boot-host.ts), the run (boot-loop.ts), and
 * what is said at the end. Disks are flushed and closed on every way out but a killed process.
 */
import { BootError } from "../machine/boot/error.ts";
import type { BootPlan } from "../machine/boot/plan.ts";
import { Machine, type Tracer } from "../machine/machine.ts";
import { stateReport } from "../machine/state-report.ts";
import { BootHost } from "./boot-host.ts";
import { type BootEnd, BootLoop, hostTime } from "./boot-loop.ts";
import type { BootOptions } from "./boot-options.ts";
import { statistics } from "./boot-statistics.ts";
import { UserError } from "./errors.ts";
import { readInput } from "./input.ts";

const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;
/** What timeout(1) ends with when time is up. */
const TIME_IS_UP = 124;
const FAILED = 1;
/** Of the virtual clock, in Hz. */
const FREQUENCY = 3e9;
/** Characters of traces that are kept until they are written. */
const TRACE_BUFFER = 1 << 16;

/** Who looks on. The machine does not run meanwhile. */
export interface Onlooker {
  /** How often it wants to look, in cycles at most. Default: it does not care. */
  readonly everyCycles?: number;
  /** The kernel is loaded, and has not run. */
  loaded?(machine: Machine, plan: BootPlan): void;
  /** Between two slices, and at the end. */
  between?(): void;
  /** The machine has stopped for good, for the reason given. */
  ended?(end: BootEnd["kind"]): void;
}

/** Runs it. `err` takes what is said to the user. Returns the exit status; throws UserError and HostError. */
export async function runBoot(
  kernel: string,
  options: BootOptions,
  err: (text: string) => void,
  onlooker: Onlooker = {},
): Promise<number> {
  const { initrd, module = [] } = options;
  const request = {
    kernel: readInput(kernel),
    initrd: initrd === undefined ? undefined : readInput(initrd),
    modules: module.map(({ path, commandLine }) => ({ bytes: readInput(path), commandLine })),
    commandLine: options.append ?? "",
    protocol: options.protocol,
  };
  const inputs = [kernel, ...(initrd === undefined ? [] : [initrd]), ...module.map((m) => m.path)];
  const start = performance.now();
  let loop: BootLoop | undefined;
  let early: BootEnd | undefined;
  const end = (reason: BootEnd): void => {
    if (loop === undefined) early ??= reason;
    else loop.end(reason);
  };
  let machine: Machine | undefined;
  const host = new BootHost(options, inputs, {
    leave: (error) => end(error === undefined ? { kind: "left" } : { kind: "failure", error }),
    heard: () => loop?.wake(),
    now: () => (machine === undefined ? 0 : nanoseconds(machine)),
  });
  const handlers = Object.entries(SIGNALS).map(([name, number]) => {
    const handler = (): void => end({ kind: "signal", name, status: 128 + number });
    process.on(name, handler);
    return () => process.off(name, handler);
  });
  const close = (): void => void host.close();
  process.on("exit", close);
  let outcome: { readonly machine: Machine; readonly plan: BootPlan; readonly end: BootEnd };
  let failed: Error | undefined;
  try {
    const traces = new Traces(host, err);
    machine = makeMachine(options, host, traces);
    const plan = load(machine, kernel, request);
    onlooker.loaded?.(machine, plan);
    loop = new BootLoop(machine, {
      time: hostTime,
      live: () => host.live,
      noReboot: !options.reboot,
      realtime: options.realtime ?? host.interactive,
      maxSeconds: options.maxSeconds,
      maxCycles: options.maxCycles,
      mostSlice: onlooker.everyCycles,
      between: () => {
        traces.flush();
        onlooker.between?.();
      },
    });
    if (early !== undefined) loop.end(early);
    try {
      outcome = { machine, plan, end: await loop.run() };
      onlooker.between?.();
      onlooker.ended?.(outcome.end.kind);
    } finally {
      traces.flush();
    }
  } finally {
    failed = host.close();
    process.off("exit", close);
    for (const off of handlers) off();
  }
  if (outcome.end.kind === "failure") throw outcome.end.error;
  // The guest has hardly ended its line on the terminal.
  if (host.interactive && outcome.end.kind !== "power-off") err("\n");
  const status = conclude(outcome, err);
  if (options.stats || options.hash) {
    const seconds = (performance.now() - start) / 1000;
    err(`${JSON.stringify(statistics(outcome.machine, outcome.end.kind, seconds, options.hash ?? false))}\n`);
  }
  if (failed !== undefined) throw failed;
  return status;
}

function makeMachine(options: BootOptions, host: BootHost, traces: Traces): Machine {
  const { memory, cpus, engine, timing, seed, numa, trace } = options;
  try {
    return new Machine({
      ...host.peripherals,
      memory,
      cpus,
      engine,
      timing,
      frequency: FREQUENCY,
      seed,
      ...(numa && { numa }),
      ...(trace && { trace: { channels: trace, tracer: traces.tracer } }),
    });
  } catch (error) {
    // Of options only: the machine has not run yet.
    if (error instanceof RangeError) throw new UserError(error.message);
    throw error;
  }
}

function load(machine: Machine, kernel: string, request: Parameters<Machine["boot"]>[0]): BootPlan {
  try {
    return machine.boot(request);
  } catch (error) {
    if (error instanceof BootError) throw new UserError(`${kernel}: ${error.message}`);
    throw error;
  }
}

/** Says on standard error what was no proper end, with the machine's state. Returns the exit status. */
function conclude(
  { machine, plan, end }: { readonly machine: Machine; readonly plan: BootPlan; readonly end: BootEnd },
  err: (text: string) => void,
): number {
  const report = (line: string, status: number): number => {
    const fault = end.kind === "triple-fault" ? end : undefined;
    err(`vitrine: ${line}\n${stateReport(machine, { symbols: plan.symbols(), fault })}`);
    return status;
  };
  const after = `after ${machine.statistics.seconds.toFixed(6)} s of virtual time`;
  switch (end.kind) {
    case "power-off":
    case "reset":
    case "left":
      return 0;
    case "exit":
      return end.status & 0xff;
    case "triple-fault":
      return report(`triple fault ${after}`, FAILED);
    case "asleep":
      return report(`all processors wait, and nothing can wake them, ${after}`, FAILED);
    case "max-seconds":
    case "max-cycles":
      return report(`stopped by --${end.kind} ${after}`, TIME_IS_UP);
    case "signal":
      return report(`stopped by ${end.name} ${after}`, end.status);
    case "failure":
      throw end.error;
  }
}

const nanoseconds = ({ cycles, clock }: Machine): number => Math.floor((cycles * 1e9) / clock.frequency);

/** Lines of what happens, each with its virtual time in seconds. They are gathered and written between slices. */
class Traces {
  readonly tracer: Tracer;
  readonly #write: (text: string) => void;
  #text = "";

  constructor(host: BootHost, err: (text: string) => void) {
    const { trace } = host;
    const encoder = new TextEncoder();
    this.#write = trace === undefined ? err : (text) => trace.write(encoder.encode(text));
    this.tracer = (channel, cycle, text) => {
      this.#text += `${(cycle / FREQUENCY).toFixed(9)} ${channel} ${text()}\n`;
      if (this.#text.length >= TRACE_BUFFER) this.flush();
    };
  }
  flush(): void {
    if (this.#text === "") return;
    const text = this.#text;
    this.#text = "";
    this.#write(text);
  }
}
