-- access ----------------------------------------------------------------------------------------------
-- Roles besides the first one (reviewer, admin): blanks between. A clerk may review too, never its own.
alter table accounts add column also text not null default '';

create table agency_settings (                -- how an agency wants its submissions handled; no row: as below
    agency          uuid primary key references agencies,
    requires_review boolean not null          -- 审核: a colleague looks before a submission counts as sent
);

create table clients (                        -- programs that act for an agency (OAuth 2.0 client credentials)
    client       text primary key,            -- client_id as handed out
    agency       uuid not null references agencies,
    name         text not null,               -- what the agency calls the program
    scopes       text not null,               -- blanks between, as RFC 6749 writes them
    secret       bytea not null,              -- SHA-256: 256 random bits need no slow hash
    former       bytea,                       -- the secret before a rotation, good until:
    former_until timestamptz,
    created      timestamptz not null,
    disabled     timestamptz
);
create index clients_agency on clients (agency);
create table client_tokens (                  -- bearers; opaque, an hour long
    token        bytea primary key,           -- SHA-256 of the bearer
    client       text not null references clients,
    scopes       text not null,
    created      timestamptz not null,
    expires      timestamptz not null
);
create index client_tokens_client on client_tokens (client);
create index client_tokens_expires on client_tokens (expires);
comment on table agency_settings is 'how an agency wants its submissions handled; one row an agency that changed anything';
comment on table clients is 'programs that act for an agency: OAuth 2.0 client credentials, RFC 6749 section 4.4';
comment on column clients.former is 'SHA-256 of the secret before the last rotation, accepted until former_until';
comment on table client_tokens is 'bearer tokens that are still good, hashed; swept when new ones are issued';

-- Who stands under whom, in two orders and dated: a past figure stays what it was when a body moves.
create table agency_superiors (
    agency       uuid not null references agencies,
    ordering     text not null,               -- place: where it works; line: the body that runs it
    superior     uuid references agencies,    -- null: nobody
    from_on      date not null,
    to_on        date,                        -- first day on which it no longer held
    primary key (agency, ordering, from_on)
);
create index agency_superiors_superior on agency_superiors (superior) where to_on is null;
create table agency_successions (             -- two into one and one into two are several rows
    former       uuid not null references agencies,
    successor    uuid not null references agencies,
    on_day       date not null,               -- the successor's first day in its place
    primary key (former, successor)
);
create index agency_successions_successor on agency_successions (successor);
create table behalf_permissions (             -- 代录: the office allowed one agency to enter for another below it
    upper_agency uuid not null references agencies,
    lower_agency uuid not null references agencies,
    from_on      date not null,
    to_on        date,
    primary key (upper_agency, lower_agency, from_on)
);
create index behalf_permissions_lower on behalf_permissions (lower_agency);
insert into agency_superiors (agency, ordering, superior, from_on)
    select agency, 'place', parent, from_on from agencies;
insert into agency_successions (former, successor, on_day)
    select predecessor, agency, from_on from agencies where predecessor is not null;
alter table agencies drop column parent, drop column predecessor;
comment on table agency_superiors is 'who stands under whom by place and by line, from which day to before which';
comment on column agency_superiors.ordering is 'place (按地域) or line (按条线, 垂直管理); without a line, that of the place holds';
comment on table agency_successions is 'which body took over from which, and from which day';
comment on table behalf_permissions is 'entry on behalf (代录) that the credit office has allowed, with its days';
