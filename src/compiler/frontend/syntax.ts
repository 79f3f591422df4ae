/**
 * The first look at a file: syntax that the dialect does not have, wherever it stands. What is left has a meaning if its types agree,
 * so the parts behind this one may abandon what they do not know without a word.
 */
import ts from "typescript";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { D } from "../diagnostics/table.ts";
import { placeOf } from "./place.ts";

const K = ts.SyntaxKind;
type Check = (node: ts.Node) => Diagnostic;
const statement =
  (what: string): Check =>
  (node) =>
    D.statement(placeOf(node), what);
const expression =
  (what: string): Check =>
  (node) =>
    D.expression(placeOf(node), what);
const member =
  (what: string): Check =>
  (node) =>
    D.accessor(placeOf(node), what);
const operator =
  (text: string): Check =>
  (node) =>
    D.operator(placeOf(node), text);

/** Nodes that are wrong by their kind alone. */
const KINDS: ReadonlyMap<ts.SyntaxKind, Check> = new Map<ts.SyntaxKind, Check>([
  [K.ThrowStatement, statement("throw")],
  [K.TryStatement, statement("try")],
  [K.WithStatement, statement("with")],
  [K.DebuggerStatement, statement("debugger")],
  [K.ForInStatement, (node) => D.forInOf(placeOf(node), "for…in")],
  [K.ForOfStatement, (node) => D.forInOf(placeOf(node), "for…of")],
  [K.ObjectBindingPattern, (node) => D.destructuring(placeOf(node))],
  [K.ArrayBindingPattern, (node) => D.destructuring(placeOf(node))],
  [K.DeleteExpression, expression("delete")],
  [K.TypeOfExpression, expression("typeof")],
  [K.VoidExpression, expression("void operator")],
  [K.AwaitExpression, expression("await")],
  [K.YieldExpression, expression("yield")],
  [K.RegularExpressionLiteral, expression("regular expressions")],
  [K.ClassExpression, expression("class expressions")],
  [K.MetaProperty, expression("import.meta and new.target")],
  [K.SatisfiesExpression, expression("satisfies")],
  [K.InKeyword, expression("in operator")],
  [K.InstanceOfKeyword, expression("instanceof")],
  [K.NewExpression, (node) => D.newExpression(placeOf(node))],
  [K.TemplateExpression, (node) => D.template(placeOf(node))],
  [K.NoSubstitutionTemplateLiteral, (node) => D.template(placeOf(node))],
  [K.QuestionDotToken, (node) => D.optionalChaining(placeOf(node), "?.")],
  [K.QuestionQuestionToken, (node) => D.optionalChaining(placeOf(node), "??")],
  [K.SpreadElement, (node) => D.spread(placeOf(node))],
  [K.SpreadAssignment, (node) => D.spread(placeOf(node))],
  [K.EqualsEqualsToken, (node) => D.looseEquality(placeOf(node), "==")],
  [K.ExclamationEqualsToken, (node) => D.looseEquality(placeOf(node), "!=")],
  [K.AsteriskAsteriskToken, operator("**")],
  [K.AsteriskAsteriskEqualsToken, operator("**=")],
  [K.GreaterThanGreaterThanGreaterThanToken, operator(">>>")],
  [K.GreaterThanGreaterThanGreaterThanEqualsToken, operator(">>>=")],
  [K.AmpersandAmpersandEqualsToken, operator("&&=")],
  [K.BarBarEqualsToken, operator("||=")],
  [K.QuestionQuestionEqualsToken, operator("??=")],
  [K.AsyncKeyword, (node) => D.asynchronous(placeOf(node), "async functions")],
  [K.GetAccessor, member("getters")],
  [K.SetAccessor, member("setters")],
  [K.Constructor, member("constructors")],
  [K.ClassStaticBlockDeclaration, member("static blocks")],
  [K.IndexSignature, member("index signatures")],
  [K.ComputedPropertyName, member("computed names")],
  [K.PrivateIdentifier, member("private names")],
  [K.AccessorKeyword, member("accessors")],
  [K.AbstractKeyword, member("abstract classes and methods")],
  [K.Decorator, (node) => D.decorator(placeOf(node))],
  [K.ModuleDeclaration, (node) => D.namespace(placeOf(node))],
  [K.AnyKeyword, (node) => D.typeForm(placeOf(node), "any")],
  [K.SuperKeyword, (node) => D.superAndThis(placeOf(node), "super")],
  [K.ExportAssignment, (node) => D.defaultExport(placeOf(node), "default exports")],
  [K.ImportEqualsDeclaration, (node) => D.defaultExport(placeOf(node), "import … = require")],
  [K.DefaultKeyword, (node) => D.defaultExport(placeOf(node), "default exports")],
]);

