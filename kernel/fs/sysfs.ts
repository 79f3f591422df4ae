/** /sys: the few files of it that run-times read. */
import { fileOperations, initMadeTree, type Made, type MadeTree } from "./made-tree.ts";
import { type FileSystem, S_IFDIR, S_IFREG } from "./node.ts";
import { showLargePageSize, showLargePages, showProcessorRange, showZero } from "./proc-system.ts";

const DIRECTORY: u32 = S_IFDIR | 0o755;
const FILE: u32 = S_IFREG | 0o444;
const COUNT = 14;
const entries: array<Made, typeof COUNT> = [
  init({ directory: "", name: "devices", mode: DIRECTORY }),
  init({ directory: "devices", name: "system", mode: DIRECTORY }),
  init({ directory: "devices/system", name: "cpu", mode: DIRECTORY }),
  init({
    directory: "devices/system/cpu",
    name: "online",
    mode: FILE,
    show: showProcessorRange,
    operations: addressOf(fileOperations),
  }),
  init({
    directory: "devices/system/cpu",
    name: "possible",
    mode: FILE,
    show: showProcessorRange,
    operations: addressOf(fileOperations),
  }),
  init({
    directory: "devices/system/cpu",
    name: "present",
    mode: FILE,
    show: showProcessorRange,
    operations: addressOf(fileOperations),
  }),
  init({ directory: "", name: "kernel", mode: DIRECTORY }),
  init({ directory: "kernel", name: "mm", mode: DIRECTORY }),
  init({ directory: "kernel/mm", name: "transparent_hugepage", mode: DIRECTORY }),
  init({
    directory: "kernel/mm/transparent_hugepage",
    name: "enabled",
    mode: S_IFREG | 0o644,
    show: showLargePages,
    operations: addressOf(fileOperations),
  }),
  init({
    directory: "kernel/mm/transparent_hugepage",
    name: "hpage_pmd_size",
    mode: FILE,
    show: showLargePageSize,
    operations: addressOf(fileOperations),
  }),
  init({
    directory: "kernel/mm/transparent_hugepage",
    name: "use_zero_page",
    mode: FILE,
    show: showZero,
    operations: addressOf(fileOperations),
  }),
  init({ directory: "", name: "fs", mode: DIRECTORY }),
  init({ directory: "fs", name: "cgroup", mode: DIRECTORY }),
];
const tree: MadeTree = { entries: addressOf(entries[0]), count: COUNT, magic: 0x6265_6572, fileSize: 4096 };
const fileSystem: FileSystem = zeroed();

/** null: there is no memory. Once. */
export function makeSysfs(): ptr<FileSystem> | null {
  return initMadeTree(addressOf(fileSystem), "sysfs", addressOf(tree)) ? addressOf(fileSystem) : null;
}
