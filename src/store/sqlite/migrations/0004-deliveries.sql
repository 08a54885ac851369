-- The tries of a delivery, in a table of their own: a row of `deliveries` holds the whole payload, and changing anything
-- in it writes all of that again. `deliveries.attempts` and `deliveries.retry_at` are not looked at any more.
create table delivery_tries (
  seq integer primary key references deliveries (seq),
  tries integer not null, -- counted before each begins
  crashes integer not null, -- tries in which the whole process ended
  is_under_way integer not null check (is_under_way in (0, 1)),
  retry_at integer not null,
  repository_id integer, -- what it is about, once somebody has read it
  issue_number integer
) strict;

create index delivery_tries_under_way on delivery_tries (seq) where is_under_way = 1;
create index delivery_tries_suspect on delivery_tries (crashes, seq) where crashes > 0;

insert into delivery_tries (seq, tries, crashes, is_under_way, retry_at)
select seq, attempts, 0, 0, retry_at from deliveries where state in ('waiting', 'set-aside') and attempts > 0;

alter table outbox add column crashes integer not null default 0; -- tries in which the whole process ended
