/**
 * The letter of the one option whose checkbox is ticked on the card of a question; null when none is, or several are. Where
 * the card shows what others wrote, each line begins with a mark of quotation, so none of it is a checkbox.
 */
export function tickedLetter(card: string): string | null {
  const ticked = [...card.matchAll(/^- \[x\] \*\*([a-z])\*\* · /gim)];
  return ticked.length === 1 ? (ticked[0]?.[1]?.toLowerCase() ?? null) : null;
}
