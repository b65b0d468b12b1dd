-- proposals -------------------------------------------------------------------------------------------
create table proposals (                      -- what agencies would like the catalogue to have, rules found wrong
    proposal     uuid primary key,
    agency       uuid not null,
    account      uuid,
    item         text not null,               -- the item it is about; of a new one the id it would have
    kind         text not null,               -- field (数据项), item (目录事项), rule (规则有误)
    what         text not null,               -- canonical JSON of FieldProposal, ItemProposal or RuleDoubt
    reason       text not null,
    source       text not null,               -- the document it rests on, as the agency names it; '' none
    opened       timestamptz not null,
    state        text not null,               -- proposed, accepted, refused, taken_back, issued
    decided      timestamptz,
    decided_by   text,
    note         text,
    version      text,                        -- label of the pack that issued it
    issued       timestamptz                  -- one moment a version
);
create index proposals_state on proposals (state, opened);
create index proposals_agency on proposals (agency, opened);

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
