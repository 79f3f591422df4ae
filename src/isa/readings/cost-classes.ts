/**
 * Classes of instructions by mnemonic with the figures of Zen 4: cycles, macro-ops and execution ports. A row's own
 * `cost` column wins over the cycles and macro-ops here; the ports are always these. First match wins.
 *
 * Sources: after AMD's Software Optimization Guide for Zen 4 (publication 57647); user-mode instructions with long
 * latencies were measured (docs/timing.md says which); system instructions are guesses of the right order.
 */

/** What an instruction executes on; how many there are of each is in PORT_COUNT. */
export type Port =
  | "none" // eliminated at rename: nop, register moves
  | "alu"
  | "shift"
  | "mul"
  | "div"
  | "branch"
  | "fpadd"
  | "fpmul"
  | "fpdiv"
  | "fpalu"
  | "shuffle"
  | "fpmove" // between the register files
  | "micro"; // microcode: nothing else dispatches beside it

/** How many operations a cycle each kind of port can start. */
export const PORT_COUNT: Readonly<Record<Port, number>> = {
  none: 6,
  alu: 4,
  shift: 2,
  mul: 1,
  div: 1,
  branch: 2,
  fpadd: 2,
  fpmul: 2,
  fpdiv: 1,
  fpalu: 4,
  shuffle: 2,
  fpmove: 2,
  micro: 6,
};

export interface CostClass {
  readonly names: RegExp;
  /** Cycles from operands in registers to the result. */
  readonly latency: number;
  /** Macro-ops dispatched. */
  readonly uops: number;
  readonly port: Port;
  /** Cycles the port takes no other operation; absent: pipelined. */
  readonly occupancy?: number;
  /** Nothing before or after it overlaps with it: it serialises, or its microcode does. */
  readonly serial?: boolean;
}

type Extra = Pick<CostClass, "occupancy" | "serial">;

const cost = (names: RegExp, latency: number, uops: number, port: Port, extra: Extra = {}): CostClass => ({
  names,
  latency,
  uops,
  port,
  ...extra,
});
const system = (names: RegExp, cycles: number): CostClass =>
  cost(names, cycles, 6, "micro", { serial: true });

