/**
 * Module variables and static members whose address is taken somewhere: a `const` among them may change through it (atomics do so), so
 * it is no constant to the compiler. Found before anything is checked, since whoever reads one may come first.
 */
import ts from "typescript";
import { entityOf } from "./access.ts";
import type { World } from "./world.ts";

export function addressedIn(world: World, files: readonly ts.SourceFile[]): ReadonlySet<ts.Node> {
  const found = new Set<ts.Node>();
  const visit = (node: ts.Node): void => {
    if (
      ts.isCallExpression(node) &&
      ts.isIdentifier(node.expression) &&
      node.expression.text === "addressOf"
    ) {
      const [of] = node.arguments;
      const declaration = of === undefined ? undefined : entityOf(world, of);
      if (declaration !== undefined) found.add(declaration);
    }
    ts.forEachChild(node, visit);
  };
  for (const file of files) visit(file);
  return found;
}
