-- Who may write. The token rises by one at each taking; every write of a server checks that it is still its own.
-- `machine` names the kernel that the holder ran on, for whoever holds the home's lock there. Given back: `until` is 0.
create table lease (
  name text primary key check (name = 'server'),
  holder text not null,
  machine text not null,
  token integer not null,
  until integer not null
) strict, without rowid;
