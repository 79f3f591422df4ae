/* `vitrine boot`: a kernel on the whole computer. docs/boot.md is its description for users, boot-run.ts what it does. */
import type { Command } from "commander";
import { usePrebuilt } from "../engine/chunks.ts";
import { loadPrebuilt } from "../prebuilt.ts";
import { addBootOptions, type BootOptions, checkBootOptions } from "./boot-options.ts";
import { runBoot } from "./boot-run.ts";

export function register(program: Command): void {
  usePrebuilt(loadPrebuilt);
  const command = program.command("boot");
  command
    .summary("boot a kernel in a whole computer")
    .description(
      "Boots a kernel: a Linux bzImage, an ELF file for PVH or multiboot, or a plain ELF file. The serial line is standard input and " +
        "output; where that is a terminal, Ctrl-A x leaves. The exit status is 0 when the guest switches off, what it says by port 0xf4, or 1 after a triple fault.",
    )
    .argument("<kernel>", "the kernel's file");
  addBootOptions(command);
  command.action(async (kernel: string, options: BootOptions) => {
    const err = (text: string): void => command.configureOutput().writeErr?.(text);
    checkBootOptions(options);
    process.exitCode = await runBoot(kernel, options, err);
  });
}
