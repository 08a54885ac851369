-- Tries that failed because of a fault, apart from those that an outage of GitHub failed.
alter table outbox add column faults integer not null default 0;
alter table delivery_tries add column faults integer not null default 0;

-- When a fact was heard, so that it can be forgotten after a term.
alter table facts_heard add column heard_at integer not null default 0;
update facts_heard set heard_at = cast(unixepoch('subsec') * 1000 as integer);
create index facts_by_time on facts_heard (heard_at);

-- What has ended, by its age.
drop index deliveries_by_state;
create index deliveries_by_state on deliveries (state, received_at);
drop index outbox_by_state;
create index outbox_by_state on outbox (state, ended_at);

-- When all that a settled session left but itself was removed; null: not yet.
alter table sessions add column retired_at integer;
create index sessions_to_retire on sessions (changed_at, seq) where is_settled = 1 and retired_at is null;

-- What was removed last.
create table removals (
  id integer primary key check (id = 1),
  at integer not null,
  deliveries integer not null,
  effects integer not null,
  facts integer not null,
  sessions integer not null,
  runs integer not null
) strict;
