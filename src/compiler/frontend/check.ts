/**
 * The front end: TypeScript sources to a checked ProgramTree, or diagnostics. tsc reads and checks the sources against
 * kernel.d.ts; then syntax.ts refuses what the dialect does not have, and the parts beside it compute every type exactly. Every function is checked; what is
 * reached from exports is in the tree.
 */
import ts from "typescript";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { D } from "../diagnostics/table.ts";
import type { FunctionTree, GlobalTree, ProgramTree } from "../tree.ts";
import { access, indexOf, placeAt, rootOf, valueAt } from "./access.ts";
import { addressedIn } from "./addressed.ts";
import { constant, constantNumber, isAggregate, staticAssert, store } from "./aggregates.ts";
import { asm } from "./assembly.ts";
import { call } from "./calls.ts";
import { Enums } from "./enums.ts";
import { condition, expression } from "./expressions.ts";
import { Functions } from "./functions.ts";
import { Globals } from "./globals.ts";
import { ModuleNames } from "./module-names.ts";
import { checkModules } from "./modules.ts";
import { adapt, own, U64 } from "./operands.ts";
import { placeOf } from "./place.ts";
import { createProgram, normalPath, type SourceHost } from "./sources.ts";
import { body, isStaticAssert } from "./statements.ts";
import { Structs } from "./structs.ts";
import { checkSyntax } from "./syntax.ts";
import { checkTagPlaces } from "./tag-places.ts";
import { merged, syntaxErrors, typeErrors } from "./tsc.ts";
import { typeArgument, typeOf } from "./types.ts";
import type { Frame, World } from "./world.ts";

export type { SourceHost } from "./sources.ts";

export interface CheckOptions {
  /** What DEBUG is. Checks are the lowering's. */
  readonly debug: boolean;
  /** The name of kernel.d.ts for the host. */
  readonly library?: string;
  /** What tsc says about types, from whoever has asked it with `tscErrors` at the same time. Undefined: it is asked here. */
  readonly typeErrors?: () => readonly Diagnostic[] | undefined;
}
export type CheckResult =
  | {
      readonly tree: ProgramTree;
      readonly diagnostics?: undefined;
      /** If somebody else asks tsc: what there is to say when he has its answer. With one error the tree is worth nothing. */
      readonly pending?: () => readonly Diagnostic[];
    }
  | { readonly diagnostics: readonly Diagnostic[]; readonly tree?: undefined };

export const DEFAULT_LIBRARY = "kernel/lib/kernel.d.ts";

/** What `fail` and `abandon` throw; `attempt` catches it. */
class Abandoned extends Error {}

/**
 * @param entry The file, or files, whose exports are the program's. Names as the host's `readFile` takes them.
 */
export function checkProgram(
  entry: string | readonly string[],
  host: SourceHost,
  options: CheckOptions,
): CheckResult {
  const entries = (typeof entry === "string" ? [entry] : entry).map(normalPath);
  const libraryName = options.library ?? DEFAULT_LIBRARY;
  const { program, missing } = createProgram(entries, libraryName, host);
  const unread = [libraryName, ...entries].filter((name) => missing.includes(name));
  if (unread.length > 0) return { diagnostics: unread.map((name) => D.missingFile(undefined, name)) };
  const library = program.getSourceFile(libraryName)!;
  const files = program.getSourceFiles().filter((file) => file !== library);
  const found: Diagnostic[] = [];
  const seen = new Set<string>();
  const report = (diagnostic: Diagnostic): void => {
    const { code, place } = diagnostic;
    const key = `${code} ${place?.file} ${place?.offset}`;
    if (!seen.has(key)) found.push(diagnostic);
    seen.add(key);
  };
  const unreadable = syntaxErrors(program, [library, ...files]);
  if (unreadable.length > 0) return { diagnostics: unreadable };
  checkModules(entries, files, missing, report);
  for (const file of files) {
    checkSyntax(file, report);
    checkTagPlaces(file, report);
  }
  const checked = new ProgramChecker(program, library, files, entries, options.debug, report);
  checked.run();
  const pending = (): Diagnostic[] =>
    merged(
      found,
      options.typeErrors?.() ?? typeErrors(program, [library, ...files]),
      files.map((file) => file.fileName),
    );
  if (options.typeErrors === undefined || found.length > 0 || checked.abandoned) {
    const diagnostics = pending();
    if (diagnostics.length > 0) return { diagnostics };
    if (checked.abandoned)
      return { diagnostics: [D.compiler(undefined, "a construct that it does not know")] };
  }
  const { tree, duplicates } = checked.tree();
  if (duplicates.length === 0) return options.typeErrors === undefined ? { tree } : { tree, pending };
  const diagnostics = options.typeErrors === undefined ? [] : pending();
  return { diagnostics: diagnostics.length > 0 ? diagnostics : duplicates };
}

