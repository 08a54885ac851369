const CUT = '…';

/**
 * Text that we did not write, for one line of a terminal: control characters, escape sequences, invisible and
 * direction-changing characters lose their power, and what is too long is cut.
 */
export function oneLine(text: string, charactersMax: number): string {
  const clean = text
    .slice(0, 4 * charactersMax) // what is cut away anyway need not be cleaned
    .replace(/\s+/gu, ' ')
    .replace(/\p{C}/gu, '\u{FFFD}')
    .trim();
  const characters = Array.from(clean);
  return characters.length <= charactersMax ? clean : `${characters.slice(0, charactersMax - 1).join('')}${CUT}`;
}
