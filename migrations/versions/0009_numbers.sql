-- intake ----------------------------------------------------------------------------------------------
alter table receipts
    add column way text not null default 'file',  -- file, form, api, table, capture
    add column behalf uuid;                       -- agency that entered it on behalf (代录); null: the source itself

alter table returned_rows add column case_id uuid; -- 退回编号; a row returned again stays in the same case
create index returned_rows_case on returned_rows (case_id);

-- Numbers that an agency declares as void (作废): nothing here names or describes a person.
create table number_declarations (
    declaration  uuid primary key,
    agency       uuid not null,               -- whose numbers they are
    item         text not null,
    first        text not null,               -- as typed; `last` is the same where it is a single number
    last         text not null,
    numbers      integer not null,            -- how many lie between them, both included
    reason       text not null,
    declared     timestamptz not null,
    account      uuid,                        -- null: the command line
    actor        text not null,
    withdrawn    timestamptz,
    withdrawn_by text
);
comment on table number_declarations is 'Document numbers declared void, by whom, when and why';
create index number_declarations_agency on number_declarations (agency, declared);
alter table number_register add column declaration uuid; -- for why = voided; null: the row was about a person
create index number_register_declaration on number_register (declaration) where declaration is not null;
create index number_register_list on number_register (agency, why, item, number);

-- Decisions changed or revoked: when it happened, when we were told, until when the record had to go.
create table revocations (
    case_id      uuid primary key,            -- the case that watches the term
    record       uuid not null,
    agency       uuid not null,               -- that reported it
    item         text not null,
    document     text,
    what         text not null,               -- changed, revoked
    happened_on  date not null,
    reported_on  date not null,
    due_on       date,                        -- null: no verified term for this item, or no calendar for the year
    done_on      date,
    how          text                         -- withdrawn, corrected
);
comment on table revocations is 'Decisions changed or revoked (行政处罚法 art. 48): reported, due, done';
create index revocations_record on revocations (record);
create index revocations_agency on revocations (agency, happened_on);
alter table revocations alter column document set statistics 0;
