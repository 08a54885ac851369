/** Where a text is shown. */
export type Terminal = {
  /** Places in a line; null where lines may be as long as they are: a pipe or a file. */
  readonly width: number | null;
  readonly isColored: boolean;
};

export const PIPE: Terminal = { width: null, isColored: false };

const styles = { yellow: [33, 39], red: [31, 39], green: [32, 39], dim: [2, 22], bold: [1, 22] } as const;
export type Style = keyof typeof styles;

/** The text in a style, where there are styles. */
export function styled({ isColored }: Terminal, style: Style, text: string): string {
  const [begin, end] = styles[style];
  return isColored && text !== '' ? `\u001b[${begin}m${text}\u001b[${end}m` : text;
}
