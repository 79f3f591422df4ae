/** What /proc tells of the machine and the kernel (proc(5)), in Linux's formats. */
import { cpuCount } from "../arch/cpu.ts";
import { cpuidAB, cpuidCD } from "../arch/instructions.ts";
import { PAGE_SIZE } from "../memory/address.ts";
import { free, malloc } from "../memory/malloc.ts";
import { frameCount, freeFrameCount } from "../memory/physical.ts";
import { nanoseconds, SECOND, tscFrequency } from "../thread/time.ts";
import { cachedPages } from "./arc.ts";
import { currentRoot } from "./context.ts";
import { openFileCount } from "./file.ts";
import { fileTime } from "./file-clock.ts";
import { firstMount, type Mount } from "./mounts.ts";
import { dropName, pathOf } from "./name.ts";
import { PATH_MAX } from "./path.ts";
import type { Text } from "./text.ts";

/** What uname(2) says too. */
export const RELEASE: ptr<u8> = "6.1.0-vitrine";
const KIB: u64 = 1024;

function kib(pages: u64): u64 {
  return pages * (PAGE_SIZE / KIB);
}
export function showMemory(text: ptr<Text>): void {
  const all = frameCount();
  const unused = freeFrameCount();
  const cached = cachedPages();
  text.putKib("MemTotal:       ", kib(all), 8);
  text.putKib("MemFree:        ", kib(unused), 8);
  text.putKib("MemAvailable:   ", kib(unused + cached), 8);
  text.putKib("Buffers:        ", 0, 8);
  text.putKib("Cached:         ", kib(cached), 8);
  text.putKib("SwapCached:     ", 0, 8);
  text.putKib("Active:         ", kib(all - unused - cached), 8);
  text.putKib("Inactive:       ", kib(cached), 8);
  text.putKib("SwapTotal:      ", 0, 8);
  text.putKib("SwapFree:       ", 0, 8);
  text.putKib("Dirty:          ", 0, 8);
  text.putKib("Writeback:      ", 0, 8);
  text.putKib("Shmem:          ", 0, 8);
  text.putKib("Slab:           ", 0, 8);
  text.putKib("CommitLimit:    ", kib(all), 8);
  text.putKib("Committed_AS:   ", kib(all - unused), 8);
  text.put("HugePages_Total:       0\nHugePages_Free:        0\nHugepagesize:       2048 kB\n");
}
export function showUptime(text: ptr<Text>): void {
  const hundredths = nanoseconds() / (SECOND / 100);
  text.putU64(hundredths / 100);
  text.putByte(char("."));
  text.putNumber(hundredths % 100, 10, 2, char("0"));
  text.put(" 0.00\n");
}
export function showLoad(text: ptr<Text>): void {
  text.put("0.00 0.00 0.00 1/1 2\n");
}
export function showVersion(text: ptr<Text>): void {
  text.put("Linux version ");
  text.put(RELEASE);
  text.put(" (vitrine@vitrine) (vitrine) #1 SMP Vitrine\n");
}
export function showFileSystems(text: ptr<Text>): void {
  text.put("nodev\tsysfs\nnodev\ttmpfs\nnodev\tproc\nnodev\tdevtmpfs\nnodev\tramfs\n\text2\nnodev\t9p\n");
}
function showCpuTimes(text: ptr<Text>): void {
  const ticks = nanoseconds() / (SECOND / 100);
  text.putU64(ticks);
  text.put(" 0 0 0 0 0 0 0 0 0\n");
}
export function showStatistics(text: ptr<Text>): void {
  text.put("cpu  ");
  showCpuTimes(text);
  for (let i: u32 = 0; i < cpuCount; i++) {
    text.put("cpu");
    text.putU64(u64(i));
    text.putByte(char(" "));
    showCpuTimes(text);
  }
  text.put("intr 0\nctxt 0\nbtime ");
  text.putU64((u64(fileTime()) - nanoseconds()) / SECOND);
  text.put("\nprocesses 1\nprocs_running 1\nprocs_blocked 0\nsoftirq 0 0 0 0 0 0 0 0 0 0 0\n");
}

// ----------------------------------------------------------------------------------------------- processors

