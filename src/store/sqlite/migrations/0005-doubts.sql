-- A pending wish is not of its lane before `not_before`: what comes later may go first.
alter table outbox add column not_before integer not null default 0;
-- When it may have reached GitHub last; null: never sent.
alter table outbox add column sent_at integer;
-- Looks for a second one of what was made after nobody knew the outcome; counted apart from wishes.
alter table outbox add column is_doubt integer not null default 0 check (is_doubt in (0, 1));

update outbox set sent_at = wished_at where may_be_done = 1;

-- A digest of what the thing in a slot shows since an effect for it was done.
create table shown (
  slot text primary key,
  digest text not null
) strict, without rowid;
