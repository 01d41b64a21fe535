-- One row per two parts of which one names resources and the other doesn't, and that bill the same usage.
-- Their lines can't be compared: an export with resource ids has many where another has one.
with parts as (
    select
        part,
        bool_or(has_resource) as has_resources,
        count(distinct coarse_line) as coarse_lines
    from part_lines
    group by part
),

coarse_lines as (
    select distinct part, coarse_line
    from part_lines
),

same as (
    select
        a.part as older,
        b.part as newer,
        count(*) as same
    from coarse_lines as a
    inner join coarse_lines as b
        on a.coarse_line = b.coarse_line and a.part < b.part
    inner join parts as a_parts
        on a.part = a_parts.part
    inner join parts as b_parts
        on b.part = b_parts.part and a_parts.has_resources <> b_parts.has_resources
    group by a.part, b.part
)

select
    same.older,
    same.newer
from same
inner join parts as a
    on same.older = a.part
inner join parts as b
    on same.newer = b.part
where 2 * same.same > least(a.coarse_lines, b.coarse_lines)
order by same.older, same.newer
