-- capture ---------------------------------------------------------------------------------------------
create table captures (                       -- 抓取: one public list of an agency, and how it is read
    capture      uuid primary key,
    agency       uuid not null,
    name         text not null,
    item         text not null,
    description  text not null,               -- YAML, as it was checked (docs/capture.md)
    created      timestamptz not null,
    removed      timestamptz,
    completed    timestamptz,                 -- last run that came to its end: what it saw need not be seen again
    etag         text,                        -- of the first page at that time
    modified     text,
    last_run     timestamptz,
    last_code    text,                        -- refusal that ended the last run; null: it went well
    last_said    text,
    last_counts  text not null default '{}'   -- pages, rows, drafts, persons of the last run; JSON
);
create unique index captures_name on captures (name) where removed is null;

create table capture_seen (                   -- pages of single decisions that are not asked for again
    capture      uuid not null,
    page         bytea not null,              -- SHA-256 of the address: addresses may name persons
    primary key (capture, page)
);

create table capture_drafts (                 -- 抓取草稿: organisations only, identity numbers masked; not records yet
    draft        uuid primary key,
    capture      uuid not null,
    digest       bytea not null,              -- SHA-256 of what the page said: the same row is one draft
    fields       text not null,               -- field code -> text; JSON
    advice       text not null,               -- what the checks would say; JSON list
    source       text not null,               -- address of the page it was read from
    page_sha256  text not null,
    fetched      timestamptz not null,
    state        text not null,               -- waiting, confirmed, discarded
    edited       boolean not null default false,
    decided      timestamptz,
    decided_by   text,
    submission   uuid,                        -- that it went in with
    line         integer,                     -- in it
    unique (capture, digest)
);
create index capture_drafts_waiting on capture_drafts (capture, draft) where state = 'waiting';
alter table capture_drafts alter column fields set statistics 0;
comment on table captures is '抓取：单位公开列表页的读取说明';
comment on table capture_seen is '已读过的页面，不再请求';
comment on table capture_drafts is '抓取草稿：由单位确认后才报送；针对自然人的行不留';
