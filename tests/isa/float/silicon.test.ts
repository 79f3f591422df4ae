// Every operation against what silicon replied: result, exception flags, condition codes, whether #XM came.

import { expect, test } from "vitest";
import { difference, operations } from "./operations.ts";
import { names, readVectors, recordedRequests } from "./vectors.ts";

const vectors = readVectors();

test.each(names)("%s does what silicon did", (name) => {
  const { expect: expected } = operations.get(name)!;
  const replies = vectors.get(name)!;
  const problems = recordedRequests(name).flatMap((request, i) => {
    const problem = difference(expected(request), replies[i]!);
    if (problem === undefined) return [];
    const { a, b, c, control, mxcsr } = request;
    const operands = [a, b, c].map((operand) => operand.toString(16)).join(" ");
    return [`${operands} (fcw ${control.toString(16)}, mxcsr ${mxcsr.toString(16)}): ${problem}`];
  });
  expect(problems).toEqual([]);
});
