/* The unikernel's images, where commands look for them. */
export { kernelImage } from "../program/kernel-image.ts";
