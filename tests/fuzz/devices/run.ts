/* Runs of garbage on boards, and the shortest list of operations that still shows a failure. */
import { Board } from "./board.ts";
import { Garbage } from "./garbage.ts";
import { type Operation, textOf } from "./operation.ts";

/** Operations that one board sees: a failure repeats with as many at most. */
export const LIFE = 10_000;
/** Boards that are made to shorten a list. */
const MOST_REPLAYS = 300;

export interface DeviceFailure {
  /** Of the garbage. */
  readonly seed: number;
  readonly operations: readonly Operation[];
  readonly error: unknown;
}
export interface DeviceRun {
  readonly operations: number;
  readonly failure: DeviceFailure | undefined;
  /** The most that one operation has cost: accesses to RAM, timers that fired. */
  readonly accesses: number;
  readonly fires: number;
}

/** What a life of `count` operations from `seed` comes to. Every fourth one is traced. */
export function live(
  seed: number,
  count: number,
  makeBoard = (traced: boolean): Board => new Board(traced),
): DeviceRun {
  const operations: Operation[] = [];
  const board = makeBoard(seed % 4 === 0);
  const garbage = new Garbage(board, seed, (operation) => operations.push(operation));
  try {
    while (operations.length < count) garbage.step();
    board.check();
  } catch (error) {
    return {
      operations: operations.length,
      failure: { seed, operations, error },
      accesses: board.accesses,
      fires: board.fires,
    };
  }
  return { operations: operations.length, failure: undefined, accesses: board.accesses, fires: board.fires };
}

/** Does them on a new board; what it threw, or undefined. */
export function replay(operations: readonly Operation[], board: Board): unknown {
  try {
    for (const operation of operations) board.act(operation);
    board.check();
  } catch (error) {
    return error;
  }
  return undefined;
}

/** Leaves out as many operations as still leave a failure: halves, quarters, … single ones. */
export function shorten(failure: DeviceFailure, makeBoard = (): Board => new Board()): DeviceFailure {
  let best = failure;
  let replays = 0;
  for (
    let piece = Math.ceil(best.operations.length / 2);
    piece >= 1;
    piece = piece === 1 ? 0 : Math.ceil(piece / 2)
  ) {
    for (let from = best.operations.length - piece; from > -piece; from -= piece) {
      if (replays++ >= MOST_REPLAYS) return best;
      const start = Math.max(0, from);
      const operations = [...best.operations.slice(0, start), ...best.operations.slice(from + piece)];
      const error = replay(operations, makeBoard());
      if (error !== undefined) best = { ...best, operations, error };
    }
  }
  return best;
}

/** For a person: the operations, a line each, and the error. */
export function describeFailure({ operations, error }: DeviceFailure): string {
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return [...operations.map((operation) => `  ${textOf(operation)}`), what].join("\n");
}
