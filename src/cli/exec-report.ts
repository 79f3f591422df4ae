/*
 * The state that `vitrine exec` prints, as a JSON object and as text. Field names and number formats are documented in
 * docs/exec.md; numbers of the guest are hex strings, lower case, padded to the register's width.
 */

import { GPR_NAMES } from "../isa/state.ts";
import type { BareMachine } from "../machine/bare-machine.ts";
import type { StopReason } from "../machine/engine.ts";
import { exceptionName } from "../machine/exception-names.ts";
import { registerWidth } from "../machine/registers.ts";

const REGISTERS = [
  ...GPR_NAMES,
  "rip",
  "rflags",
  "cs",
  "ds",
  "es",
  "fs",
  "gs",
  "ss",
  "fs_base",
  "gs_base",
  "cr0",
  "cr2",
  "cr3",
  "cr4",
  "cr8",
  "efer",
] as const;

export interface ExecReport {
  readonly stop: "hlt" | "exception" | "limit" | "stopped";
  readonly exception: {
    readonly vector: number;
    readonly name: string;
    readonly error: number | null;
    /** Linear address of a page fault. */
    readonly address: string | null;
    readonly tripleFault: boolean;
  } | null;
  readonly registers: Readonly<Record<string, string>>;
  readonly xmm: readonly string[];
  readonly x87: {
    readonly st: readonly string[];
    readonly control: string;
    readonly status: string;
    readonly tag: string;
  };
  readonly mxcsr: string;
  readonly memory: readonly { readonly address: string; readonly bytes: string }[];
  readonly instructions: number;
  readonly cycles: number;
}

const hex = (value: bigint, bits: number): string => `0x${value.toString(16).padStart(bits / 4, "0")}`;

/** The state of a machine that has stopped. */
export function execReport(
  machine: BareMachine,
  stop: StopReason,
  dumps: readonly { readonly address: number; readonly bytes: Uint8Array }[],
): ExecReport {
  const value = (name: string): string => hex(machine.get(name), registerWidth(name));
  return {
    stop: stop.kind,
    exception:
      stop.kind !== "exception"
        ? null
        : {
            vector: stop.vector,
            name: exceptionName(stop.vector),
            error: stop.errorCode ?? null,
            address: stop.address === undefined ? null : hex(stop.address, 64),
            tripleFault: stop.tripleFault,
          },
    registers: Object.fromEntries(REGISTERS.map((name) => [name, value(name)])),
    xmm: Array.from({ length: 16 }, (_, i) => value(`xmm${i}`)),
    x87: {
      st: Array.from({ length: 8 }, (_, i) => value(`st${i}`)),
      control: value("fcw"),
      status: value("fsw"),
      tag: value("ftw"),
    },
    mxcsr: value("mxcsr"),
    memory: dumps.map(({ address, bytes }) => ({
      address: hex(BigInt(address), 64),
      bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("hex"),
    })),
    instructions: machine.instructions,
    cycles: machine.cycles,
  };
}

/** Why it stopped, in words. */
function stopText(report: ExecReport): string {
  const { exception } = report;
  if (exception === null) return report.stop;
  const parts = [`exception ${exception.vector}, ${exception.name}`];
  if (exception.error !== null) parts.push(`error code ${hex(BigInt(exception.error), 16)}`);
  if (exception.address !== null) parts.push(`address ${exception.address}`);
  if (exception.tripleFault) parts.push("triple fault");
  return parts.join(", ");
}

const FLAGS = [
  ["of", 11],
  ["df", 10],
  ["if", 9],
  ["tf", 8],
  ["sf", 7],
  ["zf", 6],
  ["af", 4],
  ["pf", 2],
  ["cf", 0],
] as const;

/** Empty in the x87's tag word, whose fields are in the order of the physical registers. */
const isEmpty = (report: ExecReport, i: number): boolean => {
  const top = (Number(report.x87.status) >> 11) & 7;
  return ((Number(report.x87.tag) >> (((top + i) & 7) * 2)) & 3) === 3;
};

/** A compact table. Vector registers that are zero and x87 registers that are empty are left out. */
export function execText(report: ExecReport): string {
  const lines = [`stop ${stopText(report)}`];
  const r = report.registers;
  const row = (...names: string[]): void => {
    lines.push(
      names
        .map((name) => `${name.padEnd(8)}${(r[name] ?? "").padEnd(18)}`)
        .join("  ")
        .trimEnd(),
    );
  };
  for (let i = 0; i < 4; i++) row(...GPR_NAMES.slice(i * 4, i * 4 + 4));
  row("rip", "rflags", "fs_base", "gs_base");
  const flags = Number(r.rflags ?? 0);
  lines.push(
    `flags  ${FLAGS.map(([name, bit]) => ((flags >> bit) & 1 ? name.toUpperCase() : name)).join(" ")}`,
  );
  lines.push(["cs", "ds", "es", "fs", "gs", "ss"].map((name) => `${name} ${r[name]}`).join("  "));
  row("cr0", "cr2", "cr3", "cr4");
  row("cr8", "efer");
  report.xmm.forEach((v, i) => {
    if (!/^0x0+$/.test(v)) lines.push(`${`xmm${i}`.padEnd(7)}${v}`);
  });
  report.x87.st.forEach((v, i) => {
    if (!isEmpty(report, i)) lines.push(`${`st${i}`.padEnd(7)}${v}`);
  });
  const { control, status, tag } = report.x87;
  lines.push(`x87    control ${control}  status ${status}  tag ${tag}  mxcsr ${report.mxcsr}`);
  for (const { address, bytes } of report.memory) {
    for (let at = 0; at < bytes.length; at += 32) {
      const part = bytes
        .slice(at, at + 32)
        .replace(/../g, "$& ")
        .trimEnd();
      lines.push(`${hex(BigInt(address) + BigInt(at / 2), 64)}  ${part}`);
    }
  }
  lines.push(`${report.instructions} instructions, ${report.cycles} cycles`);
  return `${lines.join("\n")}\n`;
}
