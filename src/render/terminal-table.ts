import stringWidth from 'string-width';

export type Column = {
  readonly title: string;
  /** Cells are cut to this many places before anything is left out; not at all when it is not said. */
  readonly placesMin?: number;
  /** Which part of a cell says more, and stays when it is cut; its beginning when it is not said. */
  readonly keeps?: 'start' | 'end';
  /** Of what does not fit, the column with the highest number goes first; those without one stay. */
  readonly goes?: number;
};

const GAP = '  ';
const CUT = '…';

/**
 * Rows under each other with a title over each column, in lines of at most `width` places; null: as wide as they are. A
 * column that is empty everywhere takes no room.
 */
export function terminalTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number | null,
): readonly string[] {
  const shown = columns.map((column, at) => ({ column, at })).filter(({ at }) => rows.some((row) => row[at]));
  const places = fit(
    shown.map(({ column, at }) => ({
      column,
      places: Math.max(...[column.title, ...rows.map((row) => row[at] ?? '')].map(placesOf)),
    })),
    width,
  );
  const line = (cells: readonly string[]): string =>
    cells
      .flatMap((cell, at) => {
        const room = places[at];
        if (room === undefined || room === null) return [];
        const cut = shown[at]?.column.keeps === 'end' ? endInPlaces : cutToPlaces;
        return [padded(cut(cell, room), room)];
      })
      .join(GAP)
      .trimEnd();
  return [
    line(shown.map(({ column }) => column.title)),
    ...rows.map((row) => line(shown.map(({ at }) => row[at] ?? ''))),
  ].map((text) => (width === null ? text : cutToPlaces(text, width)));
}

type Sized = { readonly column: Column; readonly places: number };

/** How wide each column may be; null for one that is left out. */
function fit(sized: readonly Sized[], width: number | null): readonly (number | null)[] {
  const places: (number | null)[] = sized.map((one) => one.places);
  const excess = (): number => {
    const kept = places.filter((one) => one !== null);
    return width === null ? 0 : kept.reduce((sum, one) => sum + one, 0) + GAP.length * (kept.length - 1) - width;
  };
  const shrink = (): void => {
    for (const at of sized.keys()) {
      const { column, places: full } = sized[at] ?? { column: { title: '' }, places: 0 };
      if (column.placesMin === undefined || places[at] === null) continue;
      places[at] = full;
      places[at] = Math.max(Math.min(column.placesMin, full), full - Math.max(0, excess()));
    }
  };
  shrink();
  const leaving = sized
    .map(({ column }, at) => ({ goes: column.goes, at }))
    .filter((one): one is { goes: number; at: number } => one.goes !== undefined)
    .toSorted((one, other) => other.goes - one.goes);
  for (const { at } of leaving) {
    if (excess() <= 0) break;
    places[at] = null;
    shrink();
  }
  return places;
}

export function placesOf(text: string): number {
  return stringWidth(text);
}

/** The beginning of a line that takes at most so many places of a terminal, with a mark where it was cut. */
export function cutToPlaces(text: string, placesMax: number): string {
  if (placesOf(text) <= placesMax) return text;
  let kept = '';
  for (const { segment } of segmenter.segment(text)) {
    if (placesOf(kept + segment) > placesMax - CUT.length) break;
    kept += segment;
  }
  return placesMax < CUT.length ? '' : `${kept}${CUT}`;
}

/** The end of a line that takes at most so many places, with a mark where it was cut. */
function endInPlaces(text: string, placesMax: number): string {
  if (placesOf(text) <= placesMax) return text;
  let kept = '';
  for (const { segment } of [...segmenter.segment(text)].reverse()) {
    if (placesOf(segment + kept) > placesMax - CUT.length) break;
    kept = segment + kept;
  }
  return placesMax < CUT.length ? '' : `${CUT}${kept}`;
}

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

function padded(text: string, places: number): string {
  return `${text}${' '.repeat(Math.max(0, places - placesOf(text)))}`;
}
