/** A ref that was made, moved or deleted; 40 zeros stand for nothing. */
export type RefMove = { readonly ref: string; readonly before: string; readonly after: string };
