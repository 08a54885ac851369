import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';

import { knownAgents } from '../config/agents.ts';
import { readEnvironment } from '../config/env-file.ts';
import { homePathOf, readServerConfig, roles, type Role } from '../config/server-config.ts';
import { systemClock } from '../lib/clock.ts';
import { addAttach } from './attach.ts';
import { addCleanup } from './cleanup.ts';
import { addCompletion } from './completion.ts';
import { exitCodeOf, exitCodes } from './exit-codes.ts';
import { examine, renderChecks } from './doctor.ts';
import type { CliSurroundings, DemoOptions, EmulateOptions, Parts, Programs } from './programs.ts';
import { addReplay } from './replay.ts';
import { addRestore } from './restore.ts';
import { addStatus } from './status.ts';
import { addSteering } from './steer.ts';
import { addSubmit } from './submit.ts';
import { addWait } from './wait.ts';

/** The command line: takes the arguments after the program's name, gives the exit code. Never rejects. */
export type Cli = (args: readonly string[]) => Promise<number>;

/** A command whose program is not given is not offered. */
export function createCli(programs: Partial<Programs>, surroundings: CliSurroundings): Cli {
  return async (args) => {
    let exitCode: number = exitCodes.ok;
    const command = describe(programs, surroundings, (code) => {
      exitCode = code;
    });
    try {
      await command.parseAsync(args, { from: 'user' });
      return exitCode;
    } catch (error) {
      if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.wrongUse;
      return exitCodeOf(error, surroundings.writeError);
    }
  };
}

function describe(
  programs: Partial<Programs>,
  surroundings: CliSurroundings,
  end: (exitCode: number) => void,
): Command {
  const { version, write, writeError } = surroundings;
  const reeve = new Command('reeve')
    .description('A resident steward for GitHub repositories.')
    .version(version)
    .exitOverride()
    .configureOutput({ writeOut: write, writeErr: writeError })
    .showHelpAfterError('(reeve --help lists what there is)');
  const parts = { reeve, surroundings, end };
  if (programs.serve) addServing(parts, programs.serve);
  if (programs.emulate) addEmulate(parts, programs.emulate);
  if (programs.demo) addDemo(parts, programs.demo);
  if (programs.home) addOperating(parts, programs.home);
  if (programs.replay) addReplay(parts, programs.replay);
  if (programs.restore) addRestore(parts, programs.restore);
  if (programs.cleanup) addCleanup(parts, programs.cleanup);
  if (programs.verify) addVerify(parts, programs.verify);
  addDoctor(parts);
  addCompletion(reeve);
  return reeve;
}

/** What an operator sees and asks for beside the server. */
function addOperating(parts: Parts, home: Programs['home']): void {
  addSubmit(parts, home);
  addStatus(parts, home);
  addWait(parts, home);
  addAttach(parts, home);
  addSteering(parts, home);
}

function addServing(parts: Parts, serve: Programs['serve']): void {
  const { reeve, surroundings, end } = parts;
  addServe(parts, serve);
  reeve
    .command('supervise')
    .description('run only the agents of this home: the same as `serve --role run`')
    .action(async () => {
      const { env, envFilePath } = readEnvironment(surroundings.directory);
      end(await serve(readServerConfig(env, { roles: ['run'], envFilePath })));
    });
}

function addServe({ reeve, surroundings, end }: Parts, serve: Programs['serve']): void {
  reeve
    .command('serve')
    .description('run the server; its configuration is described in .env.example')
    .option(
      '--role <roles>',
      'which of web, work and run this server plays, with commas between them',
      parseRoles,
      roles,
    )
    .action(async ({ role }: { role: readonly Role[] }) => {
      const { env, envFilePath } = readEnvironment(surroundings.directory);
      end(await serve(readServerConfig(env, { roles: role, envFilePath })));
    });
}

function addEmulate({ reeve, end }: Parts, emulate: Programs['emulate']): void {
  reeve
    .command('emulate')
    .description('run a GitHub to try things on; point `serve` at it with GITHUB_API_URL')
    .option('--port <number>', 'where it listens; any free port if not given', parsePort)
    .option('--seed <file>', 'JSON with the App, users and repositories to start with')
    .option('--key <file>', "keep the App's private key in this file; without it the key is printed")
    .option('--record <file>', 'append each request and its answer to this file')
    .option('--root <directory>', 'where the git repositories are kept')
    .option('--json', 'tell on stdout, as one JSON document, where it is and what is in it')
    .action(async (options: EmulateOptions) => end(await emulate(options)));
}

function addDemo({ reeve, end }: Parts, demo: Programs['demo']): void {
  reeve
    .command('demo')
    .description('tell the main story on real parts: two issues, a question, a kill, two merged pull requests')
    .option('--json', 'print the facts of the story as one JSON document')
    .option('--keep', 'leave everything running at the end, and say where')
    .option('--home <directory>', 'keep all state, repositories and requests in this directory')
    .option('--port <number>', 'where the GitHub of the story listens; any free port if not given', parsePort)
    .addOption(
      new Option('--agent <name>', 'a real agent, led by a scripted model on this machine').choices(knownAgents),
    )
    .option('--agent-program <path>', 'its program; looked for on PATH, and where `npm run test:agents` puts agents')
    .action(async (options: DemoOptions) => end(await demo(options)));
}

function addVerify({ reeve, surroundings, end }: Parts, verify: Programs['verify']): void {
  reeve
    .command('verify')
    .description('recompute from the store that nothing was lost, done twice or left over; reads only')
    .option('--json', 'print one JSON document')
    .action(async ({ json }: { json?: boolean }) => {
      const { env } = readEnvironment(surroundings.directory);
      end(await verify({ homePath: homePathOf(env), isJson: json === true }));
    });
}

function addDoctor({ reeve, surroundings, end }: Parts): void {
  reeve
    .command('doctor')
    .description("check versions, programs, sandbox, configuration and the App's key; say how to mend each")
    .action(async () => {
      const checks = await examine(() => readEnvironment(surroundings.directory), systemClock);
      surroundings.write(renderChecks(checks));
      end(checks.every(({ verdict }) => verdict !== 'mend') ? exitCodes.ok : exitCodes.failed);
    });
}

function parseRoles(text: string): readonly Role[] {
  return text.split(',').map((word) => {
    const role = roles.find((one) => one === word.trim());
    if (role === undefined) throw new InvalidArgumentError(`The roles are ${roles.join(', ')}.`);
    return role;
  });
}

function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new InvalidArgumentError('A port is a whole number from 0 to 65535.');
}
