import type { Emulator } from '../../src/emulator/emulator.ts';

/** A person on GitHub, in the words of what they do. Each act resolves when GitHub has answered. */
export function somebody(emulator: Emulator, repo: string, as: string) {
  const { act } = emulator.control;
  return {
    login: as,
    labels: (number: number, label = 'reeve:ready') => act({ as, do: 'label', repo, number, label }),
    unlabels: (number: number, label = 'reeve:ready') => act({ as, do: 'unlabel', repo, number, label }),
    /** Gives the comment's id. */
    comments: async (number: number, body: string) =>
      ((await act({ as, do: 'comment', repo, number, body })) as { id: number }).id,
    edits: (comment: number, body: string) => act({ as, do: 'edit-comment', repo, comment, body }),
    closes: (number: number) => act({ as, do: 'close-issue', repo, number }),
    closesPull: (number: number) => act({ as, do: 'close-pull', repo, number }),
    marksReady: (number: number) => act({ as, do: 'ready-for-review', repo, number }),
    merges: (number: number) => act({ as, do: 'merge', repo, number }),
    pushes: (branch: string, files: Readonly<Record<string, string>>, message: string) =>
      act({ as, do: 'push', repo, branch, files, message }),
    presses: (check: number, action: string) => act({ as, do: 'request-check-action', repo, check, action }),
    asks: (path: string) => act({ as, do: 'request', method: 'GET', path: `/repos/${repo}${path}` }),
  };
}
