/* The unikernel's images, where commands look for them. */
export { kernelImage } from "../testing/kernel-image.ts";