/** tsc's errors in a program's types, in its order; none if it cannot be read. */
export function tscErrors(
  entry: string | readonly string[],
  host: SourceHost,
  libraryName: string = DEFAULT_LIBRARY,
): Diagnostic[] {
  const entries = (typeof entry === "string" ? [entry] : entry).map(normalPath);
  const { program } = createProgram(entries, libraryName, host);
  const library = program.getSourceFile(libraryName);
  if (library === undefined) return [];
  const files = program.getSourceFiles().filter((file) => file !== library);
  return typeErrors(program, [library, ...files]);
}

class ProgramChecker {
  readonly #files: readonly ts.SourceFile[];
  readonly #entries: readonly ts.SourceFile[];
  readonly #world: World;
  readonly #structs: Structs;
  readonly #enums: Enums;
  readonly #functions: Functions;
  readonly #globals: Globals;
  readonly #names: ModuleNames;
  abandoned = false;

  constructor(
    program: ts.Program,
    library: ts.SourceFile,
    files: readonly ts.SourceFile[],
    entries: readonly string[],
    debug: boolean,
    report: (diagnostic: Diagnostic) => void,
  ) {
    const checker = program.getTypeChecker();
    const symbols = new Map<ts.Node, ts.Symbol>();
    this.#files = files;
    this.#entries = files.filter((file) => entries.includes(file.fileName));
    this.#names = new ModuleNames(checker, files, this.#entries);
    const abandon = (): never => {
      throw new Abandoned();
    };
    const world: World = {
      checker,
      debug,
      report,
      fail(diagnostic) {
        report(diagnostic);
        return abandon();
      },
      abandon,
      attempt: (work) => {
        try {
          work();
          return true;
        } catch (error) {
          if (!(error instanceof Abandoned)) throw error;
          this.abandoned = true;
          return false;
        }
      },
      isLibrary: (node) => node.getSourceFile() === library,
      symbolOf(node) {
        const before = symbols.get(node);
        if (before !== undefined) return before;
        const found = checker.getSymbolAtLocation(node);
        const isAlias = found !== undefined && (found.flags & ts.SymbolFlags.Alias) !== 0;
        const symbol = isAlias ? checker.getAliasedSymbol(found) : found;
        if (symbol === undefined || (isAlias && symbol.declarations === undefined)) return undefined;
        symbols.set(node, symbol);
        return symbol;
      },
      openAliases: new Set(),
      typeOf: (node, types) => typeOf(world, node, types),
      typeArgument: (node, types) => typeArgument(world, node, types),
      enumOf: (declaration) => this.#enums.enumOf(declaration),
      enumMember: (declaration, place) => this.#enums.member(declaration, place),
      structOf: (declaration, args, place) => this.#structs.structOf(declaration, args, place),
      infoOf: (type) => this.#structs.infoOf(type),
      layOut: (type, place) => this.#structs.layOut(type, place),
      methodOf(info, name) {
        for (let at: typeof info | undefined = info; at !== undefined; at = at.base) {
          const declaration = at.methods.get(name);
          if (declaration !== undefined) return { info: at, declaration };
        }
        return undefined;
      },
      functionOf: (declaration, args, owner, place) =>
        this.#functions.functionOf(declaration, args, owner, place),
      liftedOf: (declaration, frame, expected) => this.#functions.liftedOf(declaration, frame, expected),
      globalOf: (declaration) => this.#globals.globalOf(declaration),
      expression(frame, node, expected) {
        const isAccess =
          ts.isIdentifier(node) ||
          ts.isPropertyAccessExpression(node) ||
          ts.isElementAccessExpression(node) ||
          node.kind === ts.SyntaxKind.ThisKeyword;
        if (!isAccess) return expression(world, frame, node, expected);
        const what = access(world, frame, node);
        return "lvalue" in what ? valueAt(world, what.lvalue, constants) : what.operand;
      },
      typed: (frame, node, type) => adapt(world, world.expression(frame, node, type), type),
      adapt: (operand, type) => adapt(world, operand, type),
      own: (operand) => own(world, operand),
      access: (frame, node) => access(world, frame, node),
      place: (frame, node) => placeAt(world, frame, node),
      touch(place) {
        const root = rootOf(place);
        if (root.kind === "global") globals().touch(root.symbol);
        if (root.kind === "variable") root.variable.assigned = true;
      },
      index: (frame, node) => indexOf(world, frame, node, U64),
      condition: (frame, node) => condition(world, frame, node),
      call: (frame, node, expected) => call(world, frame, node, expected),
      asm: (frame, node) => asm(world, frame, node),
      store: (frame, node, to) => store(world, frame, node, to),
      constant: (frame, node, type, what) => constant(world, frame, node, type, what),
      constantNumber: (frame, node, what) => constantNumber(world, frame, node, what),
      isAggregate: (node) => isAggregate(world, node),
      staticAssert: (frame, node) => staticAssert(world, frame, node),
      body: (frame, node) => body(world, frame, node),
    };
    const globals = () => this.#globals;
    const constants = (symbol: string) => this.#globals.valueOf(symbol);
    this.#world = world;
    this.#structs = new Structs(world);
    this.#functions = new Functions(world, this.#names);
    this.#enums = new Enums(world, (node) => this.#frame(node));
    this.#globals = new Globals(world, this.#names, (node) => this.#frame(node), addressedIn(world, files));
  }

