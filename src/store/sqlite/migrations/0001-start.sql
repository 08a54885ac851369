-- Instants are epoch milliseconds. `seq` is the order in which rows came.

create table writes (
  id integer primary key check (id = 1),
  checks integer not null
) strict;

create table deliveries (
  seq integer primary key autoincrement,
  id text not null unique,
  event text not null,
  payload text not null,
  received_at integer not null,
  state text not null check (state in ('waiting', 'processed', 'uninteresting', 'set-aside')),
  attempts integer not null,
  retry_at integer not null,
  note text
) strict;

create index deliveries_waiting on deliveries (received_at, seq) where state = 'waiting';
create index deliveries_by_state on deliveries (state);

create table repositories (
  id integer primary key,
  owner text not null,
  name text not null,
  default_branch text not null,
  installation_id integer not null
) strict;

create table sessions (
  seq integer primary key autoincrement,
  id text not null unique,
  repository_id integer not null,
  issue_number integer not null,
  ordinal integer not null,
  state text not null,
  is_final integer not null check (is_final in (0, 1)),
  is_settled integer not null check (is_settled in (0, 1)),
  pull_number integer,
  version integer not null,
  changed_at integer not null,
  body text not null,
  unique (repository_id, issue_number, ordinal)
) strict;

-- Promise 6 begins here: an issue has at most one session that is not final.
create unique index sessions_one_open on sessions (repository_id, issue_number) where is_final = 0;
create index sessions_by_pull on sessions (repository_id, pull_number) where pull_number is not null;
create index sessions_by_state on sessions (state, changed_at, seq);
create index sessions_unsettled on sessions (changed_at, seq) where is_final = 1 and is_settled = 0;

create table transitions (
  session_id text not null references sessions (id),
  version integer not null,
  cause text not null,
  from_state text,
  to_state text not null,
  at integer not null,
  effects text not null,
  primary key (session_id, version),
  unique (session_id, cause)
) strict, without rowid;

create index transitions_by_cause on transitions (cause);

create table outbox (
  seq integer primary key autoincrement,
  key text not null unique,
  slot text not null,
  is_collapsing integer not null check (is_collapsing in (0, 1)),
  repository_id integer not null,
  issue_number integer not null,
  state text not null check (state in ('pending', 'sending', 'unknown', 'done', 'failed', 'superseded')),
  may_be_done integer not null check (may_be_done in (0, 1)),
  attempts integer not null,
  retry_at integer not null,
  wished_at integer not null,
  ended_at integer,
  error text,
  body text not null
) strict;

create index outbox_lanes on outbox (repository_id, issue_number, seq) where state in ('pending', 'sending', 'unknown');
create index outbox_pending_slots on outbox (slot) where state = 'pending';
create index outbox_by_state on outbox (state);

-- What GitHub calls the thing in a slot. Outlives the effects that made it.
create table remote_ids (
  slot text primary key,
  remote_id text not null,
  known_at integer not null
) strict, without rowid;
