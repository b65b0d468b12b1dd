-- intake ----------------------------------------------------------------------------------------------
alter table receipts
    add column way text not null default 'file',  -- file, form, api, table, capture
    add column behalf uuid;                       -- agency that entered it on behalf (代录); null: the source itself
