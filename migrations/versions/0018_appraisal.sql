-- appraisal ------------------------------------------------------------------------------------------
-- Who is scored is an agency; no column of this room can hold an organisation's or a person's score.
create table appraisal_runs (
    run          uuid primary key,
    scorecard    text not null,               -- id in the pack
    pack         text not null,               -- label name@sha256:…; its archive recomputes the run
    head         uuid references agencies,    -- the office whose bodies are scored; null: the whole place
    from_on      date not null,
    to_on        date not null,               -- half-open
    known        timestamptz not null,        -- cut-off: what the platform knew then, nothing later, counts
    position     bigint not null,             -- size of the log at the cut-off
    state        text not null check (state in ('computed', 'published', 'final')),
    computed     bytea not null,              -- canonical JSON of what was counted; never changed
    digest       text not null,               -- SHA-256 of it, hex
    created      timestamptz not null,
    created_by   text not null,
    published    timestamptz,
    object_until date,                        -- last day on which an agency may object
    finished     timestamptz,
    outcome      bytea,                       -- canonical JSON of the final scores
    outcome_digest text,
    check (from_on < to_on)
);
comment on table appraisal_runs is '考核: one run of a scorecard over agencies; figures as of a cut-off, recomputable to the byte';
create index appraisal_runs_head on appraisal_runs (head, from_on desc);

create table appraisal_entries (
    run          uuid not null references appraisal_runs,
    agency       uuid not null references agencies,
    indicator    text not null,
    side         text not null check (side in ('self', 'office')),   -- 自评 or the office's own
    at           timestamptz not null,
    value        numeric not null,            -- self: points; office: points or count, as the indicator says
    note         text not null,
    evidence     text not null,               -- attachments as canonical JSON [[digest, name], …]
    by_login     text not null,
    primary key (run, agency, indicator, side, at)
);
comment on table appraisal_entries is 'entered by hand: never overwritten, the latest of a side holds';

create table appraisal_objections (
    objection    uuid primary key,
    run          uuid not null references appraisal_runs,
    agency       uuid not null references agencies,
    indicator    text not null,
    case_id      uuid not null,               -- its case (appraisal_objection): term, owner, steps
    reason       text not null,
    evidence     text not null,               -- as above
    opened       timestamptz not null,
    opened_by    text not null,
    outcome      text check (outcome in ('upheld', 'changed')),       -- 维持 or 调整
    note         text,                        -- why
    value        numeric,                     -- changed: the count, value or points that hold instead
    part         bigint,                      -- changed: of a percentage, the part and the whole
    whole        bigint,
    decided      timestamptz,
    decided_by   text,
    check ((outcome is null) = (decided is null))
);
comment on table appraisal_objections is 'objection of an agency to one indicator; a change is an adjustment, the computed figure stays';
create index appraisal_objections_run on appraisal_objections (run, agency);
create unique index appraisal_objections_open on appraisal_objections (run, agency, indicator) where decided is null;

create table assessments (
    assessment   uuid primary key,
    name         text not null,
    office       uuid references agencies,    -- whose assessment it is; null: the platform's own office
    assessor     uuid references accounts,    -- account of the third party (role assessor)
    frame        bytea not null,              -- canonical JSON: every record the sample may be drawn from
    digest       text not null,               -- SHA-256 of it, hex: published before the seed exists
    size         bigint not null,
    from_on      date not null,               -- decisions of these days, half-open
    to_on        date not null,
    known        timestamptz not null,        -- what the platform held then
    seed_rule    text not null,               -- which public value will be the seed, said beforehand
    seed_on      date not null,               -- the day on which it comes to be, later than the commitment
    committed    timestamptz not null,
    committed_by text not null,
    seed         text,
    seed_source  text,                        -- where anyone can look it up
    drawn        timestamptz,
    drawn_by     text,
    sample       bytea,                       -- canonical JSON
    imported     timestamptz,
    finished     timestamptz,
    report       bytea,                       -- canonical JSON of the rates
    check ((seed is null) = (sample is null))
);
comment on table assessments is '第三方评估: frame, seed and sample of one assessment; anyone can draw the sample again';

create table assessment_lines (
    assessment   uuid not null references assessments,
    line         integer not null,            -- place in the sample, from 1
    record       uuid not null,
    agency       uuid not null references agencies,
    item         text not null,
    verdict      text check (verdict in ('right', 'wrong', 'unclear')),   -- the assessor's; null: not yet
    note         text,
    case_id      uuid,                        -- the agency's appeal (assessment_appeal)
    appeal       text,                        -- its words
    evidence     text,                        -- as above
    outcome      text check (outcome in ('upheld', 'changed')),
    changed_to   text check (changed_to in ('right', 'wrong', 'unclear')), -- the assessor's own verdict stays
    reply        text,
    decided      timestamptz,
    decided_by   text,
    primary key (assessment, line)
);
comment on table assessment_lines is 'a drawn record, what the assessor found, and what became of an appeal';
create index assessment_lines_agency on assessment_lines (agency, assessment);

create table assessment_finds (
    assessment   uuid not null references assessments,
    agency       uuid not null references agencies,
    item         text not null,
    number       text not null,               -- of a decision found at the agency and not on record
    decided_on   date,
    found        timestamptz not null,
    primary key (assessment, agency, item, number)
);
comment on table assessment_finds is 'decisions an assessor found that are not on record; each became a suspicion of concealment';

create table monitoring_checks (
    check_id     uuid primary key,
    edition      text not null,               -- id of the table in the pack
    indicator    text not null,               -- second level
    state        text not null check (state in ('met', 'gap', 'unknown')),
    gap          text not null,               -- what is missing, in words
    owner        uuid references agencies,    -- who is to close it
    due_on       date,
    at           timestamptz not null,
    by_login     text not null
);
comment on table monitoring_checks is '城市信用状况监测自查: what was entered about an indicator; the latest holds, earlier ones stay';
create index monitoring_checks_latest on monitoring_checks (edition, indicator, at desc);

create table monitoring_evidence (
    edition      text not null,
    indicator    text not null,
    digest       text not null,               -- of the attachment
    name         text not null,
    what         text not null,               -- what it shows
    at           timestamptz not null,
    by_login     text not null,
    removed      timestamptz,                 -- no longer part of the package; the row stays
    primary key (edition, indicator, digest)
);
comment on table monitoring_evidence is '佐证材料 of an indicator, by content';

create table monitoring_ranks (
    month        date not null,               -- first day
    at           timestamptz not null,
    place        integer not null check (place > 0),
    of_cities    integer,                     -- how many are ranked, where the source says so
    source       text not null,               -- where the rank was read
    by_login     text not null,
    primary key (month, at)
);
comment on table monitoring_ranks is 'the national monthly rank as typed in, with its source; the latest of a month holds';
