-- notices --------------------------------------------------------------------------------------------
-- A message is kept inside whatever leaves the house; what leaves is a delivery each, with its fate.
create table notices (
    notice       uuid primary key,            -- time-ordered
    agency       uuid not null,               -- whom it is for
    account      uuid,                        -- one account of it; null: everybody there
    template     text not null,               -- of the pack's notices
    title        text not null,
    body         text not null,
    short        text,                        -- as a short message; null: not sent as one
    ref          text not null,               -- what it is about: a page of the desk, or case:<uuid>, letter:<uuid> …
    sent         timestamptz not null,
    dedupe       text                         -- one of its kind for this agency and account, ever
);
comment on table notices is 'Messages inside: who was told what, when';
create unique index notices_dedupe on notices (agency, dedupe, account) nulls not distinct where dedupe is not null;
create index notices_agency on notices (agency, notice) where account is null;
create index notices_account on notices (account, notice) where account is not null;
create table notice_reads (                   -- what one account has read
    account      uuid not null,
    notice       uuid not null,
    read_at      timestamptz not null,
    primary key (account, notice)
);
comment on table notice_reads is 'Which account has read which message';
create table notice_marks (                   -- "all read": everything up to here has been
    account      uuid primary key,
    until        uuid not null
);
comment on table notice_marks is 'Up to which message an account has marked all as read';
create table notice_addresses (               -- where an agency, or one account of it, wants messages
    agency       uuid not null,
    account      uuid,
    channel      text not null,               -- mail, sms, webhook
    address      text not null,               -- '' once it was taken away
    serial       integer not null,            -- a new one, and with it a new secret, at each entry
    templates    text[] not null,             -- which messages go there
    set_at       timestamptz not null,
    set_by       text not null
);
comment on table notice_addresses is 'Where messages go besides the desk, and which';
create unique index notice_addresses_whose on notice_addresses (agency, channel, account) nulls not distinct;
create table notice_deliveries (
    delivery     uuid primary key,
    notice       uuid not null,
    agency       uuid not null,
    channel      text not null,
    address      text not null,
    serial       integer not null,            -- of the address, for the webhook's secret
    state        text not null,               -- waiting, delivered, dead
    created      timestamptz not null,
    attempts     integer not null default 0,
    tried_at     timestamptz,
    answer       text                         -- of the other side, or what went wrong
);
comment on table notice_deliveries is 'Messages on their way out: to where, how often tried, what came of it';
create index notice_deliveries_agency on notice_deliveries (agency, delivery);
create index notice_deliveries_left on notice_deliveries (state, delivery) where state <> 'delivered';
create unique index notice_deliveries_once on notice_deliveries (notice, channel, address);

-- queue ----------------------------------------------------------------------------------------------
create table recurring_runs (                 -- work that recurs, one row each: when it last ran, and how it ended
    name         text primary key,
    started      timestamptz not null,
    ended        timestamptz,                 -- null: it runs, or its worker was lost
    outcome      text,                        -- what was done, in Chinese
    failed       boolean not null default false
);
comment on table recurring_runs is 'Work that recurs: when it last ran and what came of it';
