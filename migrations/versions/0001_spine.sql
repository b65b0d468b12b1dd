-- The spine. Each table names the room that owns it; no other room writes or reads it.
-- PostgreSQL 15 or later, no extension. Ids are UUIDs whose first bits are a time (version 7 layout),
-- so that bulk loads append to their indexes instead of scattering over them.

-- ledger ---------------------------------------------------------------------------------------------
create table ledger_head (
    one          boolean primary key default true check (one),
    epoch        integer not null,
    origin       text not null,               -- first line of every checkpoint of this epoch
    size         bigint not null,             -- events in this epoch's log
    known        timestamptz,                 -- of the last transaction
    frontier     bytea not null default '',   -- hashes of the complete subtrees, left to right, 32 bytes each
    stopped      text                         -- why nothing may be appended (more was published than is held)
);

create table epochs (                         -- a log of its own each; event seq has position seq - first_seq in it
    epoch        integer primary key,
    origin       text not null unique,
    first_seq    bigint not null,
    closed_size  bigint                       -- events of it that the database holds; null: the open epoch
);

create table events (                         -- headers: never updated, never deleted
    seq          bigint primary key,          -- position in the log, dense from 0
    event        uuid not null unique,
    kind         text not null,
    known        timestamptz not null,
    entry        bytea not null               -- 32 bytes
);

create table provenances (                    -- what the events of a submission have in common
    provenance   bigint primary key,          -- a digest of all the others
    item         text,
    source       uuid,                        -- agency
    receipt      uuid,
    pack         text not null                -- label of the pack the records were checked under
);
comment on table provenances is 'Item, source, receipt and pack of contents: the same in every event of a submission';

create table contents (                       -- what an event says; erasable
    event        uuid primary key,            -- that by which a record came has the record's id
    provenance   bigint not null,             -- row of provenances; stays when the content is erased
    record       uuid,
    subject      uuid,
    line         integer,                     -- of the receipt
    valid_from   date,
    public       text,                        -- canonical JSON, one object per disclosure class
    shared       text,
    authorised   text,
    salts        bytea,                       -- 3 x 16 bytes, in that order
    commitments  bytea not null,              -- 3 x 32 bytes, kept after erasure: the neighbours' proofs need them
    content_mac  bytea,                       -- HMAC of the canonical content under the home key
    erased_on    date,
    erased_by    text                         -- law and article
);
create index contents_record on contents (record) where event <> record; -- see evidence.ledger.about
-- What may have to be erased must not be sampled into pg_statistic.
alter table contents alter column public set statistics 0, alter column shared set statistics 0,
    alter column authorised set statistics 0, alter column salts set statistics 0;

-- projection: the current state of every record. What indexes ask for stands first and has a fixed width: each
-- index that a new row enters looks it up there.
create table records (
    record       uuid primary key,
    subject      uuid not null,
    source       uuid not null,
    event        uuid not null,               -- current version
    received_on  date not null,
    decided_on   date,
    due_on       date,                        -- last day on which the report was on time; null: 无法计算
    shown_mark   boolean not null,            -- the item's mark "shown" for this record
    reported_mark boolean not null,
    item         text not null,
    key_mac      bytea not null,              -- HMAC of the natural key (decision 8)
    content_mac  bytea not null,
    profile      text not null,
    state        text not null,               -- current, withdrawn, erased
    document     text,
    authority    text
);
-- Without the record it is a tenth as big: of each day one entry with all its rows. Whoever reads an item page
-- by page sorts the rows of one day.
create index records_list on records (item, decided_on);
alter table records alter column document set statistics 0;

create table record_keys (                    -- filled in the order of the keys: in that of records it costs thrice
    key_mac      bytea primary key,           -- that of the record: one record a natural key
    record       uuid not null
);

create table tombstones (                     -- an erased record leaves only its HMACs
    key_mac      bytea primary key,
    record       uuid not null,
    content_macs bytea[] not null,
    reason       text not null
);

