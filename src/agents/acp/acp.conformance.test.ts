import { smallAgents } from '../../../test/agents/small.ts';
import { describeConversation } from '../agent.conformance.ts';

describeConversation(smallAgents.acp);
