// What modules.ts imports through another module.
export * from "./shapes.ts";
