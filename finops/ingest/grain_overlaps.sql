-- One row per two parts that hold the same usage of the same days, one by the hour and the other by
-- the day or month. Reads part_lines, as overlap.py says.
with grains as (
    select
        part,
        usage,
        grain,
        min(charge_start) as first_start,
        max(charge_end) as last_end
    from part_lines
    where usage is not null and grain is not null
    group by part, usage, grain, cast(charge_start as date)
)

select distinct
    a.part as older,
    b.part as newer
from grains as a
inner join grains as b
    on
        a.usage = b.usage
        and a.part < b.part
        and a.grain <> b.grain
        and a.first_start < b.last_end
        and b.first_start < a.last_end
order by a.part, b.part
