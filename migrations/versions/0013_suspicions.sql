-- suspicions -----------------------------------------------------------------------------------------
-- Every suspicion of concealment, whoever raised it. It is a case of the same id (kind suspicion). Who is to act
-- stands in `chain`: the offices it came down through, the suspected agency last; `level` says in whose hand.
create table suspicions (
    suspicion    uuid primary key,            -- also the id of its case
    agency       uuid not null,               -- whose concealment it would be: the last of the chain
    source       text not null,               -- gap, compared, handed
    item         text not null,
    number       text,
    party        text,                        -- an organisation; rows about persons raise no suspicion
    decided_on   date,
    evidence     text not null,               -- canonical JSON, text to text
    dedupe       text not null,
    list_id      uuid,                        -- suspicion_lists; null: found by the platform itself
    line         integer,                     -- of the sender's file
    basis        text,
    due_on       date,
    raised       timestamptz not null,
    raised_on    date not null,               -- Asia/Shanghai
    chain        uuid[] not null,
    level        integer not null,            -- index into chain (0: the office at the top)
    state        text not null,               -- given, answered, settled
    package      uuid,                        -- out with another instance: suspicion_packages
    said         text not null default '',    -- why it was last sent back or returned
    answer       uuid,                        -- the answer that stands
    outcome      text,
    note         text,
    record       uuid,                        -- the record that proves it, where the platform checked
    settled      timestamptz,
    settled_by   text,
    version      integer not null default 0,  -- one more with every change: two at one line are noticed
    check ((state = 'settled') = (settled is not null and outcome is not null))
);
comment on table suspicions is '疑似瞒报: raised by gap, comparison or a list from above; ends in an outcome';
-- open, or ended innocent: not raised again; one that was confirmed may come again
create unique index suspicions_dedupe on suspicions (dedupe) where outcome is null or outcome <> 'concealed';
create index suspicions_agency on suspicions (agency, raised_on);
create index suspicions_list on suspicions (list_id, line) where list_id is not null;
create index suspicions_chain on suspicions using gin (chain);
create index suspicions_open on suspicions (raised_on, suspicion) where settled is null;
create index suspicions_record on suspicions (record) where record is not null;
create index suspicions_package on suspicions (package) where package is not null;

create table suspicion_answers (              -- only ever added to; the one that stands is named by its suspicion
    answer       uuid primary key,
    suspicion    uuid not null,
    outcome      text not null,
    note         text not null,
    record       uuid,                        -- found by the platform when it was given
    at           timestamptz not null,
    agency       uuid,
    account      uuid,
    actor        text not null,
    package      uuid                         -- came with a return package
);
comment on table suspicion_answers is 'What was answered to a suspicion, by whom, when';
create index suspicion_answers_of on suspicion_answers (suspicion, at);
create index suspicion_answers_package on suspicion_answers (package) where package is not null;

create table suspicion_attachments (
    attachment   uuid primary key,
    suspicion    uuid not null,
    sha256       text not null,               -- names the file under the home's attachments folder
    name         text not null,               -- as its sender called it
    media        text not null,               -- told by the content, never by the name
    size         bigint not null,
    added        timestamptz not null,
    agency       uuid,
    actor        text not null,
    removed      timestamptz,
    removed_by   text,
    removed_why  text
);
comment on table suspicion_attachments is '附件: scans that prove an answer; the bytes lie in the home by digest';
create index suspicion_attachments_of on suspicion_attachments (suspicion, added);
create index suspicion_attachments_bytes on suspicion_attachments (sha256) where removed is null;

create table suspicion_lists (                -- 疑似瞒报清单 handed down
    list_id      uuid primary key,
    office       uuid not null,               -- that holds it
    title        text not null,
    sender       text not null,               -- who handed it down, as typed
    number       text,                        -- of the letter it came with
    item         text not null,
    received_on  date not null,
    due_on       date,                        -- the sender's term
    days_back    integer not null,            -- kept for the way back
    file_name    text not null,
    file_sha256  text not null,               -- of the file as it came; the file itself is not kept
    kind         text not null,               -- xlsx, csv: in which form it goes back
    above        text not null,               -- JSON: cells of the rows above the header
    columns      text not null,               -- JSON: [header, target, as written] in the sender's order
    lines        integer not null,
    persons      integer not null,            -- lines about natural persons: number alone is kept
    masked       integer not null,            -- identity numbers masked in the cells
    origin       text,                        -- JSON: list, package, digest of the instance it came from
    created      timestamptz not null,
    created_by   text not null,
    closed       timestamptz,
    closed_by    text
);
comment on table suspicion_lists is '疑似瞒报清单: a list from province or state, answered and returned in its form';
create unique index suspicion_lists_file on suspicion_lists (office, file_sha256);
create index suspicion_lists_office on suspicion_lists (office, created);

create table suspicion_lines (                -- the sender's rows, as they came
    list_id      uuid not null,
    line         integer not null,            -- line of the sender's file
    line_id      uuid not null,               -- the same in every instance the line passes through
    number       text,
    cells        text,                        -- JSON list of texts, in the order of columns; null: a natural person
    suspicion    uuid,                        -- null: a natural person
    primary key (list_id, line)
);
comment on table suspicion_lines is 'Lines of a list; of lines about natural persons the number alone';
create unique index suspicion_lines_id on suspicion_lines (list_id, line_id);
create index suspicion_lines_of on suspicion_lines (suspicion) where suspicion is not null;
alter table suspicion_lines alter column cells set statistics 0;

create table suspicion_packages (             -- parts of a list handed on to another instance by file
    package      uuid primary key,
    list_id      uuid not null,
    agency       uuid not null,               -- for whom
    digest       text not null,               -- SHA-256 of what was handed on
    lines        integer not null,
    made         timestamptz not null,
    made_by      text not null,
    merged_at    timestamptz,                 -- when its return was last merged
    merged_made  text                         -- when that return was made, by its own account
);
comment on table suspicion_packages is 'Lines out with another instance, by package';
create index suspicion_packages_list on suspicion_packages (list_id);

create table suspicion_exports (              -- what went back to the sender
    export       uuid primary key,
    list_id      uuid not null,
    at           timestamptz not null,
    actor        text not null,
    kind         text not null,               -- xlsx, csv, zip, package
    sha256       text not null,
    lines        integer not null,
    open         integer not null             -- of them without an answer that stands
);
comment on table suspicion_exports is 'Files given back: when, by whom, digest';
create index suspicion_exports_list on suspicion_exports (list_id, at);
