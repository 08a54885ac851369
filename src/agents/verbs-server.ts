import { McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { z } from 'zod';

import { agentVerbs } from '../domain/run/agent-verbs.ts';
import { agentOutput } from '../domain/run/output.ts';
import { recordOutput } from './record-output.ts';

/**
 * The verbs of `reeve-agent` as tools of a local MCP server on stdin and stdout, for agents that would rather call a tool
 * than a command. It records and does nothing else: what follows from an output is decided by whoever reads it. Resolves
 * when stdin ends.
 */
export async function serveVerbs(outputPath: string | undefined): Promise<void> {
  const handle = serveStdio(() => createServer(outputPath));
  await new Promise<void>((resolve) => process.stdin.once('close', resolve).once('end', resolve));
  await handle.close();
}

function createServer(outputPath: string | undefined): McpServer {
  const server = new McpServer({ name: 'reeve', version: '1' });
  for (const option of agentOutput.options) {
    const {
      kind: { value: kind },
      ...fields
    } = option.shape;
    const { does, tells, replies } = agentVerbs[kind];
    const inputSchema = z.strictObject(fields);
    server.registerTool(kind, { description: `${sentence(does)}: ${tells}`, inputSchema }, (input) => {
      const recorded = recordOutput(outputPath, { kind, ...input });
      const isError = recorded.outcome === 'refused';
      const text = recorded.outcome === 'refused' ? recorded.why : replies;
      return { isError, content: [{ type: 'text', text }] };
    });
  }
  return server;
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
