import { describeRuntime } from '../runtime.conformance.ts';
import { createDetachedRuntime } from './detached.ts';

describeRuntime('detached', createDetachedRuntime);
