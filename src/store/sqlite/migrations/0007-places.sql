-- Places on GitHub where no work is done and nothing is written for now, or ever again: see src/domain/place.ts.
create table closures (
  place text primary key,
  why text not null,
  closed_at integer not null,
  looked_at integer not null
) strict, without rowid;

create index repositories_by_installation on repositories (installation_id);

-- A wish whose place was closed is failed like any other that is given up, and is no fault.
alter table outbox add column is_revoked integer not null default 0 check (is_revoked in (0, 1));
create index outbox_revoked on outbox (repository_id, issue_number) where is_revoked = 1;
create index outbox_slots on outbox (slot, seq);
