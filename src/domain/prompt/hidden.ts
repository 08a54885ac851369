/** What a text held that its readers on GitHub cannot see, and that no agent gets to read. Hostile text. */
export type Hidden = {
  readonly kind: HiddenKind;
  /** The words, or the code points of characters that are no words. */
  readonly text: string;
};

export type HiddenKind = (typeof hiddenKinds)[number];

export const hiddenKinds = [
  'characters', // zero width, direction, tags, controls
  'comment', // and declarations, and instructions to a processor
  'definition', // of a link or footnote that nothing shows, and one that is a comment in disguise
  'title', // of a link
  'description', // of an image
  'attributes', // of a tag
  'contents', // of a tag that is not drawn
] as const;

/** Whether it could say something: what is left out without words (a width, an address, a one-word title) is not told. */
export function isTelling({ kind, text }: Hidden): boolean {
  if (kind === 'characters') return true;
  const words = text
    .replace(/https?:\/\/[^\s"'<>]+/gi, '')
    .replace(/[\w-]+=(?=["'\w])/g, '')
    .trim();
  return /\p{L}\s+\p{L}/u.test(words) || (words.match(/\p{L}/gu) ?? []).length >= TELLING_LETTERS_MIN;
}

const TELLING_LETTERS_MIN = 12; // scripts without spaces say much in fewer; a name is mostly shorter
