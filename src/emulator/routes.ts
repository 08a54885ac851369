import type { Route } from './route.ts';
import { appRoutes } from './routes/app.ts';
import { branchRoutes } from './routes/branches.ts';
import { checkRunRoutes } from './routes/check-runs.ts';
import { checkSuiteRoutes } from './routes/check-suites.ts';
import { commentRoutes } from './routes/comments.ts';
import { commitRoutes } from './routes/commits.ts';
import { contentRoutes } from './routes/contents.ts';
import { deliveryRoutes } from './routes/deliveries.ts';
import { gitRoutes } from './routes/git.ts';
import { graphqlRoutes } from './routes/graphql.ts';
import { hookRoutes } from './routes/hooks.ts';
import { issueRoutes } from './routes/issues.ts';
import { labelRoutes } from './routes/labels.ts';
import { metaRoutes } from './routes/meta.ts';
import { milestoneRoutes } from './routes/milestones.ts';
import { pullRoutes } from './routes/pulls.ts';
import { reactionRoutes } from './routes/reactions.ts';
import { relationRoutes } from './routes/relations.ts';
import { repositoryRoutes } from './routes/repositories.ts';
import { reviewCommentRoutes } from './routes/review-comments.ts';
import { reviewRoutes } from './routes/reviews.ts';
import { searchRoutes } from './routes/search.ts';
import { statusRoutes } from './routes/statuses.ts';
import { timelineRoutes } from './routes/timeline.ts';
import { userRoutes } from './routes/users.ts';

/** Every operation that the emulator answers. */
export const routes: readonly Route[] = [
  ...appRoutes,
  ...branchRoutes,
  ...checkRunRoutes,
  ...checkSuiteRoutes,
  ...commentRoutes,
  ...commitRoutes,
  ...contentRoutes,
  ...deliveryRoutes,
  ...gitRoutes,
  ...graphqlRoutes,
  ...hookRoutes,
  ...issueRoutes,
  ...labelRoutes,
  ...metaRoutes,
  ...milestoneRoutes,
  ...pullRoutes,
  ...reactionRoutes,
  ...relationRoutes,
  ...repositoryRoutes,
  ...reviewCommentRoutes,
  ...reviewRoutes,
  ...searchRoutes,
  ...statusRoutes,
  ...timelineRoutes,
  ...userRoutes,
];
