import type { Route } from './route.ts';
import { appRoutes } from './routes/app.ts';
import { checkRunRoutes } from './routes/check-runs.ts';
import { checkSuiteRoutes } from './routes/check-suites.ts';
import { commentRoutes } from './routes/comments.ts';
import { deliveryRoutes } from './routes/deliveries.ts';
import { gitRoutes } from './routes/git.ts';
import { graphqlRoutes } from './routes/graphql.ts';
import { issueRoutes } from './routes/issues.ts';
import { labelRoutes } from './routes/labels.ts';
import { metaRoutes } from './routes/meta.ts';
import { pullRoutes } from './routes/pulls.ts';
import { reactionRoutes } from './routes/reactions.ts';
import { repositoryRoutes } from './routes/repositories.ts';
import { reviewCommentRoutes } from './routes/review-comments.ts';
import { reviewRoutes } from './routes/reviews.ts';
import { statusRoutes } from './routes/statuses.ts';
import { timelineRoutes } from './routes/timeline.ts';
import { userRoutes } from './routes/users.ts';

/** Every operation that the emulator answers. */
export const routes: readonly Route[] = [
  ...appRoutes,
  ...checkRunRoutes,
  ...checkSuiteRoutes,
  ...commentRoutes,
  ...deliveryRoutes,
  ...gitRoutes,
  ...graphqlRoutes,
  ...issueRoutes,
  ...labelRoutes,
  ...metaRoutes,
  ...pullRoutes,
  ...reactionRoutes,
  ...repositoryRoutes,
  ...reviewCommentRoutes,
  ...reviewRoutes,
  ...statusRoutes,
  ...timelineRoutes,
  ...userRoutes,
];
