const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

/** The letter by which people choose an option, counted from 0; numbers once the letters are used up. */
export function letterOf(option: number): string {
  return LETTERS[option] ?? String(option + 1);
}
