-- What looks at the runs of a session have come to, while something speaks against one: see src/domain/run/suspicion.ts.
create table suspicions (
  session_id text primary key references sessions (id) on delete cascade,
  body text not null
) strict, without rowid;

-- What was judged of a run, and by which evidence. A run is lost, and ends, once.
create table judgements (
  seq integer primary key autoincrement,
  session_id text not null references sessions (id) on delete cascade,
  run_id text not null,
  kind text not null check (kind in ('suspected', 'recovered', 'spared', 'lost', 'ended')),
  evidence text not null,
  at integer not null
) strict;

create index judgements_by_session on judgements (session_id, seq);
create unique index judgements_once on judgements (run_id, kind) where kind in ('lost', 'ended');
