-- plans ----------------------------------------------------------------------------------------------
-- Tasks and figures themselves are data of the pack (policies/*/workplans); here is what units say of them.
-- Small tables: some hundred tasks, a few values each a year.

create table plan_entries (
    entry    uuid primary key,
    plan     text not null,               -- ids of the pack
    task     text not null,
    figure   text,                        -- null: a note on the progress of the task
    agency   uuid not null,               -- the unit that says it
    as_of    date not null,               -- the day on which it held
    amount   numeric(18, 6),              -- in the unit of the figure; null: none was given
    words    text not null default '',    -- the note, or a figure that the document gives in words
    evidence text not null default '',    -- what it rests on: a document, a file, a page
    done     boolean not null default false, -- the unit says that the task, or what the words ask, is done
    entered  timestamptz not null,
    account  uuid,                        -- null: the command line
    actor    text not null
);
comment on table plan_entries is 'Values entered by hand and notes on progress; only added to, a correction is a later entry';
create index plan_entries_of on plan_entries (plan, task, entered);

create table plan_reviews (
    review   bigint generated always as identity primary key,
    entry    uuid not null references plan_entries,
    accepted boolean not null,
    note     text not null default '',
    at       timestamptz not null,
    account  uuid,
    actor    text not null
);
create index plan_reviews_of on plan_reviews (entry, review);
comment on table plan_reviews is 'What the credit office said of an entry; the latest counts';

create table plan_bodies (
    meaning  bigint generated always as identity primary key,
    body     text not null,               -- as the document names it
    agency   uuid not null,
    entered  timestamptz not null,
    actor    text not null,
    ended    timestamptz,
    ended_by text
);
comment on table plan_bodies is 'Which agency of the tree a body named in a plan is; a group (各县区) is several';
create unique index plan_bodies_open on plan_bodies (body, agency) where ended is null;

create table plan_charges (
    charge  bigint generated always as identity primary key,
    plan    text not null,
    task    text not null,
    agency  uuid not null,
    account uuid,                         -- null: nobody any more
    at      timestamptz not null,
    actor   text not null
);
create index plan_charges_of on plan_charges (plan, task, agency, charge);
comment on table plan_charges is 'Whose account of a unit has a task in hand; the latest counts; shown to the unit and the office';
