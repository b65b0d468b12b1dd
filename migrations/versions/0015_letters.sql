-- letters --------------------------------------------------------------------------------------------
create table letters (
    letter       uuid primary key,
    chain        uuid not null,               -- the first letter of its chain
    previous     uuid,                        -- the letter that it follows, or that it withdraws
    withdraws    boolean not null,            -- it does nothing but withdraw the previous one
    step         text not null,               -- reminder, order, notice, appraisal
    office       uuid not null,               -- agency that issues
    agency       uuid not null,               -- agency that it goes to
    state        text not null,
    title        text not null,
    body         text not null,               -- canonical JSON: paragraphs, table, note; fixed once issued
    due_on       date,                        -- by when it is to be answered
    basis        text,                        -- citation, as shown; null: it rests on nothing that it could cite
    number       text,                        -- 发文字号, once issued
    dated        date,                        -- 成文日期, once issued
    digest       text,                        -- SHA-256 of the canonical document, once issued
    case_id      uuid,                        -- its case, once issued
    created      timestamptz not null,
    changed      timestamptz not null,
    created_by   text not null,
    ended        timestamptz                  -- closed, escalated, withdrawn or thrown away
);
comment on table letters is 'Letters of the chain 催办 → 督办 → 通报 → 考核; an issued one changes its state and nothing else';
create index letters_agency on letters (agency, letter desc);
create index letters_office on letters (office, letter desc);
create index letters_number on letters (number) where number is not null;
create index letters_chain on letters (chain, letter);
create index letters_waiting on letters (office, state, due_on) where ended is null;

create table letter_series (                  -- one row an office, word and year: whoever takes a number locks it
    office       uuid not null,
    word         text not null,               -- 机关代字
    year         integer not null,
    last         integer not null,
    primary key (office, word, year)
);
comment on table letter_series is 'The last number of each series; taken in the transaction that issues, so there is no gap';
create table letter_numbers (                 -- every number that was given, also those that were voided
    office       uuid not null,
    word         text not null,
    year         integer not null,
    serial       integer not null,
    letter       uuid not null,
    taken        timestamptz not null,
    voided       timestamptz,                 -- the letter was withdrawn; the number is not given again
    primary key (office, word, year, serial)
);
create unique index letter_numbers_letter on letter_numbers (letter);
comment on table letter_numbers is 'The register of letter numbers of each office';

create table letter_files (                   -- what went out, as it went out
    letter       uuid not null,
    kind         text not null,               -- json (canonical), docx, pdf
    content      bytea not null,
    digest       text not null,               -- SHA-256
    primary key (letter, kind)
);
comment on table letter_files is 'The frozen files of issued letters: a later version of a writer changes none of them';

create table letter_cases (                   -- what a letter is about
    letter       uuid not null,
    case_id      uuid not null,
    primary key (letter, case_id)
);
create index letter_cases_case on letter_cases (case_id);
comment on table letter_cases is 'The cases that a letter is about';

create table letter_records (                 -- late records that a letter names, by row of its table
    letter       uuid not null,
    row          integer not null,            -- from 0
    record       uuid not null,
    primary key (letter, row)
);
create index letter_records_record on letter_records (record);
comment on table letter_records is 'The late records that a letter is about';

create table letter_events (                  -- who did what about a letter, when; replies among them
    event        bigint generated always as identity primary key,
    letter       uuid not null,
    at           timestamptz not null,
    action       text not null,
    said         text not null,               -- the reply, the reason, the evidence; '' none
    account      uuid,
    agency       uuid,
    actor        text not null
);
create index letter_events_letter on letter_events (letter, event);
comment on table letter_events is 'The history of each letter: only ever added to';

create table letter_attachments (             -- the files lie in the home, by digest
    event        bigint not null,
    digest       text not null,
    name         text not null,
    kind         text not null,
    size         integer not null,
    primary key (event, digest)
);
comment on table letter_attachments is 'Attachments of replies and of closing';
