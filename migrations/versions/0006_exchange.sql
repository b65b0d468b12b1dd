-- exchange --------------------------------------------------------------------------------------------
create table exchanges (                      -- 库表交换; the address of the database is never here (decision 28)
    exchange     uuid primary key,
    agency       uuid not null,
    name         text not null,
    item         text not null,
    profile      text not null,
    dialect      text not null,               -- postgresql, mariadb
    outbox       text not null,               -- table in the agency's database that the agency fills
    batch_rows   integer not null,
    created      timestamptz not null,
    removed      timestamptz,
    last_run     timestamptz,
    last_code    text,                        -- refusal that ended the last run; null: it went well
    last_said    text
);
create unique index exchanges_name on exchanges (name) where removed is null;

create table exchange_batches (               -- a fixed list of rows, noted before the intake runs
    batch        uuid primary key,
    exchange     uuid not null,
    number       integer not null,            -- 1, 2, 3 … within the exchange
    state        text not null,               -- claiming, written, entered, done
    begun        timestamptz not null,
    finished     timestamptz,
    taken        integer not null default 0,  -- rows
    refused      integer not null default 0,  -- of these, not handed to the intake
    first_row    text,                        -- the agency's own row ids: the range of the batch
    last_row     text,
    sha256       text,                        -- of the file that the intake is given
    receipt      uuid,
    counts       text not null default '{}',  -- rows by outcome, as the receipt counts them; JSON
    unique (exchange, number)
);
create unique index exchange_batches_open on exchange_batches (exchange) where state <> 'done'; -- one at a time

create table exchange_rows (                  -- of the open batch alone; gone when the agency has its answer
    batch        uuid not null,
    place        integer not null,            -- 1, 2, 3 …
    row_id       text not null,               -- the agency's own
    line         integer,                     -- in the batch's file; null: it has none
    fault        text,                        -- why
    primary key (batch, place)
);
alter table exchange_rows alter column row_id set statistics 0;
comment on table exchanges is '库表交换：每行是一个单位的一张待报表；连接地址不在库中';
comment on table exchange_batches is '批次清单：先记清单与摘要，后校核入账，可以从任何一步接着做完';
comment on table exchange_rows is '未完批次的行号对照；写回结果后即删';
