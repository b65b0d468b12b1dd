-- submissions -----------------------------------------------------------------------------------------
create table submissions (                    -- 报送: what was handed in, on its way to a receipt
    submission   uuid primary key,            -- version 7: newest first is by id
    agency       uuid not null,               -- 信源单位
    behalf       uuid,                        -- the agency above it that handed it in (代录)
    way          text not null,
    state        text not null,               -- draft, waiting, queued, running, done, refused, failed, withdrawn, lapsed
    item         text not null,
    profile      text not null,
    file_name    text not null,               -- identity numbers masked
    size         bigint not null,             -- bytes
    digest       bytea not null,              -- SHA-256 of the content and of all that is asked: not of the way
    constants    text not null,               -- canonical JSON, as is `mapping`
    mapping      text not null,
    sheet        text,
    draft        text,                        -- of drafts typed in forms alone: JSON lines, no natural persons
    account      uuid,                        -- who handed it in
    client       text,                        -- the agency's program that handed it in
    key          text,                        -- idempotency key, as sent
    callback     boolean not null,            -- whether its end is told to the agency's system
    created      timestamptz not null,
    changed      timestamptz not null,        -- of the last step
    attempts     integer not null,            -- times that sending was begun
    reviewed_by  uuid,                        -- account that approved or refused
    reviewed_at  timestamptz,
    note         text,                        -- why it was refused
    receipt      uuid,
    error        text                         -- canonical JSON of the refusal; null: none
);
comment on table submissions is '报送在途：内容只在 incoming/ 中，回执发出后即删除；本表不含自然人信息';
create unique index submissions_key on submissions (coalesce(client, agency::text), key) where key is not null;
create index submissions_agency on submissions (agency, submission desc);
create index submissions_behalf on submissions (behalf, submission desc) where behalf is not null;
create index submissions_kept on submissions (changed) where state in ('draft', 'waiting', 'refused');
-- What may have to be removed must not be sampled into pg_statistic.
alter table submissions alter column draft set statistics 0;

create table callbacks (                      -- where an agency's system is told of an end; entered by the office
    agency       uuid primary key,
    url          text not null,
    serial       integer not null,            -- the secret is the home key's HMAC over agency and serial
    set_at       timestamptz not null,
    set_by       text not null
);
comment on table callbacks is '回调地址：只由信用办登记；密钥由本机密钥推算，不入库';
create table callback_deliveries (            -- one message; tried several times
    delivery     uuid primary key,
    submission   uuid not null,
    agency       uuid not null,
    state        text not null,               -- waiting, delivered, given_up
    created      timestamptz not null,
    attempts     integer not null,
    tried_at     timestamptz,
    answer       text                         -- of the last attempt: HTTP status, or what went wrong
);
create index callback_deliveries_submission on callback_deliveries (submission);
create index callback_deliveries_agency on callback_deliveries (agency, delivery desc);
