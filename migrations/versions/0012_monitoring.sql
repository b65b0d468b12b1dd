-- ledger ---------------------------------------------------------------------------------------------
-- Late records are few; without an index of their own a list of them would walk over everything held.
create index records_late on records (received_on, source) where received_on > due_on;

-- monitoring -----------------------------------------------------------------------------------------
create table watch_runs (                     -- one row a run; also what two runs at once wait for
    run          uuid primary key,
    at           timestamptz not null,
    actor        text not null,
    counts       text not null                -- canonical JSON, text to whole number
);
comment on table watch_runs is 'Runs of the watching: when, by whom, what was found';
create index watch_runs_at on watch_runs (at desc);

create table silence_alerts (                 -- an agency of which fewer records of an item came than ever before
    alert        uuid primary key,
    case_id      uuid not null,
    agency       uuid not null,
    item         text not null,
    how          text not null,               -- fewer (than its history lets expect), never (nothing at all came)
    from_month   date not null,               -- first days of months, both included
    to_month     date not null,
    held         integer not null,
    expected     numeric,                     -- records in those months; null where there is no history
    chance       numeric,                     -- of so few or fewer, had nothing changed; null likewise
    evidence     text not null,               -- canonical JSON, text to text
    raised       timestamptz not null,
    ended        timestamptz,
    outcome      text                         -- arrived, declared, explained, ended
);
comment on table silence_alerts is 'Silence (no data where data were to be expected), each with its case';
create unique index silence_alerts_open on silence_alerts (agency, item) where ended is null;
create index silence_alerts_agency on silence_alerts (agency, item, raised desc);

create table gap_stretches (                  -- what the last run saw: rewritten by each
    agency       uuid not null,               -- that reported the lower neighbour
    item         text not null,
    series       text not null,               -- what stands before the year in the number, normalised
    year         integer not null,
    first        integer not null,            -- first and last number between the neighbours
    last         integer not null,
    missing      integer not null,            -- of those between them, not held, not registered, not returned
    verdict      text not null,               -- suspected, waiting, unclear
    reason       text not null,               -- why it is not suspected; '' where it is
    due_on       date,                        -- last day on which the missing ones are in time
    evidence     text not null,               -- canonical JSON: neighbours with number, date, receipt
    lower_record uuid,                        -- the neighbours: an erasure of one empties what is said of it
    upper_record uuid,
    primary key (series, year, first)
);
comment on table gap_stretches is 'Gaps in series of document numbers, as the last run judged them';
create index gap_stretches_agency on gap_stretches (agency, verdict, item, year);

create table watch_lists (                    -- a list that somebody gave to be compared with what is held
    list         uuid primary key,
    agency       uuid not null,               -- whose decisions it lists
    item         text not null,
    origin       text not null,               -- agency, audit, website, self
    file_name    text not null,
    file_sha256  text not null,
    self_check   boolean not null,            -- by the agency itself: nothing is raised from it
    given        timestamptz not null,
    account      uuid,
    actor        text not null,
    counts       text not null,               -- canonical JSON: outcome to number of lines
    from_on      date,                        -- days of decision that it spans
    to_on        date,
    raised       timestamptz,                 -- when suspicions were raised from it
    raised_count integer
);
comment on table watch_lists is 'Lists compared record by record with what is held';
create index watch_lists_agency on watch_lists (agency, given desc);
create table watch_list_lines (               -- of lines about natural persons the number alone
    list         uuid not null references watch_lists,
    line         integer not null,            -- of the file; negative: held and not listed
    outcome      text not null,
    number       text,
    party        text,
    code         text,
    decided_on   date,
    near         text,                        -- what came nearest, in words
    record       uuid,
    primary key (list, line)
);
comment on table watch_list_lines is 'Line by line: held, missing, near, or held and not listed';
create index watch_list_lines_record on watch_list_lines (record) where record is not null;
create index watch_list_lines_outcome on watch_list_lines (list, outcome, line);
