-- What was used of GitHub's limits, one row for each account; kept small by whoever writes it.
create table limits (
  account text primary key,
  body text not null,
  saved_at integer not null
) strict, without rowid;

-- A wish that a person waits for: its lane is served before others.
alter table outbox add column is_urgent integer not null
  generated always as (
    case when json_valid(body) then coalesce(
      json_extract(body, '$.kind') in ('react', 'question')
      or (json_extract(body, '$.kind') = 'reply' and json_extract(body, '$.reply.topic') <> 'not-permitted'), 0
    ) else 0 end
  ) virtual;