-- subjects -------------------------------------------------------------------------------------------
create table subjects (
    subject      uuid primary key,
    code         text not null unique,
    name         text not null,               -- shown: the first one, until registration or the office decides
    folded       text not null,               -- `name` as it is searched and compared: widths, case, brackets, blanks
    former       text,                        -- its other names, folded, one a line; null for nearly all
    grams        integer[] not null,          -- characters and pairs of all its names, but for frequent_grams
    kind         text not null,
    division     text,
    status       text not null,               -- 存续, 注销, 吊销, 迁出, 未知
    registered   boolean not null,            -- false: 未经登记核实
    representative text,
    established  date,
    address      text,
    since        timestamptz not null,        -- when it entered the register
    named        timestamptz not null         -- since when `name` is the one shown
);
create index subjects_grams on subjects using gin (grams);
-- eight bytes a name instead of the name itself: half the size, and only ever asked for equality
create index subjects_folded on subjects (hashtextextended(folded, 0));
-- Characters and pairs that more than one name of twenty holds: of no use to search, and more than half of what
-- an index over all of them would hold. Left out of `grams` of whatever enters from then on. No key: a gram may
-- stand here twice, and writers need not wait for each other.
create table frequent_grams (
    gram         integer not null,
    since        timestamptz not null
);
create table subject_names (                  -- every name but the one shown
    subject      uuid not null,
    folded       text not null,
    name         text not null,
    state        text not null,               -- seen (not decided), former, wrong
    since        timestamptz not null,
    source       uuid,                        -- agency whose record brought it
    primary key (subject, folded)
);
create index subject_names_folded on subject_names (hashtextextended(folded, 0));
create table subject_codes (                  -- former codes stay as aliases
    code         text primary key,
    subject      uuid not null,
    since        timestamptz not null
);
create table subject_reviews (                -- nothing merges silently: the credit office decides
    review       uuid primary key,
    kind         text not null,               -- one_name_two_codes, one_code_two_names
    code         text not null,
    name         text not null,
    other_code   text,
    other_name   text not null,
    opened       timestamptz not null,
    source       uuid,                        -- agency whose record brought it
    closed       timestamptz,
    decision     text,
    decided_by   text,
    unique nulls not distinct (kind, code, name, other_code)
);
create index subject_reviews_open on subject_reviews (opened, review) where closed is null;

-- intake ---------------------------------------------------------------------------------------------
create table receipts (
    receipt      uuid primary key,
    request      bytea not null unique,       -- digest of file, item, source, mapping, constants, profile
    position     bigint not null,             -- ledger size after this submission
    known        timestamptz not null,
    agency       uuid not null,
    account      uuid,
    item         text not null,
    profile      text not null,
    pack         text not null,
    file_name    text not null,
    file_sha256  text not null,
    first_seq    bigint,                      -- of its events, which are dense; null: none
    counts       text not null,               -- canonical JSON, as are the next four
    columns      text not null,
    constants    text not null,
    checks       text not null,               -- per check: passed, failed, not run and why
    notes        text not null
);
create index receipts_agency on receipts (agency, known desc);
create table returned_rows (                  -- rows of organisations only; never of natural persons
    receipt      uuid not null,
    line         integer not null,
    cells        text not null,               -- JSON: header -> text as received (masked)
    checks       text not null,               -- JSON list
    primary key (receipt, line)
);
create table receipt_lines (                  -- lines that are neither newly accepted nor returned, or carry marks
    receipt      uuid not null,
    line         integer not null,
    outcome      text not null,               -- accepted and corrected (with marks only), known, review, person
    record       uuid,
    checks       text,                        -- ids of marks and warnings, blanks between
    primary key (receipt, line)
);
create table number_register (                -- numbers used up by rows that are not kept
    agency       uuid not null,
    item         text not null,
    number       text not null,
    decided_on   date,
    why          text not null,               -- person
    primary key (agency, item, number)
);
create table record_reviews (                 -- same key, other source or clash of keys without a number
    review       uuid primary key,
    record       uuid not null,
    receipt      uuid not null,
    line         integer not null,
    source       uuid not null,
    cells        text not null,
    opened       timestamptz not null,
    closed       timestamptz,
    decision     text
);

