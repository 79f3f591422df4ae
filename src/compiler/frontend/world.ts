/**
 * What the parts of the checker share: the program being checked (World), the function being checked (Frame), and the interface
 * through which the parts call each other, so that their files need not import in circles. check.ts puts them together.
 */
import type ts from "typescript";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Place } from "../place.ts";
import type {
  Attributes,
  Constant,
  Expression,
  FunctionTree,
  GlobalTree,
  Label,
  LValue,
  Statement,
  Variable,
} from "../tree.ts";
import type { EnumType, FunctionType, StructType, Type } from "../types/type.ts";

/** A number without a type yet: a literal, or operators on literals. It takes the type of what it meets. */
export interface Untyped {
  readonly kind: "untyped";
  /** A JavaScript number has a fraction or an exponent in its source and can only be an f64. */
  readonly value: bigint | number;
  readonly place: Place;
}
export interface Null {
  readonly kind: "null";
  readonly place: Place;
}
/** What an expression gives before something says its type. */
export type Operand = Expression | Untyped | Null;
/** An expression that may be a place. */
export type Access = { readonly lvalue: LValue } | { readonly operand: Operand };

/** What a type parameter stands for: a type, or the constant of `N extends number`. */
export type TypeArgument = Type | bigint;
export type TypeArguments = ReadonlyMap<ts.Symbol, TypeArgument>;

export interface StructInfo {
  readonly type: StructType;
  readonly declaration: ts.ClassDeclaration;
  readonly types: TypeArguments;
  /** Of type parameters, in order. */
  readonly args: readonly TypeArgument[];
  readonly base: StructInfo | undefined;
  readonly methods: ReadonlyMap<string, ts.MethodDeclaration>;
  /** Fields that an error was reported of. */
  readonly faulty: Set<string>;
}

/** A function with its type arguments. */
export interface FunctionInstance {
  readonly symbol: string;
  readonly name: string;
  readonly type: FunctionType;
  attributes: Attributes;
  readonly place: Place;
  readonly declaration: ts.FunctionLikeDeclaration;
  /** Symbols that its body uses, in order. */
  readonly uses: Set<string>;
  /** Where it is called by name first. */
  calledAt: Place | undefined;
  /** Made when its turn comes. */
  tree: FunctionTree | undefined;
}
export interface GlobalInstance {
  tree: GlobalTree;
  readonly uses: Set<string>;
}

/** The function being checked; for initial values of globals a frame without variables. */
export interface Frame {
  readonly name: string;
  readonly symbol: string;
  readonly declaration: ts.Node;
  readonly types: TypeArguments;
  readonly self: Variable | undefined;
  readonly result: Type | undefined;
  readonly variables: Variable[];
  /** Of the function around it: it may use constants without a type, which are no variables. */
  readonly outer: Frame | undefined;
  /** "failed": its declaration had an error, and uses of it say nothing. */
  readonly locals: Map<ts.Symbol, Variable | Untyped | "failed">;
  readonly uses: Set<string>;
  /** The innermost last. */
  readonly targets: {
    readonly label: Label;
    readonly name: string | undefined;
    readonly loop: boolean;
    readonly plain: boolean;
  }[];
  /** Functions written inside of it, and inside of those. */
  readonly lifted: Map<ts.Node, FunctionInstance>;
}

export interface World {
  readonly checker: ts.TypeChecker;
  readonly debug: boolean;
  report(diagnostic: Diagnostic): void;
  /** Reports and abandons the statement. */
  fail(diagnostic: Diagnostic): never;
  /** Abandons the statement: something was reported already, by us or by tsc. */
  abandon(): never;
  /** Runs and returns false if it was abandoned. */
  attempt(work: () => void): boolean;
  isLibrary(node: ts.Node): boolean;
  /** The symbol of a name, through imports. */
  symbolOf(node: ts.Node): ts.Symbol | undefined;

  // types
  /** Names of types that are being read. */
  readonly openAliases: Set<ts.TypeAliasDeclaration>;
  typeOf(node: ts.TypeNode, types: TypeArguments): Type;
  typeArgument(node: ts.TypeNode, types: TypeArguments): TypeArgument;
  enumOf(declaration: ts.EnumDeclaration): EnumType;
  structOf(declaration: ts.ClassDeclaration, args: readonly TypeArgument[], place: Place): StructInfo;
  infoOf(type: StructType): StructInfo;
  /** Makes sure that sizes and offsets within are known. */
  layOut(type: Type, place: Place): void;
  /** Of `E.A`; a plain number while the enum's own members are read. */
  enumMember(declaration: ts.EnumMember, place: Place): Operand;
  /** Fields and methods, inherited ones too. */
  methodOf(
    info: StructInfo,
    name: string,
  ): { readonly info: StructInfo; readonly declaration: ts.MethodDeclaration } | undefined;

  // declarations
  functionOf(
    declaration: ts.FunctionLikeDeclaration,
    args: readonly TypeArgument[],
    owner: StructInfo | undefined,
    place: Place,
  ): FunctionInstance;
  /** A function inside of another. */
  liftedOf(
    declaration: ts.FunctionLikeDeclaration,
    frame: Frame,
    expected: FunctionType | undefined,
  ): FunctionInstance;
  globalOf(declaration: ts.VariableDeclaration | ts.PropertyDeclaration): GlobalInstance | Untyped;

  // expressions
  /** `expected` is a wish: what a literal should become. The result may be of another type. */
  expression(frame: Frame, node: ts.Expression, expected?: Type): Operand;
  /** The value as one of `type`, or a diagnostic. */
  typed(frame: Frame, node: ts.Expression, type: Type): Expression;
  adapt(operand: Operand, type: Type): Expression;
  /** The value in its own type, or a diagnostic that it has none. */
  own(operand: Operand): Expression;
  access(frame: Frame, node: ts.Expression): Access;
  place(frame: Frame, node: ts.Expression): LValue;
  /** It is assigned to, or its address is taken: if it is a `const`, it cannot be read-only. */
  touch(place: LValue): void;
  /** A count of elements, 64 bits wide. */
  index(frame: Frame, node: ts.Expression): Expression;
  condition(frame: Frame, node: ts.Expression): Expression;
  call(frame: Frame, node: ts.CallExpression, expected: Type | undefined): Operand;
  asm(frame: Frame, node: ts.TaggedTemplateExpression): Expression;
  /** An object or array literal, `init` or `zeroed`, stored field by field to a place that holds zeros. */
  store(frame: Frame, node: ts.Expression, to: LValue): Expression[];
  /** A constant of the type, or a diagnostic that it is none. */
  constant(frame: Frame, node: ts.Expression, type: Type, what: string): Constant;
  constantNumber(frame: Frame, node: ts.Expression, what: string): bigint;
  isAggregate(node: ts.Expression): boolean;

  staticAssert(frame: Frame, node: ts.CallExpression): void;

  // statements
  body(frame: Frame, block: ts.Block | ts.Expression): Statement;
}
