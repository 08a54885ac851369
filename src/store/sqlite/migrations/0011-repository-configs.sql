-- What the configuration of each repository said when it was read last: the good one that is in force, and what is wrong
-- with the newest.
create table repository_configs (
  repository_id integer primary key,
  body text not null
) strict;
