import addTab from '@bomb.sh/tab/commander';
import type { Command } from 'commander';

const HOW_TO = `
Put one of these into the file that your shell reads when it starts:
  bash   source <(reeve completion bash)        (~/.bashrc)
  zsh    source <(reeve completion zsh)         (~/.zshrc, after compinit)
  fish   reeve completion fish | source         (~/.config/fish/config.fish)
`;

/**
 * `reeve completion SHELL` prints what makes that shell complete our commands and options; what it prints asks
 * `reeve complete -- WORDS…`. Added last: it offers what is there by then.
 */
export function addCompletion(reeve: Command): void {
  addTab(reeve, { completionCommandName: 'completion' });
  reeve.commands
    .find((command) => command.name() === 'completion')
    ?.description('print what makes a shell complete all of this')
    .addHelpText('after', HOW_TO);
}
