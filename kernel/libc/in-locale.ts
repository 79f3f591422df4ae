/** Functions with a locale as their last argument, which changes nothing of what they do to bytes: those without it. */
import {
  isalnum,
  isalpha,
  isblank,
  iscntrl,
  isdigit,
  isgraph,
  islower,
  isprint,
  ispunct,
  isspace,
  isupper,
  isxdigit,
  tolower,
  toupper,
} from "./ctype.ts";
import { strcasecmp, strcoll, strncasecmp, strxfrm } from "./string.ts";
import { strftime } from "./time.ts";

/** @export @naked */
export function isalnum_l(): void {
  asm`jmp ${isalnum}`;
}
/** @export @naked */
export function __isalnum_l(): void {
  asm`jmp ${isalnum}`;
}
/** @export @naked */
export function isalpha_l(): void {
  asm`jmp ${isalpha}`;
}
/** @export @naked */
export function __isalpha_l(): void {
  asm`jmp ${isalpha}`;
}
/** @export @naked */
export function isblank_l(): void {
  asm`jmp ${isblank}`;
}
/** @export @naked */
export function __isblank_l(): void {
  asm`jmp ${isblank}`;
}
/** @export @naked */
export function iscntrl_l(): void {
  asm`jmp ${iscntrl}`;
}
/** @export @naked */
export function __iscntrl_l(): void {
  asm`jmp ${iscntrl}`;
}
/** @export @naked */
export function isdigit_l(): void {
  asm`jmp ${isdigit}`;
}
/** @export @naked */
export function __isdigit_l(): void {
  asm`jmp ${isdigit}`;
}
/** @export @naked */
export function isgraph_l(): void {
  asm`jmp ${isgraph}`;
}
/** @export @naked */
export function __isgraph_l(): void {
  asm`jmp ${isgraph}`;
}
/** @export @naked */
export function islower_l(): void {
  asm`jmp ${islower}`;
}
/** @export @naked */
export function __islower_l(): void {
  asm`jmp ${islower}`;
}
/** @export @naked */
export function isprint_l(): void {
  asm`jmp ${isprint}`;
}
/** @export @naked */
export function __isprint_l(): void {
  asm`jmp ${isprint}`;
}
/** @export @naked */
export function ispunct_l(): void {
  asm`jmp ${ispunct}`;
}
/** @export @naked */
export function __ispunct_l(): void {
  asm`jmp ${ispunct}`;
}
/** @export @naked */
export function isspace_l(): void {
  asm`jmp ${isspace}`;
}
/** @export @naked */
export function __isspace_l(): void {
  asm`jmp ${isspace}`;
}
/** @export @naked */
export function isupper_l(): void {
  asm`jmp ${isupper}`;
}
/** @export @naked */
export function __isupper_l(): void {
  asm`jmp ${isupper}`;
}
/** @export @naked */
export function isxdigit_l(): void {
  asm`jmp ${isxdigit}`;
}
/** @export @naked */
export function __isxdigit_l(): void {
  asm`jmp ${isxdigit}`;
}
/** @export @naked */
export function tolower_l(): void {
  asm`jmp ${tolower}`;
}
/** @export @naked */
export function __tolower_l(): void {
  asm`jmp ${tolower}`;
}
/** @export @naked */
export function toupper_l(): void {
  asm`jmp ${toupper}`;
}
/** @export @naked */
export function __toupper_l(): void {
  asm`jmp ${toupper}`;
}
/** @export @naked */
export function strcasecmp_l(): void {
  asm`jmp ${strcasecmp}`;
}
/** @export @naked */
export function __strcasecmp_l(): void {
  asm`jmp ${strcasecmp}`;
}
/** @export @naked */
export function strncasecmp_l(): void {
  asm`jmp ${strncasecmp}`;
}
/** @export @naked */
export function __strncasecmp_l(): void {
  asm`jmp ${strncasecmp}`;
}
/** @export @naked */
export function strcoll_l(): void {
  asm`jmp ${strcoll}`;
}
/** @export @naked */
export function __strcoll_l(): void {
  asm`jmp ${strcoll}`;
}
/** @export @naked */
export function strxfrm_l(): void {
  asm`jmp ${strxfrm}`;
}
/** @export @naked */
export function __strxfrm_l(): void {
  asm`jmp ${strxfrm}`;
}
/** @export @naked */
export function strftime_l(): void {
  asm`jmp ${strftime}`;
}
/** @export @naked */
export function __strftime_l(): void {
  asm`jmp ${strftime}`;
}
