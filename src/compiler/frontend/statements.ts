/** Statements. One that has an error is abandoned and the next is looked at, so that a run reports all that it can. */
import ts from "typescript";
import { D } from "../diagnostics/table.ts";
import type { Label, Statement, Variable } from "../tree.ts";
import type { Type } from "../types/type.ts";
import { entityOf, newVariable, variablePlace } from "./access.ts";
import { fold } from "./constants.ts";
import { integerOf, isTyped, isUntyped, signedValue } from "./operands.ts";
import { placeOf } from "./place.ts";
import { alignmentOf } from "./tags.ts";
import { storable } from "./types.ts";
import type { Frame, World } from "./world.ts";

const K = ts.SyntaxKind;

export function body(world: World, frame: Frame, node: ts.Block | ts.Expression): Statement {
  if (ts.isBlock(node)) return block(world, frame, node.statements, node);
  const place = placeOf(node);
  if (frame.result === undefined || frame.result.kind === "void" || frame.result.kind === "never") {
    return { kind: "expression", value: world.own(world.expression(frame, node)), place };
  }
  return { kind: "return", value: world.typed(frame, node, frame.result), place };
}

function block(world: World, frame: Frame, nodes: readonly ts.Statement[], at: ts.Node): Statement {
  const body = nodes.flatMap((node) => statements(world, frame, node));
  return { kind: "block", body, place: placeOf(at) };
}

/** As one. */
function single(world: World, frame: Frame, node: ts.Statement): Statement {
  if (ts.isBlock(node)) return block(world, frame, node.statements, node);
  return block(world, frame, [node], node);
}

function statements(world: World, frame: Frame, node: ts.Statement): Statement[] {
  let found: Statement[] = [];
  world.attempt(() => {
    found = statement(world, frame, node);
  });
  return found;
}