function parameter(node: ts.ParameterDeclaration): Diagnostic | undefined {
  if (node.dotDotDotToken !== undefined) return D.parameters(placeOf(node), "rest parameters");
  if (node.questionToken !== undefined) return D.parameters(placeOf(node), "optional parameters");
  if (node.initializer !== undefined) return D.parameters(placeOf(node), "default values of parameters");
  if (ts.isIdentifier(node.name) && node.name.text === "this") {
    return D.parameters(placeOf(node), "parameters called this");
  }
  return undefined;
}

/** Functions without bodies: overloads, or forgotten. */
function bodiless(node: ts.FunctionDeclaration | ts.MethodDeclaration): Diagnostic | undefined {
  if (node.body !== undefined) return undefined;
  if (node.modifiers?.some((m) => m.kind === K.DeclareKeyword)) return undefined;
  const name = node.name?.getText() ?? "this function";
  const siblings: readonly ts.Node[] = ts.isSourceFile(node.parent)
    ? node.parent.statements
    : ts.isClassLike(node.parent)
      ? node.parent.members
      : [];
  const others = siblings.some(
    (s) =>
      s !== node && (ts.isFunctionDeclaration(s) || ts.isMethodDeclaration(s)) && s.name?.getText() === name,
  );
  return others ? D.parameters(placeOf(node), "overloads") : D.noDefinition(placeOf(node), name);
}

function check(node: ts.Node): Diagnostic | undefined {
  const byKind = KINDS.get(node.kind);
  if (byKind !== undefined) {
    if (node.kind === K.NoSubstitutionTemplateLiteral && ts.isTaggedTemplateExpression(node.parent))
      return undefined;
    // `default:` of a switch is no modifier.
    return byKind(node);
  }
  if (ts.isVariableDeclarationList(node)) {
    const flags = node.flags & ts.NodeFlags.BlockScoped;
    if (flags === 0) return D.varDeclaration(placeOf(node), "var");
    if (flags !== ts.NodeFlags.Let && flags !== ts.NodeFlags.Const)
      return D.varDeclaration(placeOf(node), "using");
    return undefined;
  }
  if (ts.isParameter(node)) return parameter(node);
  if ((ts.isArrowFunction(node) || ts.isFunctionExpression(node)) && node.typeParameters !== undefined) {
    return D.generic(placeOf(node), node.name?.text ?? "this function");
  }
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === K.EqualsToken) {
    const left = node.left;
    if (ts.isArrayLiteralExpression(left) || ts.isObjectLiteralExpression(left)) {
      return D.destructuring(placeOf(left));
    }
  }
  if (
    (ts.isPropertyDeclaration(node) || ts.isMethodDeclaration(node) || ts.isEnumMember(node)) &&
    (ts.isStringLiteralLike(node.name) || ts.isNumericLiteral(node.name))
  ) {
    return D.accessor(placeOf(node.name), "quoted names and numbers as names");
  }
  if (ts.isPropertyDeclaration(node) && node.questionToken !== undefined) {
    return D.accessor(placeOf(node), "optional fields");
  }
  if (ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node)) {
    if (node.asteriskToken !== undefined) return D.asynchronous(placeOf(node), "generators");
    if (ts.isMethodDeclaration(node) && ts.isObjectLiteralExpression(node.parent)) {
      return D.accessor(placeOf(node), "methods in object literals");
    }
    return bodiless(node);
  }
  if (ts.isPrefixUnaryExpression(node) && node.operator === K.PlusToken) {
    return D.operator(placeOf(node), "unary +");
  }
  if (ts.isTaggedTemplateExpression(node)) {
    const tag = ts.isCallExpression(node.tag) ? node.tag.expression : node.tag;
    return ts.isIdentifier(tag) && tag.text === "asm" ? undefined : D.template(placeOf(node));
  }
  if (ts.isCallExpression(node) && node.expression.kind === K.ImportKeyword) {
    return D.defaultExport(placeOf(node), "dynamic imports");
  }
  if (ts.isImportClause(node) && node.name !== undefined) {
    return D.defaultExport(placeOf(node.name), "default imports");
  }
  return undefined;
}

export function checkSyntax(file: ts.SourceFile, report: (diagnostic: Diagnostic) => void): void {
  const visit = (node: ts.Node): void => {
    const found = check(node);
    if (found !== undefined) {
      report(found);
      return;
    }
    // The parts of an asm template are no values of their own.
    if (ts.isTaggedTemplateExpression(node) && ts.isTemplateExpression(node.template)) {
      visit(node.tag);
      for (const span of node.template.templateSpans) visit(span.expression);
      return;
    }
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(file, visit);
}
