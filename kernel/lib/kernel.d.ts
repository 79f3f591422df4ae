/**
 * The whole global world of kernel code, under `noLib`. It lets plain tsc and any editor check the dialect; the compiler reads the same
 * names exactly (docs/dialect.md). Nothing here exists at run time, and nothing of JavaScript's library is here to be used.
 */

// ------------------------------------------------------------------------- what tsc itself must find, empty

interface Array<T> {
  readonly length: number;
  [index: number]: T;
}
type Boolean = {};
interface CallableFunction extends Function {}
type Function = {};
type IArguments = {};
interface NewableFunction extends Function {}
type Number = {};
type Object = {};
type RegExp = {};
type BigInt = {};
type Symbol = {};
/** A string literal is a `ptr<u8>`: its bytes in UTF-8 and a zero, in read-only memory. */
interface String extends Pointer<u8> {}
interface TemplateStringsArray extends Array<string> {
  readonly raw: Array<string>;
}
/** Keeps an argument from taking part in inference. */
type NoInfer<T> = intrinsic;

declare const $bits: unique symbol;
declare const $pointer: unique symbol;
declare const $volatile: unique symbol;
declare const $length: unique symbol;
declare const $struct: unique symbol;

// ------------------------------------------------------------------------------------------------- numbers

/** A number of a known width. tsc lets plain numbers in; the compiler checks that they are exact. */
type int<N> = number & { readonly [$bits]?: N };
type u8 = int<"u8">;
type u16 = int<"u16">;
type u32 = int<"u32">;
type u64 = int<"u64">;
type i8 = int<"i8">;
type i16 = int<"i16">;
type i32 = int<"i32">;
type i64 = int<"i64">;
/** As wide as an address. The same type as u64. */
type usize = u64;
type isize = i64;
/** IEEE 754 binary64. For user programs: kernels do not touch vector registers. */
type f64 = int<"f64">;
type bool = boolean;

/** Conversions. A value that does not fit is cut to the width; debug builds trap instead. */
declare function u8(value: number | bigint | boolean): u8;
declare function u16(value: number | bigint | boolean): u16;
declare function u32(value: number | bigint | boolean): u32;
declare function u64(value: number | bigint | boolean): u64;
declare function i8(value: number | bigint | boolean): i8;
declare function i16(value: number | bigint | boolean): i16;
declare function i32(value: number | bigint | boolean): i32;
declare function i64(value: number | bigint | boolean): i64;
declare function usize(value: number | bigint | boolean): usize;
declare function isize(value: number | bigint | boolean): isize;
/** From integers; a large one is rounded to the nearest. */
declare function f64(value: number): f64;
/** The low bits of a value, in every build: `truncate<u8>(x)`. */
declare function truncate<T extends number>(value: number): T;
/** The code of one character, a constant: `char("a")` is 97. */
declare function char(character: string): number;
/** The number that a type parameter stands for, a constant: in a `class Ring<T, N extends number>`, `constant<N>()`. */
declare function constant<N extends number>(): number;

// ------------------------------------------------------------------------------------------------ pointers

interface AnyPointer {
  readonly [$pointer]: true;
}
interface Pointer<T> extends AnyPointer {
  /** What it points to. */
  value: T;
  /** What lies `index` elements on. */
  [index: number]: T;
  /** The pointer, moved by `count` elements. */
  offset(count: number): this;
  readonly [$volatile]?: false;
}
interface MmioPointer<T> extends AnyPointer {
  value: T;
  [index: number]: T;
  offset(count: number): this;
  readonly [$volatile]?: true;
}
/** Fields and methods of a structure can be used through a pointer to it. */
type Members<T> = [T] extends [AnyPointer] ? unknown : [T] extends [Struct] ? T : unknown;
/** The address of a T. `ptr<unknown>` is the address of anything. One that may be null is a `ptr<T> | null`. */
type ptr<T> = Pointer<T> & Members<T>;
/** The address of a device's registers: every access happens, once, in order. */
type mmio<T> = MmioPointer<T> & Members<T>;
/** The address of a function: `fn<(a: u32) => u32>`. */
type fn<F> = F;

/** The address of a variable, field or element. */
declare function addressOf<T extends Struct>(place: T): Pointer<T> & T;
declare function addressOf<T>(place: T): ptr<T>;
/** The same address, of another type. */
declare function cast<T>(pointer: AnyPointer | null): ptr<T>;
/** A pointer's or function's address as a number. */
declare function address(pointer: AnyPointer | Function | null): usize;
declare function pointer<T>(address: usize): ptr<T>;
declare function mmio<T>(address: usize): mmio<T>;
declare function functionAt<F>(address: usize): F;

// -------------------------------------------------------------------------------------------------- layouts

/** N values of T, in place. */
interface FixedArray<T, N extends number> {
  [index: number]: T;
  readonly length: usize;
  readonly [$length]?: N;
}
type array<T, N extends number> = FixedArray<T, N>;

/** `class X extends Struct`: a layout by the System V ABI. Tags: `@packed`, `@align N`. */
declare class Struct {
  readonly [$struct]?: true;
}
/** All fields lie at 0. */
declare class Union extends Struct {}
/** A field's type: the field lies `Offset` bytes from the start. */
type at<Offset extends number, T> = Offset extends number ? T : never;
/** A field's type: `Width` bits, in storage units of T. */
type bitfield<Width extends number, T = u32> = Width extends number ? T : never;
/** A structure's value; fields that are left out are zero. */
declare function init<T>(fields: { readonly [K in keyof NoInfer<T>]?: T[K] }): T;
/** A value of zeros. */
declare function zeroed<T>(): T;

