/** What a workspace holds that is kept nowhere else; the details are sentences for operators. */
export type WorkFound =
  | { readonly kind: 'kept' }
  | { readonly kind: 'unkept'; readonly detail: string }
  | { readonly kind: 'unreadable'; readonly detail: string };
