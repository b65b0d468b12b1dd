-- proposals -------------------------------------------------------------------------------------------
select 1;


-- completeness ----------------------------------------------------------------------------------------
create table feeds (                          -- one source is to send one item (归集责任)
    feed         uuid primary key,
    agency       uuid not null,
    item         text not null,
    from_on      date not null,               -- first day of a month, as is the next
    to_on        date                         -- half-open; null: still due
);
create unique index feeds_open on feeds (agency, item) where to_on is null;
create index feeds_item on feeds (item, from_on);
create table feed_declarations (              -- how many decisions a source says it made in a month
    declaration  bigint generated always as identity primary key,
    feed         uuid not null,
    month        date not null,               -- first day
    declared     timestamptz not null,        -- the latest counts; the others stay
    count        integer not null,
    actor        text not null
);
create index feed_declarations_month on feed_declarations (feed, month, declaration);
create table feed_counts (                    -- projection: records held, whatever became of them since
    source       uuid not null,
    item         text not null,
    month        date not null,               -- of the decision, first day
    held         bigint not null,
    primary key (item, source, month)
);
