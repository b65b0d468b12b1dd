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
