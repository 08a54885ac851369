import { join } from 'node:path';

import { publishPolicy } from '../config/publish-policy.ts';
import { narrowPublishPolicy } from '../domain/policy/narrow.ts';
import { judgeDiff } from '../domain/publish/judge.ts';
import type { ChangesVerdict, Session } from '../domain/session/session.ts';
import { crashPoint } from '../lib/crash-point.ts';
import { LeaseLostError, messageOf, TransientError } from '../lib/errors.ts';
import { moveSession } from './move-session.ts';
import type { Ports } from './ports.ts';
import { identityOf, repositoryOf } from './prepare-run.ts';
import { readRepositoryConfig } from './read-repository-config.ts';

type Publishing = Extract<Session, { state: 'publishing' }>;

/**
 * Takes the commits of a finished run into our mirror and judges them; nothing leaves this machine here. Safe to repeat:
 * the same commits give the same verdict and the same rewritten commits.
 */
export async function checkChanges(ports: Ports, session: Publishing, approvedHead: string | null): Promise<void> {
  const { runId } = session;
  const verdict = await judge(ports, session, approvedHead).catch((error: unknown): ChangesVerdict => {
    if (error instanceof TransientError || error instanceof LeaseLostError) throw error; // the next look may be luckier
    ports.log.error({ session: session.id, run: runId, err: error }, 'The work of a run cannot be judged.');
    return { kind: 'unknown', detail: messageOf(error) };
  });
  await moveSession(ports, session.id, `changes-judged:${runId}:v${session.version}`, {
    kind: 'changes-judged',
    runId,
    verdict,
    at: ports.now(),
  });
}

async function judge(ports: Ports, session: Publishing, approvedHead: string | null): Promise<ChangesVerdict> {
  const { github, workspaces, settings } = ports;
  const repository = await repositoryOf(ports, session.repositoryId);
  const mirror = await ports.openMirror(session.repositoryId);
  const workspaceRepo = join(workspaces.pathOf(session.id), 'repo');
  const imported = await mirror.importRun({
    workspaceRepo,
    runId: session.runId,
    branch: session.branch,
  });
  crashPoint('changes.imported');
  if (imported.outcome === 'refused') return { kind: 'refuse', reasons: [imported.detail] };
  // The default branch may have got another name since the mirror was fetched for this run.
  if ((await mirror.headOf(repository.defaultBranch)) === null)
    await mirror.fetch(await github.gitAccess(repository, 'read'));
  const base = await mirror.mergeBase(repository.defaultBranch, imported.head);
  if (base === null) return { kind: 'refuse', reasons: ['Its commits share no history with the default branch.'] };
  const place = { repositoryId: session.repositoryId, branch: repository.defaultBranch, mirror };
  const { paths } = await readRepositoryConfig(ports, place);
  const policy = narrowPublishPolicy(settings.publishPolicy, publishPolicy(paths));
  const verdict = judgeDiff(await mirror.diffFacts({ base, head: imported.head }), policy);
  const sentences = 'reasons' in verdict ? verdict.reasons.map((reason) => reason.sentence) : [];
  if (verdict.verdict === 'refuse') return { kind: 'refuse', reasons: sentences };
  if (verdict.verdict === 'nothing') return { kind: 'nothing' };
  if (verdict.verdict === 'hold' && imported.head !== approvedHead) {
    return { kind: 'hold', head: imported.head, reasons: sentences };
  }
  const head = await mirror.withTrailer({
    base,
    head: imported.head,
    trailer: `Reeve-Session: ${session.id}`,
    sessionId: session.id,
    committer: identityOf(await github.me()),
  });
  return head === session.pull?.headSha ? { kind: 'nothing' } : { kind: 'push', head };
}
