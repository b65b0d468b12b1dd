-- ledger ----------------------------------------------------------------------------------------------
-- What came in on which day, counted: months of ten million records are added up from here in a moment. Only
-- ever added to, so that what is summed before a day stays what it was.
create table day_counts (
    source       uuid not null,               -- agency
    day          date not null,               -- civil day (Asia/Shanghai) on which the platform knew
    item         text not null,
    kind         text not null,               -- recorded, collected (补录), moved (corrected day of decision), withdrawn
    decided_on   date,                        -- day of decision; null: none, or withdrawn
    count        bigint not null              -- of a move: -1 at the old day of decision, +1 at the new one
);
create unique index day_counts_place on day_counts (source, day, item, kind, decided_on) nulls not distinct;
comment on table day_counts is 'Records that came in, moved or were taken back, by source, day, item and day of decision';
insert into day_counts (source, day, item, kind, decided_on, count)
    select p.source, (e.known at time zone interval '8 hours')::date, p.item,
           case when e.kind = 'withdrawn' then 'withdrawn' when r.profile = 'collected' then 'collected' else 'recorded' end,
           case when e.kind = 'recorded' then c.valid_from end, count(*)
    from contents c join provenances p using (provenance) join events e using (event)
    left join records r on r.record = c.record
    where e.kind in ('recorded', 'withdrawn') and p.source is not null and p.item is not null
    group by 1, 2, 3, 4, 5;

-- subjects --------------------------------------------------------------------------------------------
create table coverage (                       -- which organisation has a record of which item, and since when
    item         text not null,
    subject      uuid not null,
    known_on     date not null,               -- civil day on which the platform first knew
    division     text not null,               -- of the organisation on that day, six digits; '' where unknown
    kind         text not null,               -- of the organisation on that day
    first        boolean not null,            -- before this it had no record of any item
    primary key (subject, item)               -- ids ascend: organisations that are new go to its end
);
comment on table coverage is 'The first day on which each organisation had a record of each item: for 覆盖率, never changed afterwards';
insert into coverage (item, subject, known_on, division, kind, first)
    select told.item, told.subject, told.known_on, coalesce(s.division, ''), s.kind,
           row_number() over (partition by told.subject order by told.known_on, told.item) = 1
    from (select p.item, c.subject, min((e.known at time zone interval '8 hours')::date) as known_on
          from contents c join provenances p using (provenance) join events e using (event)
          where e.kind in ('recorded', 'corrected') and p.item is not null
          group by 1, 2) as told
    join subjects s using (subject);

-- cases -----------------------------------------------------------------------------------------------
-- Whose it was when it was opened, once it was given to another: without it nobody could say whose it was on
-- an earlier day. Null: its owner never changed.
alter table cases add column opened_for uuid;
comment on column cases.opened_for is 'First owner of a case that was given to another; null where its owner never changed';

-- reports ---------------------------------------------------------------------------------------------
create table bulletins (                      -- 通报 as issued: what it was computed from, and what came out
    head         text not null,               -- code of the office; '' for the whole place
    month        date not null,               -- first day
    issued       timestamptz not null,
    actor        text not null,
    cutoff       timestamptz not null,        -- what came to be known from then on is not in it
    pack         text not null,               -- digest of the pack it was computed under
    position     bigint not null,             -- ledger size at the cut-off
    tree         text not null,               -- canonical JSON: bodies with the names and places used
    digests      text not null,               -- canonical JSON: file name -> SHA-256
    primary key (head, month)
);
comment on table bulletins is 'Monthly bulletins as issued: their inputs and the digests of their files';
create table exports (                        -- 导出打印: who took which list out of the house
    export       bigint generated always as identity primary key,
    at           timestamptz not null,
    account      uuid,
    actor        text not null,               -- as it was called then
    agency       uuid,
    what         text not null,               -- which list, in Chinese
    filters      text not null,               -- what it was narrowed to, as the address of the page says
    form         text not null,               -- xlsx, csv, print
    rows         bigint not null,
    purpose      text,
    digest       text                         -- SHA-256 of the file; null for a print
);
create index exports_at on exports (at desc, export desc);
create index exports_agency on exports (agency, export desc);
comment on table exports is 'Exports and prints of lists (R148): who, what, how many rows, when, what for';
