const NOTE_CHARACTERS_MAX = 2_000; // a note explains; a stack trace or a page of HTML belongs in the log

/** A note or error text, short enough to keep beside its row for ever. */
export function cutNote(text: string): string {
  return text.slice(0, NOTE_CHARACTERS_MAX);
}
