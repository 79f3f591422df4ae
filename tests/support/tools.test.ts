/* Tools of other projects: found, skipped with a reason, or demanded. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { findTool, requireTool, toolsRequired } from "./tools.ts";

afterEach(() => void vi.unstubAllEnvs());

/** A context whose skip is seen as an error. */
const ctx = {
  skip: (note?: string | boolean): never => {
    throw new Error(`skipped: ${note}`);
  },
};

describe("tools", () => {
  it("finds a program, and none that does not exist", () => {
    expect(findTool("sh")).toMatch(/\/sh$/);
    expect(requireTool(ctx, "sh")).toBe(findTool("sh"));
    expect(findTool("no-such-program")).toBeUndefined();
  });

  it.each([
    ["", "", false],
    ["0", "false", false],
    ["true", "", true],
    ["", "1", true],
  ])("CI=%j VITRINE_REQUIRE_TOOLS=%j", (ci, require, required) => {
    vi.stubEnv("CI", ci);
    vi.stubEnv("VITRINE_REQUIRE_TOOLS", require);
    expect(toolsRequired()).toBe(required);
    expect(() => requireTool(ctx, "no-such-program")).toThrow(
      required ? /^no-such-program is missing, and CI/ : /^skipped: no-such-program is missing$/,
    );
  });
});
