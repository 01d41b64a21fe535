-- One row per two parts of a month that share a line: how much of each other they hold.
-- Reads part_lines, as overlap.py says.
with lines as (
    select
        part,
        line,
        min(account) as account,
        count(*) as row_count,
        count(line_id) as named_rows,
        count(*) filter (where is_invoiced) as invoiced_rows
    from part_lines
    group by part, line
),

equals as (
    select
        part,
        all_of_it,
        bool_or(is_cost) as is_cost,
        count(*) as row_count
    from part_lines
    group by part, all_of_it
),

parts as (
    select
        part,
        count(*) as line_count,
        sum(row_count) as row_count,
        sum(named_rows) as named_rows
    from lines
    group by part
),

shared_lines as (
    select line
    from lines
    group by line
    having count(*) > 1
),

shared_equals as (
    select all_of_it
    from equals
    group by all_of_it
    having count(*) > 1
),

candidates as (
    select lines.*
    from lines
    inner join shared_lines
        on lines.line = shared_lines.line
),

same as (
    select
        a.part as older,
        b.part as newer,
        count(*) as same
    from candidates as a
    inner join candidates as b
        on a.line = b.line and a.part < b.part
    group by a.part, b.part
),

equal_candidates as (
    select equals.*
    from equals
    inner join shared_equals
        on equals.all_of_it = shared_equals.all_of_it
),

equal_rows as (
    select
        a.part as older,
        b.part as newer,
        sum(least(a.row_count, b.row_count)) as equal,
        sum(case when a.is_cost then least(a.row_count, b.row_count) else 0 end) as equal_cost
    from equal_candidates as a
    inner join equal_candidates as b
        on a.all_of_it = b.all_of_it and a.part < b.part
    group by a.part, b.part
),

ids as (
    select distinct part, line_id
    from part_lines
    where line_id is not null
),

same_ids as (
    select
        a.part as older,
        b.part as newer,
        count(*) as same_ids
    from ids as a
    inner join ids as b
        on a.line_id = b.line_id and a.part < b.part
    group by a.part, b.part
),

part_accounts as (
    select
        part,
        account,
        count(*) as line_count,
        sum(invoiced_rows) as invoiced_rows
    from lines
    group by part, account
),

-- Only what both have accounts for can tell which of them was invoiced.
common_accounts as (
    select
        same.older,
        same.newer,
        sum(a.line_count) as older_of_newer,
        sum(b.line_count) as newer_of_older,
        sum(a.invoiced_rows) as older_invoiced,
        sum(b.invoiced_rows) as newer_invoiced
    from same
    inner join part_accounts as a
        on same.older = a.part
    inner join part_accounts as b
        on same.newer = b.part and a.account is not distinct from b.account
    group by same.older, same.newer
)

select
    same.older,
    same.newer,
    cast(a.line_count as bigint) as older_lines,
    cast(b.line_count as bigint) as newer_lines,
    cast(a.row_count as bigint) as older_rows,
    cast(b.row_count as bigint) as newer_rows,
    cast(same.same as bigint) as same,
    cast(coalesce(equal_rows.equal, 0) as bigint) as equal,
    cast(coalesce(equal_rows.equal_cost, 0) as bigint) as equal_cost,
    cast(coalesce(same_ids.same_ids, 0) as bigint) as same_ids,
    a.named_rows = a.row_count and b.named_rows = b.row_count as have_ids,
    cast(common_accounts.older_of_newer as bigint) as older_of_newer,
    cast(common_accounts.newer_of_older as bigint) as newer_of_older,
    cast(common_accounts.older_invoiced as bigint) as older_invoiced,
    cast(common_accounts.newer_invoiced as bigint) as newer_invoiced
from same
inner join parts as a
    on same.older = a.part
inner join parts as b
    on same.newer = b.part
inner join common_accounts
    on same.older = common_accounts.older and same.newer = common_accounts.newer
left join same_ids
    on same.older = same_ids.older and same.newer = same_ids.newer
left join equal_rows
    on same.older = equal_rows.older and same.newer = equal_rows.newer
order by same.older, same.newer
