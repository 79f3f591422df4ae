/* The library: `import { … } from "vitrine"`. */
export { version } from "./version.ts";
