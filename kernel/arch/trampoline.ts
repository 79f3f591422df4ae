/**
 * Where a processor begins that another one has started: in real mode, at a page below 1 MiB, without a stack. In one step it goes to long
 * mode by start-up code's tables, which have that page and the image; then it takes over the control registers, page tables and stack
 * that it has been given, and calls. SDM vol. 3 §9.4, §10.8.5; that CR0.PE and PG may be set together is in §10.8.5 too.
 */
import { readCr0, readCr3, readCr4, readMsr } from "./instructions.ts";
import { CODE_SELECTOR, DATA_SELECTOR, gdtAddress, gdtLimit } from "./segments.ts";

/** Start-up code's root table: the first 4 GiB one to one. */
declare const __boot_tables: u8;

/** Physical; the firmware has nothing there. */
const PAGE = 0x8000;
/** What a start-up interrupt names it by. */
export const TRAMPOLINE_PAGE: u32 = PAGE >> 12;
const CODE_LENGTH: usize = 256;
/** In the page: the GDT's limit and base. */
const GDTR = PAGE + 0xf00;

const EFER: u32 = 0xc000_0080;
const PAT: u32 = 0x277;

/** What the new processor takes over. */
class StartState extends Struct {
  cr0: at<0, u64>;
  cr3: at<8, u64>;
  cr4: at<16, u64>;
  efer: at<24, u64>;
  pat: at<32, u64>;
  stack: at<40, usize>;
  entry: at<48, fn<() => void>>;
}
const state: StartState = zeroed();

/** Real mode: CS begins at the page. CR4.PAE; EFER.LME; CR0.PE, NE, PG. @naked */
function realMode(): void {
  asm`
    bits 16
    cli
    cld
    xor eax, eax
    mov ds, ax
    o32 lgdt [${GDTR}]
    mov eax, 0x20
    mov cr4, eax
    mov eax, ${addressOf(__boot_tables)}
    mov cr3, eax
    mov ecx, 0xc0000080
    rdmsr
    or eax, 0x100
    wrmsr
    mov eax, 0x80000021
    mov cr0, eax
    jmp dword ${CODE_SELECTOR}:${longMode}`;
}
/** EFER comes first: NX is a reserved bit of the tables without it. @naked */
function longMode(): void {
  asm`
    mov eax, ${DATA_SELECTOR}
    mov ss, eax
    mov ds, eax
    mov es, eax
    xor eax, eax
    mov fs, eax
    mov gs, eax
    mov rbx, ${addressOf(state)}
    mov ecx, ${EFER}
    mov eax, [rbx + 24]
    mov edx, [rbx + 28]
    wrmsr
    mov ecx, ${PAT}
    mov eax, [rbx + 32]
    mov edx, [rbx + 36]
    wrmsr
    mov rax, [rbx]
    mov cr0, rax
    mov rax, [rbx + 8]
    mov cr3, rax
    mov rax, [rbx + 16]
    mov cr4, rax
    mov rsp, [rbx + 40]
    xor ebp, ebp
    call [rbx + 48]
    ud2`;
}

/** Makes ready for one processor to start: it is to run as the calling one does, on `stack`, its top, and call `entry`, which does not return. */
export function prepareTrampoline(stack: usize, entry: fn<() => void>): void {
  state.cr0 = readCr0();
  state.cr3 = readCr3();
  state.cr4 = readCr4();
  state.efer = readMsr(EFER);
  state.pat = readMsr(PAT);
  state.stack = stack;
  state.entry = entry;
  memcpy(pointer<u8>(PAGE), pointer<u8>(address(realMode)), CODE_LENGTH);
  pointer<u16>(GDTR).value = gdtLimit();
  pointer<u32>(GDTR + 2).value = truncate<u32>(gdtAddress());
}