  /** For constant expressions outside of functions. */
  #frame(declaration: ts.Node): Frame {
    return {
      name: "",
      symbol: this.#names.prefixOf(declaration),
      declaration,
      types: new Map(),
      self: undefined,
      result: undefined,
      variables: [],
      outer: undefined,
      locals: new Map(),
      uses: new Set(),
      targets: [],
      lifted: new Map(),
    };
  }

  run(): void {
    for (const file of this.#files) {
      for (const statement of file.statements) this.#world.attempt(() => this.#declaration(statement));
    }
    this.#functions.run();
  }

  #declaration(node: ts.Statement): void {
    const world: World = this.#world;
    if (ts.isVariableStatement(node)) {
      for (const declaration of node.declarationList.declarations) {
        world.attempt(() => world.globalOf(declaration));
      }
    } else if (ts.isFunctionDeclaration(node)) {
      if ((node.typeParameters?.length ?? 0) === 0) world.functionOf(node, [], undefined, placeOf(node));
    } else if (ts.isClassDeclaration(node)) this.#class(node);
    else if (ts.isEnumDeclaration(node)) world.enumOf(node);
    else if (ts.isExpressionStatement(node)) {
      if (!ts.isCallExpression(node.expression) || !isStaticAssert(world, node.expression)) {
        world.fail(D.topLevel(placeOf(node)));
      }
      world.staticAssert(this.#frame(node), node.expression);
    } else if (!isDeclaration(node)) world.fail(D.topLevel(placeOf(node)));
  }

  #class(node: ts.ClassDeclaration): void {
    const world = this.#world;
    const generic = (node.typeParameters?.length ?? 0) > 0;
    const info = generic ? undefined : world.structOf(node, [], placeOf(node));
    for (const member of node.members) {
      const isStatic =
        ts.canHaveModifiers(member) &&
        (ts.getModifiers(member)?.some((m) => m.kind === ts.SyntaxKind.StaticKeyword) ?? false);
      world.attempt(() => {
        if (ts.isPropertyDeclaration(member) && isStatic) world.globalOf(member);
        if (!ts.isMethodDeclaration(member) || (member.typeParameters?.length ?? 0) > 0) return;
        if (isStatic) world.functionOf(member, [], undefined, placeOf(member));
        else if (info !== undefined) world.functionOf(member, [], info, placeOf(member));
      });
    }
  }

  /** What is reached from what is exported. Of a function that is declared and defined, the definition. */
  tree(): { tree: ProgramTree; duplicates: Diagnostic[] } {
    const globals = this.#globals.all;
    const functions = new Map<string, FunctionTree & { uses: ReadonlySet<string> }>();
    const duplicates: Diagnostic[] = [];
    for (const { symbol, tree, uses } of this.#functions.all) {
      if (tree === undefined) continue;
      const before = functions.get(symbol);
      const isTwice = before?.body !== undefined && tree.body !== undefined;
      const isVariable = globals.get(symbol)?.tree.external === false && tree.body !== undefined;
      if (isTwice || isVariable) duplicates.push(D.duplicateSymbol(tree.place, symbol));
      if (before?.body === undefined) functions.set(symbol, { ...tree, uses });
    }
    const reached = new Set<string>();
    const visit = (symbol: string): void => {
      if (reached.has(symbol)) return;
      reached.add(symbol);
      for (const used of functions.get(symbol)?.uses ?? globals.get(symbol)?.uses ?? []) visit(used);
    };
    for (const { symbol, attributes } of functions.values()) if (attributes.exported === true) visit(symbol);
    for (const { tree } of globals.values()) if (tree.attributes.exported === true) visit(tree.symbol);
    const trees: FunctionTree[] = [];
    for (const { uses: _, ...tree } of functions.values()) if (reached.has(tree.symbol)) trees.push(tree);
    const variables: GlobalTree[] = [];
    for (const { tree } of globals.values()) if (reached.has(tree.symbol)) variables.push(tree);
    return {
      tree: {
        functions: trees,
        globals: variables,
        types: [...this.#structs.all, ...this.#enums.all],
        files: [...new Set([...this.#entries, ...this.#files])].map(({ fileName, text }) => ({
          name: fileName,
          text,
        })),
      },
      duplicates,
    };
  }
}

function isDeclaration(node: ts.Statement): boolean {
  return (
    ts.isImportDeclaration(node) ||
    ts.isExportDeclaration(node) ||
    ts.isExportAssignment(node) ||
    ts.isImportEqualsDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isModuleDeclaration(node) ||
    ts.isEmptyStatement(node)
  );
}