-- publicity ------------------------------------------------------------------------------------------
-- Rows of fixed width, narrow and without text; one for each record, and each pays for itself in four indexes.
-- What a number stands for is in the two small tables below. Days: both ends included.
create table publicity (                      -- one row a record that any channel concerns
    record       uuid primary key,
    subject      uuid not null,               -- subject, item, authority, decided_on: of the record, for lists
    item         bigint not null,             -- in publicity_names, as is the next
    authority    bigint,                      -- that decided
    -- In the channel that is this site, 信用网站, and then in 公示系统:
    site_ground  bigint,                      -- what was decided and why, in publicity_grounds; null: no concern
    system_ground bigint,
    decided_on   date,
    site_first_day date,
    site_earliest_end date,                   -- last day before which no early end is possible
    site_last_day date,                       -- last day shown; null: no end
    site_ended_on date,                       -- ended early by an event: the first day on which not shown
    system_first_day date,
    system_earliest_end date,
    system_last_day date,
    system_ended_on date,
    -- Does this site show it on any day since it was received: what was over by then would only stand in the
    -- way of those who look through the lists.
    listed       boolean not null
);
-- Ascending, and read backwards: what comes in is mostly newer than what is held.
create index publicity_list on publicity (item, decided_on, record) where listed;
create index publicity_authority on publicity (authority, item, decided_on) where listed;
create index publicity_subject on publicity (subject) where listed;
create table publicity_names (                -- of items and deciding authorities: some hundreds
    number       bigint primary key,          -- a digest of kind and name
    kind         text not null,               -- item, authority
    name         text not null
);
alter table publicity_names alter column name set statistics 0; -- an erased record's authority may go from it
create table publicity_grounds (              -- a few dozen a pack; in every row they would double the table
    ground       bigint primary key,          -- a digest of all the others
    channel      text not null,               -- 信用网站, 公示系统
    regime       text,                        -- null: no regime in force
    class        text,
    shown        boolean not null,            -- does the regime show it at all
    earliest_note text,                       -- never, 待核实, none
    reason       text not null,               -- Chinese, with the article
    pack         text not null                -- under which it was decided
);

-- law ------------------------------------------------------------------------------------------------
create table packs (
    digest       text primary key,
    name         text not null,
    archive      bytea not null,
    archived     timestamptz not null
);
create table pack_activations (
    known        timestamptz primary key,
    digest       text not null,
    event        uuid not null
);

-- access ---------------------------------------------------------------------------------------------
create table agencies (
    agency       uuid primary key,
    code         text not null unique,
    name         text not null,
    parent       uuid references agencies,
    kind         text not null,               -- office, agency, utility
    level        text not null,               -- province, city, county, zone, township, unit
    division     text,
    from_on      date not null,
    to_on        date,
    predecessor  uuid references agencies
);
create table agency_names (
    agency       uuid not null references agencies,
    name         text not null,
    from_on      date not null,
    to_on        date,
    primary key (agency, name, from_on)
);
create table agency_authorities (             -- authorities an agency is entered for, besides itself
    agency       uuid not null references agencies,
    authority    text not null,
    from_on      date not null,
    to_on        date,
    primary key (agency, authority, from_on)
);
create table accounts (
    account      uuid primary key,
    login        text not null unique,
    name         text not null,
    role         text not null,               -- clerk, office, auditor
    agency       uuid references agencies,
    password     text not null,
    created      timestamptz not null,
    disabled     timestamptz
);
create table sessions (
    token        bytea primary key,           -- SHA-256 of the cookie
    account      uuid not null references accounts,
    csrf         text not null,
    created      timestamptz not null,
    expires      timestamptz not null
);
create table sign_in_failures (               -- of the last minutes only
    failure      bigint generated always as identity primary key,
    at           timestamptz not null,
    login        bytea not null,              -- SHA-256 of what was typed
    address      text not null                -- IPv4, or the /64 of IPv6
);
create index sign_in_failures_address on sign_in_failures (address, at);
create index sessions_account on sessions (account);
create table audit_log (
    entry        bigint generated always as identity primary key,
    at           timestamptz not null,
    account      uuid,
    actor        text not null,
    action       text not null,
    detail       text not null
);
create table platform (                       -- facts about this home
    name         text primary key,
    value        text not null
);
