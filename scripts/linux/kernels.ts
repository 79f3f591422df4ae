/*
 * Debian's kernels as .ci/run has unpacked them, and the modules that an initramfs must bring along: which they are and in which
 * order they can be inserted, by the `depends` that modpost writes into each module (kernel: scripts/mod/modpost.c, add_depends).
 */
import { readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { basename, join } from "node:path";

export const FLAVOURS = ["cloud", "standard"] as const;
export type Flavour = (typeof FLAVOURS)[number];

const FOLDERS: Record<Flavour, string> = { cloud: "linux", standard: "linux-standard" };

export interface Kernel {
  readonly flavour: Flavour;
  /** As `uname -r` says it. */
  readonly release: string;
  /** Path of the bzImage. */
  readonly image: string;
  /** Folder of its modules. */
  readonly modules: string;
}

/** The kernel in $VITRINE_CACHE; undefined if .ci/run has not put it there. */
export function findKernel(flavour: Flavour): Kernel | undefined {
  const cache =
    process.env.VITRINE_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "vitrine");
  const folder = join(cache, FOLDERS[flavour]);
  try {
    const file = readdirSync(join(folder, "boot")).find((name) => name.startsWith("vmlinuz-"));
    if (file === undefined) return undefined;
    const release = file.slice("vmlinuz-".length);
    return {
      flavour,
      release,
      image: join(folder, "boot", file),
      modules: join(folder, "lib/modules", release, "kernel"),
    };
  } catch {
    return undefined;
  }
}

/** Files and the kernel's own messages are not agreed on - and _. */
const moduleName = (file: string): string => basename(file, ".ko").replaceAll("-", "_");

/** What a module's .modinfo section says it needs. */
function dependencies(bytes: Buffer): string[] {
  const key = "\0depends=";
  const at = bytes.indexOf(key, 0, "latin1");
  if (at < 0) return [];
  const start = at + key.length;
  const list = bytes.toString("latin1", start, bytes.indexOf(0, start));
  return list === "" ? [] : list.split(",").map(moduleName);
}

export interface Module {
  readonly name: string;
  readonly bytes: Buffer;
}

/** The modules named and all that they need, each after those that it needs. A name that is no module is built in, and left out. */
export function modulesInOrder({ modules }: Kernel, names: readonly string[]): Module[] {
  const paths = new Map(
    readdirSync(modules, { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".ko"))
      .map((path) => [moduleName(path), join(modules, path)]),
  );
  const found = new Map<string, Module>();
  const add = (name: string): void => {
    const path = paths.get(name);
    if (path === undefined || found.has(name)) return;
    const bytes = readFileSync(path);
    for (const needed of dependencies(bytes)) add(needed);
    found.set(name, { name, bytes });
  };
  for (const name of names) add(moduleName(name));
  return [...found.values()];
}