/** Names of bits, in Linux's order (arch/x86/include/asm/cpufeatures.h): leaf 1's EDX. */
const leaf1Edx: array<ptr<u8>, 32> = [
  "fpu",
  "vme",
  "de",
  "pse",
  "tsc",
  "msr",
  "pae",
  "mce",
  "cx8",
  "apic",
  "",
  "sep",
  "mtrr",
  "pge",
  "mca",
  "cmov",
  "pat",
  "pse36",
  "pn",
  "clflush",
  "",
  "dts",
  "acpi",
  "mmx",
  "fxsr",
  "sse",
  "sse2",
  "ss",
  "ht",
  "tm",
  "ia64",
  "pbe",
];
const leaf1Ecx: array<ptr<u8>, 32> = [
  "pni",
  "pclmulqdq",
  "dtes64",
  "monitor",
  "ds_cpl",
  "vmx",
  "smx",
  "est",
  "tm2",
  "ssse3",
  "cid",
  "sdbg",
  "fma",
  "cx16",
  "xtpr",
  "pdcm",
  "",
  "pcid",
  "dca",
  "sse4_1",
  "sse4_2",
  "x2apic",
  "movbe",
  "popcnt",
  "tsc_deadline_timer",
  "aes",
  "xsave",
  "",
  "avx",
  "f16c",
  "rdrand",
  "hypervisor",
];
const leaf7Ebx: array<ptr<u8>, 32> = [
  "fsgsbase",
  "tsc_adjust",
  "",
  "bmi1",
  "hle",
  "avx2",
  "",
  "smep",
  "bmi2",
  "erms",
  "invpcid",
  "rtm",
  "",
  "",
  "",
  "",
  "",
  "",
  "rdseed",
  "adx",
  "smap",
  "",
  "",
  "clflushopt",
  "clwb",
  "",
  "",
  "",
  "",
  "sha_ni",
  "",
  "",
];
function putFlags(text: ptr<Text>, bits: u32, names: ptr<ptr<u8>>): void {
  for (let i: u32 = 0; i < 32; i++) {
    if (((bits >> i) & 1) === 0 || names[i][0] === 0) continue;
    text.putByte(char(" "));
    text.put(names[i]);
  }
}
function putRegister(text: ptr<Text>, value: u32): void {
  for (let i: u32 = 0; i < 4; i++) {
    const byte = truncate<u8>(value >> (i * 8));
    if (byte !== 0) text.putByte(byte);
  }
}
function putVendor(text: ptr<Text>): void {
  putRegister(text, truncate<u32>(cpuidAB(0, 0) >> 32));
  putRegister(text, truncate<u32>(cpuidCD(0, 0) >> 32));
  putRegister(text, truncate<u32>(cpuidCD(0, 0)));
}
function putModelName(text: ptr<Text>): void {
  for (let leaf: u32 = 0x8000_0002; leaf <= 0x8000_0004; leaf++) {
    const low = cpuidAB(leaf, 0);
    const high = cpuidCD(leaf, 0);
    putRegister(text, truncate<u32>(low));
    putRegister(text, truncate<u32>(low >> 32));
    putRegister(text, truncate<u32>(high));
    putRegister(text, truncate<u32>(high >> 32));
  }
}
function putProcessor(text: ptr<Text>, number: u32): void {
  const signature = truncate<u32>(cpuidAB(1, 0));
  const baseFamily = (signature >> 8) & 15;
  const family = baseFamily === 15 ? baseFamily + ((signature >> 20) & 0xff) : baseFamily;
  const model = ((signature >> 4) & 15) | (baseFamily >= 6 ? ((signature >> 16) & 15) << 4 : 0);
  const features = cpuidCD(1, 0);
  text.put("processor\t: ");
  text.putU64(u64(number));
  text.put("\nvendor_id\t: ");
  putVendor(text);
  text.put("\ncpu family\t: ");
  text.putU64(u64(family));
  text.put("\nmodel\t\t: ");
  text.putU64(u64(model));
  text.put("\nmodel name\t: ");
  putModelName(text);
  text.put("\nstepping\t: ");
  text.putU64(u64(signature & 15));
  text.put("\ncpu MHz\t\t: ");
  text.putU64(tscFrequency() / 1_000_000);
  text.putByte(char("."));
  text.putNumber((tscFrequency() / 1000) % 1000, 10, 3, char("0"));
  text.put("\ncache size\t: 1024 KB\nphysical id\t: 0\nsiblings\t: ");
  text.putU64(u64(cpuCount));
  text.put("\ncore id\t\t: ");
  text.putU64(u64(number));
  text.put("\ncpu cores\t: ");
  text.putU64(u64(cpuCount));
  text.put("\nfpu\t\t: yes\nfpu_exception\t: yes\ncpuid level\t: ");
  text.putU64(u64(truncate<u32>(cpuidAB(0, 0))));
  text.put("\nwp\t\t: yes\nflags\t\t:");
  putFlags(text, truncate<u32>(features >> 32), addressOf(leaf1Edx[0]));
  text.put(" syscall nx lm constant_tsc");
  putFlags(text, truncate<u32>(features), addressOf(leaf1Ecx[0]));
  putFlags(text, truncate<u32>(cpuidAB(7, 0) >> 32), addressOf(leaf7Ebx[0]));
  text.put("\nbugs\t\t:\nbogomips\t: ");
  text.putU64(tscFrequency() / 500_000);
  text.put(".00\nclflush size\t: 64\ncache_alignment\t: 64\naddress sizes\t: ");
  const sizes = truncate<u32>(cpuidAB(0x8000_0008, 0));
  text.putU64(u64(sizes & 0xff));
  text.put(" bits physical, ");
  text.putU64(u64((sizes >> 8) & 0xff));
  text.put(" bits virtual\npower management:\n\n");
}
export function showProcessors(text: ptr<Text>): void {
  for (let i: u32 = 0; i < cpuCount; i++) putProcessor(text, i);
}
/** "0" or "0-3". */
export function showProcessorRange(text: ptr<Text>): void {
  text.putByte(char("0"));
  if (cpuCount > 1) {
    text.putByte(char("-"));
    text.putU64(u64(cpuCount - 1));
  }
  text.putByte(char("\n"));
}

