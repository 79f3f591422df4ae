/**
 * Arguments that C hands over by "...": the ABI's va_list (System V ABI, AMD64 supplement §3.5.7). A function of C's with such arguments is a few instructions here that
 * save all registers of arguments, and call one that takes a `ptr<Arguments>`: there are no variadic functions in the dialect.
 */

export class Arguments extends Struct {
  /** Of the next one in `saved`: 0 to 48, 48 to 176. */
  general: u32;
  vector: u32;
  overflow: ptr<u8>;
  saved: ptr<u8>;

  word(): u64 {
    if (this.general < 48) {
      const at = this.saved.offset(this.general);
      this.general += 8;
      return cast<u64>(at).value;
    }
    const at = this.overflow;
    this.overflow = at.offset(8);
    return cast<u64>(at).value;
  }
  int(): i32 {
    return truncate<i32>(this.word());
  }
  pointer(): ptr<u8> {
    return pointer<u8>(this.word());
  }
  float(): f64 {
    if (this.vector < 176) {
      const at = this.saved.offset(this.vector);
      this.vector += 16;
      return cast<f64>(at).value;
    }
    const at = this.overflow;
    this.overflow = at.offset(8);
    return cast<f64>(at).value;
  }
  /** Where the next long double lies: 16 bytes, always in memory. */
  long(): ptr<u8> {
    const at = (address(this.overflow) + 15) & ~usize(15);
    this.overflow = pointer<u8>(at + 16);
    return pointer<u8>(at);
  }
}
static_assert(sizeof<Arguments>() === 24);

/** R11: the function, of a `ptr<Arguments>`; AL: vector registers in use, at most. @naked */
export function variadic(): void {
  asm`
    sub rsp, 216
    mov [rsp + 24], rdi
    mov [rsp + 32], rsi
    mov [rsp + 40], rdx
    mov [rsp + 48], rcx
    mov [rsp + 56], r8
    mov [rsp + 64], r9
    test al, al
    jz general
    movups [rsp + 72], xmm0
    movups [rsp + 88], xmm1
    movups [rsp + 104], xmm2
    movups [rsp + 120], xmm3
    movups [rsp + 136], xmm4
    movups [rsp + 152], xmm5
    movups [rsp + 168], xmm6
    movups [rsp + 184], xmm7
  general:
    mov dword ptr [rsp], 0
    mov dword ptr [rsp + 4], 48
    lea rax, [rsp + 224]
    mov [rsp + 8], rax
    lea rax, [rsp + 24]
    mov [rsp + 16], rax
    mov rdi, rsp
    call r11
    add rsp, 216
    ret`;
}
