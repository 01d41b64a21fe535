"""The words of an estimate, in English and Korean."""

from functools import partial

from finops.languages import say as say_of

__all__ = ["TEXTS", "say"]

TEXTS: dict[str, tuple[str, str]] = {
    # Sentences.
    "will_end": (
        "{month} will end at {value} effective (80 %: {interval}){against}, as known on {as_of}.",
        "{as_of} 기준 {month}의 유효 비용 추정액은 {value}입니다(80 % 구간: {interval}).{against}",
    ),
    "will_end_about": (
        "{month} will end at {value} effective (80 %: unknown){against}, as known on {as_of}.",
        "{as_of} 기준 {month}의 유효 비용 추정액은 {value}입니다(80 % 구간: 알 수 없음).{against}",
    ),
    "last_bill": (
        "The last bill is of {last}, {days} days before {until}: what came since is not in it.",
        "마지막 청구 데이터는 {last}까지이며 {until}보다 {days}일 앞섭니다. 그 뒤의 비용은 "
        "반영되지 않았습니다.",
    ),
    "not_in_it": (
        "Not in it: {parts}.",
        "포함하지 않은 것: {parts}.",
    ),
    "not_yet_billed": (
        "upfront fees, credits and refunds that the bill does not have yet",
        "청구 데이터에 아직 없는 선납금, 크레딧, 환불",
    ),
    "no_whole_month": (
        "support, tax and monthly fees to come, as the bill has no month before",
        "앞으로의 지원료, 세금, 월 수수료(청구 데이터에 전월이 없음)",
    ),
    "not_budgeted": (
        "The budget leaves out teams without one: {value} of the estimate ({teams}).",
        "예산이 없는 팀은 예산 합계에 없습니다. 추정 중 {value}입니다({teams}).",
    ),
    "others": ("and {number} more", "외 {number}팀"),
    "too_low": (
        "On past days, estimates as far ahead as {first} were too low by {first_share} on average, "
        "as {last} by {last_share} (low by); the months here are not raised by it.",
        "과거에 {first}만큼 앞을 내다본 추정은 평균 {first_share}, {last}만큼은 {last_share} "
        "낮았습니다(과거 미달). 여기의 금액은 그만큼 올리지 않은 값입니다.",
    ),
    "unknown": ("unknown", "알 수 없음"),
    "is_over": ("ended", "마감"),
    "shortfall": ("low by", "과거 미달"),
    "month": ("month", "월"),
    "ended": (
        "{month} ended at {value} effective{against}, as known on {as_of}.",
        "{as_of} 기준 {month}의 유효 비용은 {value}입니다.{against}",
    ),
    "against": (", {parts}", " {parts}습니다."),
    "and": (", ", "고 "),
    "above": ("{share} above {month}", "{month}보다 {share} 많"),
    "below": ("{share} below {month}", "{month}보다 {share} 적"),
    "over": ("{share} over budget", "예산보다 {share} 많"),
    "under": ("{share} under budget", "예산보다 {share} 적"),
    "one_fixed": (
        "{month} if 1 open anomaly is fixed today: {value}.",
        "열린 이상 비용 1건을 오늘 해결하면 {month}은 {value}입니다.",
    ),
    "fixed": (
        "{month} if {number} open anomalies are fixed today: {value}.",
        "열린 이상 비용 {number}건을 오늘 해결하면 {month}은 {value}입니다.",
    ),
    "not_fixed": (
        "{month} if not, at {per_day} a day: {value}.",
        "해결하지 않으면 하루에 {per_day}씩 들어 {month}은 {value}입니다.",
    ),
    "tax_within": (
        "{tax} of it is recoverable tax, which budgets leave out.",
        "이 중 {tax}는 공제받는 부가세이며 예산에는 들어 있지 않습니다.",
    ),
    # Tables.
    "teams": ("Teams, effective cost, tax included", "팀별 유효 비용(부가세 포함)"),
    "ahead": ("The months ahead, effective cost", "앞으로의 월별 유효 비용"),
    "kinds": ("What it is made of", "비용의 구성"),
    "notes": ("Planned orders, plans, and what was missing", "주문 계획, 계획된 변화, 없던 자료"),
    "jumps": ("What jumped", "급변한 비용"),
    "team": ("team", "팀"),
    "service": ("AWS service", "AWS 서비스"),
    "measure": ("cost", "비용"),
    "kind": ("kind", "종류"),
    "note": ("note", "설명"),
    "posted": ("so far", "지금까지"),
    "estimate": ("estimate", "추정"),
    "low": ("80 % from", "80 % 하한"),
    "high": ("80 % to", "80 % 상한"),
    "last_month": ("last month", "지난달"),
    "run_rate": ("run-rate", "단순 환산"),
    "reporting": ("estimate", "추정"),
    "day": ("day", "날짜"),
    "cost_of_day": ("cost", "비용"),
    "expected": ("usual", "평소"),
    "excess": ("change", "증감"),
    "announced": ("announced", "예고된 일"),
    "contributors": ("most of it", "주된 항목"),
    "no_teams": ("No cost of this month is known.", "이달 비용이 없습니다."),
    "no_ahead": ("No month ahead is known.", "앞으로의 달이 없습니다."),
    "no_kinds": ("No cost of this month is known.", "이달 비용이 없습니다."),
    "no_notes": ("It had all that it needs.", "필요한 자료가 모두 있었습니다."),
    "no_jumps": ("Nothing jumped.", "급변한 비용이 없습니다."),
    # The document.
    "title": ("Estimate", "추정"),
    "total": ("total", "합계"),
    "page": ("page", "쪽"),
    "summary": ("Summary", "요약"),
    "said": ("What it says", "요약 설명"),
    "cost": ("The company's month, {currency}", "회사 전체의 달, {currency}"),
    "cost_in": ("In {currency}, at {rate}", "{currency} 환산(환율 {rate})"),
    "by_team": ("By team, {currency}", "팀별, {currency}"),
    "by_service": ("By AWS service, {currency}", "AWS 서비스별, {currency}"),
    "by_kind": ("By kind, {currency}", "종류별, {currency}"),
    "by_month": ("Months ahead, {currency}", "앞으로의 달, {currency}"),
    "moved_team": ("Moved by team, {currency}", "팀별 변동, {currency}"),
    "moved_service": ("Moved by service, {currency}", "서비스별 변동, {currency}"),
    "as_of": ("as of {day}", "{day} 기준"),
    "moved": ("moved", "변동"),
    "moved_since": ("Since the estimate of {day}", "{day} 추정 이후 변동"),
    "no_moved": (
        "No earlier estimate of this month is kept.",
        "이 달에 대해 보관한 이전 추정이 없습니다.",
    ),
    "budget": ("budget", "예산"),
    "left": ("left of it", "예산 잔액"),
    "within_tax": ("of it tax", "그중 부가세"),
    "no_budget": ("no budget", "예산 없음"),
    "budget_note": (
        "Left is the budget less the estimate without recoverable tax, of teams that have one.",
        "예산 잔액은 예산에서 공제받는 부가세를 뺀 추정을 뺀 값이며, 예산이 있는 팀만 더합니다.",
    ),
    "ahead_note": (
        "Low by is what past estimates as far ahead were too low by on average; the months are not "
        "raised by it.",
        "과거 미달은 과거에 그만큼 앞을 내다본 추정이 평균 얼마나 낮았는지이며, "
        "금액에 더하지 않았습니다.",
    ),
    "how_far": ("How far off they were", "과거 추정의 오차"),
    "kept": ("Of estimates that were kept.", "보관한 추정의 기록입니다."),
    "replay": (
        "Nothing is kept of a month that is over: these are estimates as they would have been made "
        "on that day of earlier months.",
        "끝난 달에 대해 보관한 추정이 없어, 지난 달들의 같은 날에 했을 추정입니다.",
    ),
    "scope": ("of", "범위"),
    "when": ("made", "시점"),
    "on_day": ("day {day}", "{day}일"),
    "months_ahead": ("{number} months before", "{number}개월 전"),
    "of_so_many": ("months", "달 수"),
    "error": ("error", "오차"),
    "bias": ("too low −", "과소 −"),
    "inside": ("inside 80 %", "80 % 구간 안"),
    "kept_as": ("Kept as estimates/{name}.", "estimates/{name}에 보관합니다."),
    # Scopes, measures and kinds of charges.
    "company": ("whole company", "회사 전체"),
    "scope_company": ("company", "회사"),
    "scope_team": ("team", "팀"),
    "scope_service": ("service", "서비스"),
    "scope_cost_centre": ("cost centre", "비용 센터"),
    "scope_aws_service": ("AWS service", "AWS 서비스"),
    "scope_item": ("item", "항목"),
    "scope_kind": ("kind", "종류"),
    "billed_cost": ("billed cost", "청구 비용"),
    "effective_cost": ("effective cost", "유효 비용"),
    "kind_usage": ("usage", "사용"),
    "kind_commitment": ("commitments", "약정"),
    "kind_commitment_end": ("commitments that end", "약정 종료"),
    "kind_fee": ("fees", "수수료"),
    "kind_annual_fee": ("annual fees", "연간 수수료"),
    "kind_upfront": ("upfront fees", "선납금"),
    "kind_support": ("support", "지원료"),
    "kind_tax": ("tax", "세금"),
    "kind_credit": ("credits", "크레딧"),
    "kind_refund": ("refunds", "환불"),
    "kind_growth": ("growth", "성장"),
    "kind_planned": ("planned changes", "계획된 변화"),
    # Charts.
    "months": ("What the months will end at", "월별 마감 추정"),
    "as_known": ("{measure}, as known on {as_of}", "{measure}, {as_of} 기준"),
    "interval": ("lines: 80 % interval", "선: 80 % 구간"),
    "interval_of": ("{month}: {value}<br>80 %: {low_high}", "{month}: {value}<br>80 %: {low_high}"),
    "no_scope": ("The estimate has no {scope} {name}.", "추정에 없습니다: {scope} {name}."),
    "record": ("How far off the estimates were", "추정 오차"),
    "missed": ("part of a {scope}'s month that was missed", "{scope}별 한 달 비용 대비 오차"),
    "of_months": ("{number} months", "{number}개월"),
    "no_record": ("No month has been estimated yet that is over.", "추정한 뒤 끝난 달이 없습니다."),
    "naive": ("last month repeated", "지난달 그대로"),
    "day_of_month": ("day of the month", "추정한 날(일)"),
    "missed_on": ("day {day}: {share}", "{day}일: {share}"),
}

# A text of an estimate by key and language, `en` or `ko`, with its values filled in.
say = partial(say_of, TEXTS)