/** Bytes, a constant. */
declare function sizeof<T>(): usize;
declare function alignof<T>(): usize;
/** Bytes from the start of T to a field, a constant. */
declare function offsetof<T>(field: keyof T): usize;
/** Stops the compilation unless the constant condition holds. Stands anywhere a declaration or statement does. */
declare function static_assert(condition: boolean, message?: string): void;
/** The text's bytes in UTF-8 without a zero: the initial value of an `array<u8, N>`, or a `ptr<u8>`. */
declare function bytes(text: string): Pointer<u8> & FixedArray<u8, never>;
/** Whether this is a debug build, a constant. */
declare const DEBUG: bool;

// ---------------------------------------------------------------------------------------------- operations

declare function popcount<T extends number>(value: T): T;
/** Zero bits above the highest one; the width, of zero. */
declare function clz<T extends number>(value: T): T;
/** Zero bits below the lowest one; the width, of zero. */
declare function ctz<T extends number>(value: T): T;
declare function byteSwap<T extends number>(value: T): T;
declare function rotateLeft<T extends number>(value: T, count: NoInfer<T>): T;
declare function rotateRight<T extends number>(value: T, count: NoInfer<T>): T;
/** The high half of the product, of u64 or i64. */
declare function mulHigh<T extends number>(a: T, b: NoInfer<T>): T;
/** (high · 2⁶⁴ + low) / divisor. It must fit, else the processor faults (#DE). */
declare function divWide(high: u64, low: u64, divisor: u64): u64;
declare function remWide(high: u64, low: u64, divisor: u64): u64;
declare function sqrt(value: f64): f64;

/** Atomics, of integers and pointers. Sequentially consistent unless the name says otherwise. */
declare function atomicLoad<T>(from: Pointer<T>): T;
declare function atomicLoadAcquire<T>(from: Pointer<T>): T;
declare function atomicLoadRelaxed<T>(from: Pointer<T>): T;
declare function atomicStore<T>(to: Pointer<T>, value: NoInfer<T>): void;
declare function atomicStoreRelease<T>(to: Pointer<T>, value: NoInfer<T>): void;
declare function atomicStoreRelaxed<T>(to: Pointer<T>, value: NoInfer<T>): void;
/** These give the value before. */
declare function atomicExchange<T>(at: Pointer<T>, value: NoInfer<T>): T;
declare function atomicAdd<T>(at: Pointer<T>, value: NoInfer<T>): T;
declare function atomicAnd<T>(at: Pointer<T>, value: NoInfer<T>): T;
declare function atomicOr<T>(at: Pointer<T>, value: NoInfer<T>): T;
declare function atomicXor<T>(at: Pointer<T>, value: NoInfer<T>): T;
/** Stores `value` if `expected` is there. The value before: equal to `expected` if it stored. */
declare function atomicCompareExchange<T>(at: Pointer<T>, expected: NoInfer<T>, value: NoInfer<T>): T;
/** Orders all memory accesses, as MFENCE does. */
declare function fence(): void;
/** Keeps the compiler, not the processor, from moving memory accesses over it. */
declare function compilerFence(): void;
/** A spinning processor's rest (PAUSE). */
declare function pause(): void;

/** The areas do not overlap. */
declare function memcpy(to: AnyPointer, from: AnyPointer, length: usize): void;
declare function memmove(to: AnyPointer, from: AnyPointer, length: usize): void;
declare function memset(to: AnyPointer, byte: u8, length: usize): void;

declare function in8(port: u16): u8;
declare function in16(port: u16): u16;
declare function in32(port: u16): u32;
declare function out8(port: u16, value: u8): void;
declare function out16(port: u16, value: u16): void;
declare function out32(port: u16, value: u32): void;
declare function readTsc(): u64;
/**
 * Whether a key is on, without looking: five bytes without effect, which the program makes a jump to turn the key on. They start
 * off. Each place is listed in section `.static_keys`: address of the five bytes, of the jump's target, of the key, which
 * is a global or a field of one.
 */
declare function staticKey(key: AnyPointer): bool;

/** Control never comes here. Debug builds say so with the place if it does. */
declare function unreachable(): never;
/** Stops with an invalid instruction, in every build. */
declare function trap(): never;
declare function frameAddress(): ptr<unknown>;
declare function returnAddress(): ptr<unknown>;
/**
 * The address to put in a gate. The function is then an interrupt handler, which cannot be called: its first parameter
 * points to what the processor pushed; with a second one, a u64, the gate is one that pushes an error code.
 */
declare function isr(handler: Function): ptr<unknown>;

// ------------------------------------------------------------------------------------------------ assembly

type Register =
  | ("rax" | "rbx" | "rcx" | "rdx" | "rsi" | "rdi" | "rbp")
  | ("r8" | "r9" | "r10" | "r11" | "r12" | "r13" | "r14" | "r15");
/** Integers, bools, pointers and functions. */
type AsmValue = number | boolean | AnyPointer | Function | null;
/**
 * Intel syntax. `${value}` is a register of the compiler's choice that holds the value, or an immediate if it is a constant
 * without a type; `${asm.result}` is where the result is to be left.
 */
interface AsmTemplate {
  <T = void>(text: TemplateStringsArray, ...values: readonly AsmValue[]): T;
  /** With values in named registers. What instructions of the text write is found without being told. */
  <T = void>(options: {
    readonly in?: { readonly [R in Register]?: AsmValue };
    readonly out?: Register;
    readonly clobbers?: readonly (Register | "memory")[];
  }): (text: TemplateStringsArray, ...values: readonly AsmValue[]) => T;
  readonly result: AnyPointer;
}
interface ReadonlyArray<T> {
  readonly length: number;
  readonly [index: number]: T;
}
declare const asm: AsmTemplate;
