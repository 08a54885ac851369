import type { Figure } from '../figures.ts';

/** What the operator asked for. */
export type Plan = {
  readonly seed: number;
  /** The long form, for at least so long; null: the short form. */
  readonly minutes: number | null;
  /** One world of the seed alone, to see it again; null: all. */
  readonly world: number | null;
  /** Of each world whose places the seed chooses, for a shorter look; null: as many as usual. */
  readonly kills: number | null;
  /** The built product: dist, or a copy of it that a control has broken. */
  readonly dist: string;
  /** For people who watch; never on stdout. */
  readonly tell: (line: string) => void;
};

/** One way to look for what breaks. Tells each thing that broke with a line that shows it again, and gives its figures. */
export type Part = (plan: Plan) => Promise<readonly Figure[]>;
