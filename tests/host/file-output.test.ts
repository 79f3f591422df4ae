/* What a guest writes to a serial line, in a file. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { HostError } from "../../src/host/errors.ts";
import { FileOutput } from "../../src/host/file-output.ts";
import { NullCharacter } from "../../src/host/null.ts";

const folder = mkdtempSync(join(tmpdir(), "vitrine-output-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("FileOutput", () => {
  it("empties the file and has written what was written before it is closed", () => {
    const path = join(folder, "log");
    writeFileSync(path, "something long from before");
    const reports: HostError[] = [];
    const output = new FileOutput(path, (error) => reports.push(error));
    output.write(Buffer.from("one "));
    output.write(Buffer.from("two"));
    expect(readFileSync(path, "utf8")).toBe("one two");
    expect(output.read(10)).toEqual(new Uint8Array(0));
    output.close();
    output.write(Buffer.from("three"));
    expect(readFileSync(path, "utf8")).toBe("one two");
    expect(reports).toEqual([]);
  });
  it("reports the first failure only", () => {
    const reports: string[] = [];
    const output = new FileOutput("/dev/full", (error) => reports.push(error.message));
    output.write(Buffer.from("a"));
    output.write(Buffer.from("b"));
    expect(reports).toEqual(["/dev/full: no space left on device"]);
  });
  it("says why it cannot begin", () => {
    const path = join(folder, "none", "log");
    expect(() => new FileOutput(path, () => {})).toThrow(new HostError(`${path}: no such file or directory`));
  });
});

describe("NullCharacter", () => {
  it("takes all and gives nothing", () => {
    const nobody = new NullCharacter();
    nobody.write(Buffer.from("a"));
    expect(nobody.read(1)).toEqual(new Uint8Array(0));
  });
});
