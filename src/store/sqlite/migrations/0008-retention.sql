-- Tries that failed because of a fault, apart from those that an outage of GitHub failed.
alter table outbox add column faults integer not null default 0;
alter table delivery_tries add column faults integer not null default 0;
