/** Makes the compiler prove that every case of a union was handled, and fails loudly if data lied to the compiler. */
export function unreachable(value: never): never {
  throw new Error(`This case cannot exist: ${JSON.stringify(value)}`);
}
