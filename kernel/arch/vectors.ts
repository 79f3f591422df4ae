/** Who has which interrupt vector. 32 to 47 are where the old interrupt controllers would come in; from 48 on devices. */

export const FIRST_DEVICE_VECTOR: u32 = 48;
/** The local APIC's timer. */
export const TIMER_VECTOR: u32 = 0xf0;
/** To a processor that has something new to run. */
export const WAKE_VECTOR: u32 = 0xf1;
/** To processors that must forget translations. */
export const SHOOTDOWN_VECTOR: u32 = 0xf2;
/** To processors that should give back the memory they keep in reserve. */
export const RESERVES_VECTOR: u32 = 0xf3;
/** The local APIC has found an error. */
export const ERROR_VECTOR: u32 = 0xfe;
/** An interrupt that went away before it was taken; it is not acknowledged. */
export const SPURIOUS_VECTOR: u32 = 0xff;
