-- ledger ---------------------------------------------------------------------------------------------
create index records_source on records (source, record); -- a sender goes through all of its own, page by page

-- reconciliation -------------------------------------------------------------------------------------
-- What was sent upward and what became of it there. No content of a record is here: it is read from the
-- ledger at the moment of sending. What comes from content (digest, reasons of a return) goes with it.
create table upward_partners (
    partner      uuid primary key,
    name         text not null,
    way          text not null,               -- folder, sftp, api; how it is reached stands in a private file
    office       uuid not null,               -- agency that owns what differs
    items        text[] not null,             -- empty: all that the pack reports
    position     bigint not null,             -- next event of the ledger to look at
    hours        integer not null,            -- without an answer until it differs, and the batch goes again
    created      timestamptz not null,
    removed      timestamptz,
    last_run     timestamptz,
    last_code    text,                        -- refusal that ended the last run; null: it went well
    last_said    text,
    snapshot_at  timestamptz                  -- of the newest list of the partner's that was compared
);
create unique index upward_partners_name on upward_partners (name) where removed is null;

create table upward_records (                 -- one row a partner and record: where it stands on its way
    partner      uuid not null,
    record       uuid not null,
    item         text not null,
    agency       uuid not null,               -- source
    wanted       uuid not null,               -- newest version (event)
    act          text not null,               -- record, withdraw
    state        text not null,               -- due, sent, received, taken, returned, void
    sent         uuid,                        -- version on its way, or the last that was answered
    sent_act     text not null,
    stands       boolean not null,            -- the partner holds it as current, by its answers
    there        text,                        -- what the partner calls it
    back         boolean not null,            -- a version came back and nothing newer was taken since
    digest       bytea,                       -- of the version on its way or taken; null: none, or erased by law
    fault        text,                        -- what differed in the newest list
    fault_since  timestamptz,
    attempts     integer not null,            -- times that the version on its way was sent in new batches
    changed      timestamptz not null,        -- of the state
    seen         timestamptz,                 -- newest list that named it
    primary key (partner, record)
);
create index upward_records_there on upward_records (partner, there);
create index upward_records_due on upward_records (partner, item, act, record) where state = 'due';
create index upward_records_fault on upward_records (partner, fault) where fault is not null;
create index upward_records_back on upward_records (partner, record) where back;
create index upward_records_waiting on upward_records (partner, changed) where state in ('due', 'received');

create table upward_versions (                -- one row a version that was ever wanted above
    partner      uuid not null,
    version      uuid not null,               -- event
    record       uuid not null,
    item         text not null,
    agency       uuid not null,
    act          text not null,
    seq          bigint not null,             -- of the event: the order of versions
    known        timestamptz not null,        -- since when it was wanted
    batch        uuid,                        -- newest batch with it
    line         integer,                     -- 1, 2, 3 … in that batch
    sent         timestamptz,                 -- first
    attempts     integer not null,
    outcome      text,                        -- received, taken, returned, superseded, void
    answered     timestamptz,                 -- when that became known here
    settled      timestamptz,                 -- taken, superseded or void: it no longer waits
    reasons      text,                        -- why it was returned, as the partner says; JSON list
    primary key (partner, version)
);
create index upward_versions_record on upward_versions (partner, record, seq);
create index upward_versions_batch on upward_versions (batch, line) where batch is not null;
create index upward_versions_open on upward_versions (partner, item, known) where settled is null;
create index upward_versions_known on upward_versions (partner, known) include (item);
create index upward_versions_settled on upward_versions (partner, settled) where settled is not null;
alter table upward_versions alter column reasons set statistics 0;

create table upward_batches (
    batch        uuid primary key,
    partner      uuid not null,
    number       integer not null,
    item         text not null,
    act          text not null,
    rows         integer not null,
    made         timestamptz not null,
    sent         timestamptz,                 -- last
    attempts     integer not null,
    ref          text,                        -- what the partner calls it
    ended        timestamptz,                 -- every version answered, or the batch refused
    refused      text,                        -- why
    unique (partner, number)
);
create index upward_batches_open on upward_batches (partner, number) where ended is null;

create table upward_differences (
    difference   uuid primary key,
    partner      uuid not null,
    kind         text not null,
    about        text not null,               -- record:<uuid>, batch:<uuid>, there:<id>, item:<id>, file:<name>
    item         text,
    agency       uuid,                        -- source of the record
    owner        uuid not null,               -- who has to act
    since        timestamptz not null,
    said         text not null,               -- Chinese: what it is and why it is probably so
    case_id      uuid,
    ended        timestamptz
);
create unique index upward_differences_one on upward_differences (partner, kind, about) where ended is null;
create index upward_differences_open on upward_differences (partner, since, difference) where ended is null;
create index upward_differences_owner on upward_differences (owner, since, difference) where ended is null;

create index upward_differences_about on upward_differences (about collate "C");

create table upward_days (                    -- counted as it happens; civil days in Shanghai
    partner      uuid not null,
    day          date not null,
    item         text not null,
    agency       uuid not null,
    sent         bigint not null default 0,   -- versions, each in every batch it went in
    taken        bigint not null default 0,
    returned     bigint not null default 0,
    withdrawn    bigint not null default 0,   -- withdrawals taken
    primary key (partner, day, item, agency)
);
create table upward_held (                    -- by the newest list of the partner's
    partner      uuid not null,
    item         text not null,
    agency       uuid not null,
    held         bigint not null,
    shown        bigint not null,
    primary key (partner, item, agency)
);

create table upward_heard (                   -- as the upper side of the folder exchange: what was answered
    agency       uuid not null,               -- sender
    record       uuid not null,               -- as the sender calls it
    seq          bigint not null,             -- of the newest version that was decided
    version      uuid not null,
    there        uuid,                        -- as this platform calls it
    outcome      text not null,
    reasons      text not null,               -- JSON list
    primary key (agency, record)
);
create index upward_heard_there on upward_heard (agency, there);
alter table upward_heard alter column reasons set statistics 0;
comment on table upward_partners is '上级平台：对账的对方；连接方式和密钥只在 keys 目录的文件里';
comment on table upward_records is '上报状态：每条记录对每个上级平台的现状；不含记录内容';
comment on table upward_versions is '上报过程：每个版本何时应报、何时发出、结果如何';
comment on table upward_batches is '上报批次：先记清单，后发送；可从任何一步接着做';
comment on table upward_differences is '对账差异：种类、起始、说明、责任单位；消除时自动关闭';
comment on table upward_days is '上报日计数：按日、事项、单位';
comment on table upward_held is '对方最近一份清单：按事项、单位';
comment on table upward_heard is '作为上级平台时已答复的版本：同一版本重复收到，答复不变';
