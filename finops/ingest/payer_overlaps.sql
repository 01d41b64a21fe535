-- One row per two parts that hold the same lines of an account under two payers.
-- Reads part_lines, as overlap.py says.
with lines as (
    select
        part,
        payer,
        account_line,
        count(*) filter (where is_invoiced) as invoiced_rows
    from part_lines
    group by part, payer, account_line
),

parts as (
    select
        part,
        count(*) as line_count,
        sum(invoiced_rows) as invoiced_rows
    from lines
    group by part
),

same as (
    select
        a.part as older,
        b.part as newer,
        count(distinct a.account_line) as same_elsewhere
    from lines as a
    inner join lines as b
        on a.account_line = b.account_line and a.part < b.part and a.payer <> b.payer
    group by a.part, b.part
)

select
    same.older,
    same.newer,
    cast(a.line_count as bigint) as older_lines,
    cast(b.line_count as bigint) as newer_lines,
    cast(a.invoiced_rows as bigint) as older_invoiced,
    cast(b.invoiced_rows as bigint) as newer_invoiced,
    cast(same.same_elsewhere as bigint) as same_elsewhere
from same
inner join parts as a
    on same.older = a.part
inner join parts as b
    on same.newer = b.part
order by same.older, same.newer
