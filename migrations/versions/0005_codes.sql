-- subjects --------------------------------------------------------------------------------------------
-- Under which code a name came, where that is not the one the organisation bears now: a cancelled code that
-- comes back with another name was given away again.
alter table subject_names add column code text;
-- A record's key holds the code under which its organisation was first met: rows under a corrected code must
-- meet the records that came before. Null: the code is its own.
alter table subjects add column key_code text;
create index subjects_key_code on subjects (code) where key_code is not null;
alter table subject_codes
    add column key_code text,                 -- the same for the former code
    add column ended_on date,                 -- civil date from which it is a former code
    add column basis text,                    -- why: the decision or document of the registration authority
    add column event uuid;                    -- ledger event of the correction or merger
create index subject_codes_subject on subject_codes (subject);

alter table subject_reviews add column note text;   -- why, in the words of whoever decided

create table code_registrars (                -- 登记机关: which agency answers for the codes of which kind and place
    prefix       text not null,               -- first character of the code, or the first two; the longer one wins
    division     text not null,               -- six digits; 431100 stands for all of 4311; '' for everywhere
    agency       uuid not null,
    entered      timestamptz not null,
    primary key (prefix, division)
);
create table code_findings (                  -- 重错码: what the standing inspection found, and what became of it
    finding      uuid primary key,
    kind         text not null,               -- wrong, two_codes, two_names, reassigned
    place        text not null,               -- register: a code it holds; intake: met in rows that were returned
    code         text not null,
    name         text,
    other_code   text,                        -- two_codes: the code that was there first
    other_name   text,                        -- two_names, reassigned: the name it came under besides
    met          bigint not null,             -- rows that carried it; 0 for the register
    last_met     timestamptz,
    owner        uuid not null,               -- agency that has to put it right
    found_on     date not null,
    held_on      date not null,               -- day of the last inspection at which it held
    ended_on     date,                        -- half-open: from this day on it counts no more; null: stands
    outcome      text,                        -- gone (holds no more), mended, kept (looked at: no fault)
    note         text,
    decided_by   text
);
-- one that ended and holds again is a new one: what counted on an earlier day stays as it was
create unique index code_findings_once on code_findings (kind, place, code, other_code, other_name)
    nulls not distinct where ended_on is null;
create index code_findings_standing on code_findings (owner, kind, code) where ended_on is null;
create index code_findings_code on code_findings (code);
create table code_inspections (               -- 站立检查: each run, with the figures it left
    inspection   uuid primary key,
    ran          timestamptz not null,
    day          date not null,
    found        bigint not null,             -- standing after it
    opened       bigint not null,
    ended        bigint not null,
    faulty       bigint not null,             -- numerator of 重错码率
    codes        bigint not null              -- denominator
);
-- intake ----------------------------------------------------------------------------------------------
alter table record_reviews
    add column decided_by text,
    add column note text;                     -- why, in the words of whoever decided
create index record_reviews_open on record_reviews (opened, review) where closed is null;