// --------------------------------------------------------------------------------------------------- mounts

/** Where something is mounted, as the program sees it. */
function putMountPoint(text: ptr<Text>, mount: ptr<Mount>): void {
  const room = malloc(PATH_MAX);
  const root = currentRoot();
  if (room === null || root === null) text.failed = true;
  else {
    const at = pathOf(mount.root, root, cast<u8>(room), PATH_MAX);
    text.put(at < 0 ? "/" : cast<u8>(room).offset(at));
  }
  if (root !== null) dropName(root);
  free(room);
}
export function showMounts(text: ptr<Text>): void {
  let mount = firstMount();
  while (mount !== null) {
    text.put(mount.fileSystem.name);
    text.putByte(char(" "));
    putMountPoint(text, mount);
    text.putByte(char(" "));
    text.put(mount.fileSystem.name);
    text.put(mount.fileSystem.readOnly ? " ro,relatime 0 0\n" : " rw,relatime 0 0\n");
    mount = mount.next;
  }
}
export function showMountInformation(text: ptr<Text>): void {
  let mount = firstMount();
  while (mount !== null) {
    text.putU64(u64(mount.number));
    text.put(mount.on === null ? " 1 0:" : " 21 0:");
    text.putU64(mount.fileSystem.device);
    text.put(" / ");
    putMountPoint(text, mount);
    text.put(mount.fileSystem.readOnly ? " ro,relatime - " : " rw,relatime - ");
    text.put(mount.fileSystem.name);
    text.putByte(char(" "));
    text.put(mount.fileSystem.name);
    text.put(mount.fileSystem.readOnly ? " ro\n" : " rw\n");
    mount = mount.next;
  }
}

// ------------------------------------------------------------------------------------------------------ sys

function line(text: ptr<Text>, said: ptr<u8>): void {
  text.put(said);
  text.putByte(char("\n"));
}
export function showRelease(text: ptr<Text>): void {
  line(text, RELEASE);
}
export function showSystem(text: ptr<Text>): void {
  line(text, "Linux");
}
export function showBuild(text: ptr<Text>): void {
  line(text, "#1 SMP Vitrine");
}
export function showHost(text: ptr<Text>): void {
  line(text, "vitrine");
}
export function showDomain(text: ptr<Text>): void {
  line(text, "(none)");
}
export function showMostThreads(text: ptr<Text>): void {
  line(text, "32768");
}
export function showMostProcesses(text: ptr<Text>): void {
  line(text, "4194304");
}
export function showZero(text: ptr<Text>): void {
  line(text, "0");
}
export function showOne(text: ptr<Text>): void {
  line(text, "1");
}
export function showMostMappings(text: ptr<Text>): void {
  line(text, "65530");
}
export function showLeastAddress(text: ptr<Text>): void {
  line(text, "4194304");
}
export function showMostFiles(text: ptr<Text>): void {
  line(text, "9223372036854775807");
}
export function showMostDescriptors(text: ptr<Text>): void {
  line(text, "1048576");
}
export function showFileNumbers(text: ptr<Text>): void {
  text.putU64(openFileCount());
  text.put("\t0\t9223372036854775807\n");
}
export function showPipeBytes(text: ptr<Text>): void {
  line(text, "1048576");
}
export function showBacklog(text: ptr<Text>): void {
  line(text, "4096");
}
/** Never: the kernel makes large pages by itself where they fit, for itself alone. */
export function showLargePages(text: ptr<Text>): void {
  line(text, "always madvise [never]");
}
export function showLargePageSize(text: ptr<Text>): void {
  line(text, "2097152");
}
export function showLastCapability(text: ptr<Text>): void {
  line(text, "40");
}
export function showGroups(text: ptr<Text>): void {
  line(text, "65536");
}
export function showBootId(text: ptr<Text>): void {
  line(text, "76697472-696e-4065-8000-000000000001");
}