function statement(world: World, frame: Frame, node: ts.Statement): Statement[] {
  const place = placeOf(node);
  if (ts.isVariableStatement(node)) return declarations(world, frame, node.declarationList);
  if (ts.isExpressionStatement(node)) return expressionStatement(world, frame, node);
  if (ts.isBlock(node)) return [block(world, frame, node.statements, node)];
  if (ts.isIfStatement(node)) {
    let condition: ReturnType<World["condition"]> | undefined;
    world.attempt(() => {
      condition = world.condition(frame, node.expression);
    });
    const then = single(world, frame, node.thenStatement);
    const otherwise = node.elseStatement === undefined ? undefined : single(world, frame, node.elseStatement);
    return condition === undefined ? [] : [{ kind: "if", condition, then, otherwise, place }];
  }
  if (ts.isReturnStatement(node)) return returned(world, frame, node);
  if (ts.isWhileStatement(node) || ts.isDoStatement(node) || ts.isForStatement(node)) {
    return loop(world, frame, node, undefined);
  }
  if (ts.isSwitchStatement(node)) return [switched(world, frame, node, undefined)];
  if (ts.isLabeledStatement(node)) return labelled(world, frame, node);
  if (ts.isBreakStatement(node) || ts.isContinueStatement(node)) return [jump(world, frame, node)];
  if (ts.isFunctionDeclaration(node)) {
    if (node.body !== undefined && (node.typeParameters?.length ?? 0) === 0) {
      if (!frame.lifted.has(node)) world.liftedOf(node, frame, undefined);
    } else if (node.typeParameters !== undefined) {
      world.fail(D.generic(place, node.name?.text ?? "this function"));
    }
    return [];
  }
  if (
    ts.isEmptyStatement(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isEnumDeclaration(node) ||
    ts.isClassDeclaration(node)
  ) {
    return [];
  }
  return world.abandon();
}

function expressionStatement(world: World, frame: Frame, node: ts.ExpressionStatement): Statement[] {
  const { expression } = node;
  if (ts.isCallExpression(expression) && isStaticAssert(world, expression)) {
    world.staticAssert(frame, expression);
    return [];
  }
  const value = world.expression(frame, expression);
  // A literal alone does nothing ("use strict" among them).
  return isTyped(value) && value.kind !== "constant"
    ? [{ kind: "expression", value, place: placeOf(node) }]
    : [];
}

export function isStaticAssert(world: World, node: ts.CallExpression): boolean {
  if (!ts.isIdentifier(node.expression) || node.expression.text !== "static_assert") return false;
  const declaration = entityOf(world, node.expression);
  return declaration !== undefined && world.isLibrary(declaration);
}

function declarations(world: World, frame: Frame, list: ts.VariableDeclarationList): Statement[] {
  const found: Statement[] = [];
  for (const declaration of list.declarations) {
    const symbol = world.symbolOf(declaration.name);
    const worked = world.attempt(() => found.push(...declared(world, frame, declaration, list)));
    if (!worked && symbol !== undefined) frame.locals.set(symbol, "failed");
  }
  return found;
}

function declared(
  world: World,
  frame: Frame,
  node: ts.VariableDeclaration,
  list: ts.VariableDeclarationList,
): Statement[] {
  const symbol = world.symbolOf(node.name);
  if (symbol === undefined || !ts.isIdentifier(node.name)) return world.abandon();
  const place = placeOf(node.name);
  const written = node.type === undefined ? undefined : world.typeOf(node.type, frame.types);
  const make = (type: Type): Variable => {
    storable(world, type, node.type ?? node.name);
    world.layOut(type, placeOf(node.type ?? node.name));
    const variable = newVariable(frame, symbol.name, type, place, { align: alignmentOf(world, node) });
    frame.locals.set(symbol, variable);
    return variable;
  };
  if (node.initializer === undefined) {
    if (written === undefined) return world.fail(D.noType(place, symbol.name));
    return [{ kind: "declare", variable: make(written), value: undefined, place }];
  }
  const init = node.initializer;
  if (written === undefined) {
    const operand = world.expression(frame, init);
    if (isUntyped(operand) && (list.flags & ts.NodeFlags.Const) !== 0) {
      frame.locals.set(symbol, operand);
      return [];
    }
    const value = world.own(operand);
    return [{ kind: "declare", variable: make(value.type), value, place }];
  }
  const inline =
    (written.kind === "struct" && world.isAggregate(init)) ||
    (written.kind === "array" && (world.isAggregate(init) || ts.isCallExpression(init)));
  if (inline) {
    const variable = make(written);
    const stores = world.store(frame, init, variablePlace(variable, place));
    return [
      { kind: "declare", variable, value: undefined, place },
      ...stores.map((value): Statement => ({ kind: "expression", value, place: value.place })),
    ];
  }
  const value = world.typed(frame, init, written);
  return [{ kind: "declare", variable: make(written), value, place }];
}

function returned(world: World, frame: Frame, node: ts.ReturnStatement): Statement[] {
  const place = placeOf(node);
  const result = frame.result ?? { kind: "void" };
  if (node.expression === undefined) return [{ kind: "return", value: undefined, place }];
  if (result.kind === "void" || result.kind === "never") {
    const value = world.own(world.expression(frame, node.expression));
    if (value.type.kind !== "void" && value.type.kind !== "never") {
      world.fail(D.mismatch(value.place, value.type, result));
    }
    return [
      { kind: "expression", value, place },
      { kind: "return", value: undefined, place },
    ];
  }
  const operand = world.expression(frame, node.expression, result);
  // What never returns gives no value either.
  if (isTyped(operand) && operand.type.kind === "never")
    return [{ kind: "expression", value: operand, place }];
  return [{ kind: "return", value: world.adapt(operand, result), place }];
}

function loop(
  world: World,
  frame: Frame,
  node: ts.WhileStatement | ts.DoStatement | ts.ForStatement,
  name: string | undefined,
): Statement[] {
  const place = placeOf(node);
  const label: Label = { name };
  const before: Statement[] = [];
  if (ts.isForStatement(node) && node.initializer !== undefined) {
    const { initializer } = node;
    if (ts.isVariableDeclarationList(initializer)) before.push(...declarations(world, frame, initializer));
    else {
      const value = world.expression(frame, initializer);
      if (isTyped(value)) before.push({ kind: "expression", value, place: placeOf(initializer) });
    }
  }
  const test = ts.isForStatement(node) ? node.condition : node.expression;
  let condition: ReturnType<World["condition"]> | undefined;
  let step: ReturnType<World["own"]> | undefined;
  world.attempt(() => {
    if (test !== undefined && test.kind !== K.TrueKeyword) condition = world.condition(frame, test);
    if (ts.isForStatement(node) && node.incrementor !== undefined) {
      step = world.own(world.expression(frame, node.incrementor));
    }
  });
  frame.targets.push({ label, name, loop: true, plain: false });
  const body = single(world, frame, node.statement);
  frame.targets.pop();
  const made: Statement = {
    kind: "loop",
    label,
    condition,
    atEnd: ts.isDoStatement(node),
    step,
    body,
    place,
  };
  return before.length === 0 ? [made] : [{ kind: "block", body: [...before, made], place }];
}

function switched(world: World, frame: Frame, node: ts.SwitchStatement, name: string | undefined): Statement {
  const place = placeOf(node);
  const label: Label = { name };
  const subject = world.own(world.expression(frame, node.expression));
  const type = integerOf(subject.type);
  if (type === undefined && subject.type.kind !== "bool") {
    return world.fail(D.operand(placeOf(node.expression), "switch", subject.type));
  }
  frame.targets.push({ label, name, loop: false, plain: false });
  const seen = new Set<bigint>();
  const cases = node.caseBlock.clauses.map((clause) => {
    const values: bigint[] = [];
    if (ts.isCaseClause(clause)) {
      world.attempt(() => {
        const value = fold(world.typed(frame, clause.expression, subject.type));
        if (value?.kind !== "int") return world.fail(D.notConstant(placeOf(clause.expression), "a case"));
        if (seen.has(value.value)) {
          const shown = type === undefined ? value.value : signedValue(value.value, type);
          world.fail(D.duplicateCase(placeOf(clause.expression), shown));
        }
        seen.add(value.value);
        values.push(value.value);
      });
    }
    return {
      values,
      isDefault: ts.isDefaultClause(clause),
      body: clause.statements.flatMap((s) => statements(world, frame, s)),
    };
  });
  frame.targets.pop();
  return { kind: "switch", label, subject, cases, place };
}

function labelled(world: World, frame: Frame, node: ts.LabeledStatement): Statement[] {
  const name = node.label.text;
  const inner = node.statement;
  if (ts.isWhileStatement(inner) || ts.isDoStatement(inner) || ts.isForStatement(inner)) {
    return loop(world, frame, inner, name);
  }
  if (ts.isSwitchStatement(inner)) return [switched(world, frame, inner, name)];
  const label: Label = { name };
  frame.targets.push({ label, name, loop: false, plain: true });
  const body = single(world, frame, inner);
  frame.targets.pop();
  return [{ kind: "labelled", label, body, place: placeOf(node) }];
}

function jump(world: World, frame: Frame, node: ts.BreakStatement | ts.ContinueStatement): Statement {
  const isContinue = ts.isContinueStatement(node);
  const target = frame.targets.findLast((t) =>
    node.label !== undefined ? t.name === node.label.text : isContinue ? t.loop : !t.plain,
  );
  // tsc reports a jump to nowhere.
  if (target === undefined) return world.abandon();
  return { kind: isContinue ? "continue" : "break", label: target.label, place: placeOf(node) };
}