export const COST_CLASSES: readonly CostClass[] = [
  // Integer.
  cost(/^(nop|endbr(32|64)|prefetch\w*)$/, 0, 1, "none"),
  cost(/^(fwait|emms)$/, 0, 1, "none"),
  cost(/^(j\w+|call|ret|loopn?e?)$/, 1, 1, "branch"),
  cost(/^(shl|sal|shr|sar|rol|ror|rcl|rcr|shlx|shrx|sarx|rorx|shld|shrd|bextr)$/, 1, 1, "shift"),
  cost(/^(imul|mul|mulx|pdep|pext|crc32)$/, 3, 1, "mul"),
  cost(/^(div|idiv)$/, 12, 2, "div"),
  cost(/^(aam|aad)$/, 13, 4, "alu"),
  cost(/^(bt[src]|xchg|xadd|xlatb|lahf|movbe|tzcnt|bls\w+)$/, 1, 2, "alu"),
  cost(/^leave$/, 1, 2, "alu"),
  cost(/^(daa|das|aaa|aas)$/, 6, 8, "alu"),
  cost(/^bound$/, 3, 8, "alu"),
  cost(/^pushf[dq]?$/, 4, 3, "alu"),
  system(/^popf[dq]?$/, 19),

  // Fences, time, randomness, extended state: measured, but for rdpmc, xsave, xrstor and xsetbv.
  cost(/^sfence$/, 1, 1, "alu"),
  system(/^lfence$/, 18),
  system(/^mfence$/, 60),
  system(/^pause$/, 64),
  system(/^rdtsc$/, 35),
  system(/^rdtscp$/, 66),
  system(/^rdpmc$/, 40),
  system(/^rdrand$/, 65),
  system(/^rdseed$/, 1900),
  system(/^(clflush|clflushopt|clwb)$/, 230),
  cost(/^stmxcsr$/, 1, 2, "alu"),
  system(/^ldmxcsr$/, 14),
  system(/^fxsave(64)?$/, 98),
  system(/^fxrstor(64)?$/, 198),
  system(/^xsave\w*$/, 120),
  system(/^xrstor\w*$/, 220),
  system(/^xgetbv$/, 47),
  system(/^xsetbv$/, 120),
  cost(/^rd[fg]sbase$/, 1, 2, "alu"),
  system(/^wr[fg]sbase$/, 45),
  cost(/^rdpid$/, 2, 2, "alu"),
  system(/^(verr|verw)$/, 100),
  system(/^(lar|lsl)$/, 58),

  // The system's own: guesses.
  system(/^cpuid$/, 100),
  system(/^(syscall|sysret\w*|sysenter|sysexit\w*)$/, 60),
  system(/^(int\w*|iret\w?|callf|jmpf|retf)$/, 150),
  system(/^(lgdt|lidt|lldt|ltr)$/, 60),
  system(/^(sgdt|sidt|sldt|str|smsw|lmsw|clts)$/, 20),
  system(/^(rdmsr|wrmsr)$/, 120),
  system(/^(invlpg|invpcid)$/, 120),
  system(/^(wbinvd|wbnoinvd|invd)$/, 10_000),
  system(/^(in|out|ins\w?|outs\w?)$/, 400),
  system(/^(cli|sti|stac|clac)$/, 8),
  system(/^swapgs$/, 20),
  system(/^(hlt|monitor|mwait)$/, 60),

  // x87.
  cost(/^fs(in|incos)$|^fcos$/, 115, 60, "micro"),
  cost(/^f(ptan|yl2xp?1?|2xm1)$/, 80, 60, "micro"),
  cost(/^fpatan$/, 190, 80, "micro"),
  cost(/^fprem1?$/, 20, 20, "micro"),
  cost(/^f(scale|xtract)$/, 20, 10, "micro"),
  cost(/^fbld$/, 62, 60, "micro"),
  cost(/^fbstp$/, 195, 170, "micro"),
  system(/^(fninit|fnclex)$/, 97),
  system(/^fnsave$/, 163),
  system(/^frstor$/, 160),
  system(/^(fnstenv)$/, 60),
  system(/^fldenv$/, 160),
  cost(/^fn?stsw$/, 17, 3, "fpmove"),
  cost(/^fn?stcw$/, 3, 2, "fpmove"),
  cost(/^fldcw$/, 4, 2, "fpadd"),
  cost(/^fsqrt$/, 22, 1, "fpdiv", { occupancy: 10 }),
  cost(/^fi?divr?p?$/, 15, 1, "fpdiv", { occupancy: 6 }),
  cost(/^f(i?(add|subr?|mul)p?)$/, 7, 1, "fpmul"),
  cost(/^frndint$/, 7, 1, "fpadd"),
  cost(/^f(ild|istt?p?|ist)$/, 7, 1, "fpadd"),
  cost(/^f(i?comp?p?|u?comi?p?p?|tst|xam)$/, 3, 1, "fpadd"),
  cost(/^fcmov\w+$/, 5, 4, "fpalu"),
  cost(/^f(xch|decstp|incstp|nop|free)$/, 0, 1, "none"),
  cost(/^f\w+$/, 1, 1, "fpalu"),

  // SSE and MMX.
  cost(/^(rcp|rsqrt)[ps]s$/, 4, 1, "fpmul"),
  cost(/^div[ps]s$/, 11, 1, "fpdiv", { occupancy: 3 }),
  cost(/^div[ps]d$/, 13, 1, "fpdiv", { occupancy: 5 }),
  cost(/^sqrt[ps]s$/, 15, 1, "fpdiv", { occupancy: 5 }),
  cost(/^sqrt[ps]d$/, 21, 1, "fpdiv", { occupancy: 9 }),
  cost(/^mul[ps][sd]$/, 3, 1, "fpmul"),
  cost(/^(add|sub|addsub|round)[ps][sd]$/, 3, 1, "fpadd"),
  cost(/^(min|max|cmp\w*)[ps][sd]$/, 1, 1, "fpadd"),
  cost(/^h(add|sub)p[sd]$/, 4, 3, "fpadd"),
  cost(/^dpp[sd]$/, 11, 7, "fpmul"),
  cost(/^u?comis[sd]$/, 4, 2, "fpadd"),
  cost(/^cvtt?[sp][sd]2(si|pi)$/, 6, 2, "fpmove"),
  cost(/^cvt(si|pi)2[sp][sd]$/, 6, 2, "fpmove"),
  cost(/^cvt\w+$/, 4, 1, "fpadd"),
  cost(/^mov[dq]$/, 3, 1, "fpmove"),
  cost(/^(pmovmskb|movmskp[sd])$/, 4, 1, "fpmove"),
  cost(/^(pextr[bwdq]|extractps|pinsr[bwdq])$/, 4, 2, "fpmove"),
  cost(/^ptest$/, 4, 2, "fpmove"),
  cost(/^maskmov\w+$/, 60, 60, "micro", { serial: true }),
  cost(/^(pmul\w+|pmadd\w+|psadbw|phminposuw)$/, 3, 1, "fpmul"),
  cost(/^mpsadbw$/, 4, 3, "fpmul"),
  cost(/^ph(add|sub)\w+$/, 2, 3, "fpalu"),
  cost(/^(aes\w+)$/, 4, 1, "fpmul"),
  cost(/^pclmul\w+$/, 4, 4, "fpmul"),
  cost(/^sha1rnds4$/, 6, 1, "fpmul"),
  cost(/^sha256rnds2$/, 4, 1, "fpmul"),
  cost(/^sha\w+$/, 2, 2, "fpalu"),
  cost(/^pcmp[ei]str[im]$/, 8, 4, "fpmove"),
  cost(
    /^(pshuf\w+|punpck\w+|pack\w+|unpck\w+|shufp\w|palignr|insertps|pmov[sz]x\w+|ps[lr]l\w+|psra\w|mov[hl]p[sd]|mov(hl|lh)ps|movs[lh]dup|movddup)$/,
    1,
    1,
    "shuffle",
  ),
];
