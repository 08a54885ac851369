/** The beginning of a marker as only Reeve writes it, also where white space stands as an escape. */
export const hiddenMarker = /<!--(?:\s|\\[bfnrt])*reeve:/i;

/** A text of an agent that no reader takes for one of ours. */
export function withoutMarkers(text: string): string {
  return text.replace(/<!--(?=\s*reeve:)/gi, '<!- -');
}
