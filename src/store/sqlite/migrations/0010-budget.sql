-- What runs may use and have used: see src/domain/budget/budget.ts. One row for each run that was given a slot.
create table budget_ledger (
  run_id text primary key,
  session_id text not null,
  repository_id integer not null,
  day integer not null,
  -- Reserved, and once it is settled what was used.
  cost_micro_usd integer not null,
  tokens integer not null,
  agent_ms integer not null,
  reckoned_micro_usd integer not null default 0,
  is_settled integer not null default 0 check (is_settled in (0, 1)),
  reservation text not null
) strict, without rowid;
create index budget_ledger_sessions on budget_ledger (session_id);
create index budget_ledger_days on budget_ledger (day, repository_id);
create index budget_ledger_open on budget_ledger (run_id) where is_settled = 0;

-- What people added to a limit.
create table budget_grants (
  cause text primary key,
  scope text not null,
  measure text not null,
  amount integer not null
) strict, without rowid;
create index budget_grants_scopes on budget_grants (scope);
