/** The version in package.json; tests/house.test.ts holds them together. */
export const version = "0.1.0";
