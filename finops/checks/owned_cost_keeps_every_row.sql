-- One row if owning a row of daily cost lost or doubled it.
select
    (select count(*) from facts.daily_cost) as daily_rows,
    (select count(*) from facts.owned_cost) as owned_rows
where (select count(*) from facts.daily_cost) <> (select count(*) from facts.owned_cost)
