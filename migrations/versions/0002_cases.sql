-- cases -----------------------------------------------------------------------------------------------
-- Anything with a clock and an owner. Rows are narrow: one file may return tens of thousands of rows, and
-- each is a case. A case that nobody has touched since it was opened has no step.
create table cases (
    case_id      uuid primary key,            -- 退回编号 where it is about a returned row
    kind         text not null,               -- returned_row, revocation, code, proposal …
    title        text not null,
    owner        uuid not null,               -- agency that has to act
    account      uuid,                        -- its account that has it in hand; null: nobody in particular
    ref          text not null,               -- what it is about: receipt:<uuid>/<line>, record:<uuid> …
    state        text not null,               -- open, seen, answered, contested, closed
    outcome      text,                        -- why it was closed
    due_on       date,                        -- last day in time; null: no term, or none that could be worked out
    basis        text,                        -- Chinese: where the term comes from
    detail       text not null,               -- canonical JSON, text to text
    opener       uuid,                        -- agency that opened it; null: the platform itself
    opened       timestamptz not null,
    changed      timestamptz not null,        -- last step
    closed       timestamptz,
    dedupe       text,                        -- of two open cases with the same one there is only the first
    check ((state = 'closed') = (closed is not null))
);
comment on table cases is 'Anything with a clock and an owner: what waits, for whom, until when';
create unique index cases_dedupe on cases (dedupe) where closed is null and dedupe is not null;
create index cases_owner on cases (owner, due_on, case_id) where closed is null;
create index cases_due on cases (due_on, case_id) where closed is null;
create index cases_kind on cases (kind, due_on, case_id) where closed is null;
-- what the to-do list counts by unit, kind and term is read from this index alone
create index cases_sums on cases (owner, kind, due_on, case_id) where closed is null;
create index cases_account on cases (account, due_on, case_id, owner) where closed is null and account is not null;
create index cases_handed on cases (due_on, case_id, owner) where closed is null and opener <> owner;
create index cases_opened on cases (opened, owner) where closed is null;
create index cases_contested on cases (owner) where state = 'contested';
create index cases_closed on cases (owner, closed) where closed is not null;
create index cases_ended on cases (closed, case_id) where closed is not null;
-- an index is read alone only where the table was swept lately: sooner than the server would by itself
alter table cases set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02);
create index cases_ref on cases (ref collate "C");
create table case_steps (                     -- only ever added to
    step         bigint generated always as identity primary key,
    case_id      uuid not null,
    at           timestamptz not null,
    action       text not null,               -- seen, corrected, contested, handed_over …: the room that opened it knows
    state        text not null,               -- afterwards
    owner        uuid not null,               -- afterwards
    note         text not null,
    account      uuid,                        -- who did it; null: the platform or the command line
    agency       uuid,                        -- for which agency
    actor        text not null                -- as it was called then
);
comment on table case_steps is 'What was done about a case, by whom, when';
create index case_steps_case on case_steps (case_id, step);
