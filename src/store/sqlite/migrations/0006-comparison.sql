-- How far the looks back at GitHub have come. Instants are epoch milliseconds.

create table cursors (
  name text primary key,
  at integer not null
) strict, without rowid;

-- By this machine's clock. A home that is older than this table is as old as its first delivery; what was said before
-- this table is not compared, because nobody noted what was heard of it.
insert into cursors (name, at)
values ('home', coalesce((select min(received_at) from deliveries), cast(unixepoch('subsec') * 1000 as integer)));
insert into cursors (name, at) values ('compared', cast(unixepoch('subsec') * 1000 as integer));

-- What was heard already, however it came: by webhook, or by a comparison.
create table facts_heard (
  fact text primary key
) strict, without rowid;
