"""The words of statements, in English and Korean."""

from collections.abc import Callable
from functools import partial

from finops.definitions import before_tax
from finops.languages import place_of
from finops.languages import say as say_of
from finops.text import plain

__all__ = ["Say", "say", "term", "words_of"]

Say = Callable[..., str]


# English, Korean.
_TEXTS = {
    "title": ("AWS cost statement", "AWS 비용 명세서"),
    "index_title": ("AWS cost by team", "팀별 AWS 비용"),
    "showback": (
        "Showback: effective cost {before_tax}, commitments spread over what used them",
        "쇼백: 약정 요금을 실제 사용처에 배분한 유효 비용({before_tax})",
    ),
    "chargeback": (
        "Chargeback: the expense that the close books, {before_tax} and without prepaid fees",
        "차지백: 선급비용을 뺀 결산 비용({before_tax})",
    ),
    "draft": (
        "Draft: not all invoices of the month have come, so amounts may change",
        "초안: 인보이스가 모두 오지 않아 금액이 바뀔 수 있습니다",
    ),
    "final": (
        "Final bill: all invoices of the month have come; the month is not closed yet",
        "확정 청구서: 인보이스가 모두 왔으며 아직 결산하지 않았습니다",
    ),
    "closed": (
        "Closed: kept as it was when the month was closed; what changes since is a correction of "
        "the open month",
        "결산 완료: 결산 당시 그대로 보관하며, 이후 변경은 당월 수정 분개로 처리합니다",
    ),
    "all_months": ("From the bill to the expense, month by month", "월별 청구서에서 비용까지"),
    "charged_to_teams": ("Charged to teams", "팀 청구액"),
    "all_months_note": (
        "The steps add up to the expense that the close of a month books, and so do the teams and "
        "what stays with who pays AWS.",
        "각 단계의 합계는 결산이 인식하는 비용이며, 팀 청구액과 AWS 지급 부서 부담의 합계와 "
        "같습니다.",
    ),
    "corrections": ("Corrections of closed months", "결산 완료 월 수정"),
    "month": ("Month", "월"),
    "cost_centre": ("Cost centre", "비용 센터"),
    "account_of": ("Account", "계정"),
    "no_corrections": (
        "The rules and bills of the closed months charge what they did.",
        "결산 완료 월의 청구 금액에 변경이 없습니다.",
    ),
    "corrections_note": (
        "What closed months are charged by the rules and bills of today, less what was charged; "
        "each month adds up to 0. The journal of this month posts it.",
        "현재 규칙과 청구서 기준 금액에서 이미 청구한 금액을 뺀 것으로 월별 합계는 0이며, 당월 "
        "분개장에 들어갑니다.",
    ),
    "reference": ("Reference for questions and disputes", "문의 및 이의 제기 번호"),
    "total": ("Total", "합계"),
    "total_before_tax": ("Total {before_tax}", "합계({before_tax})"),
    "tax_beside": ("Recoverable tax", "공제받는 부가세"),
    "tax_note": ("in the bill, not in the total", "청구서에 있으며 합계에는 없음"),
    "amount": ("amount", "금액"),
    "against_showback": (
        "Effective cost {before_tax} of the month",
        "당월 유효 비용({before_tax})",
    ),
    "against_chargeback": ("Expense of the close", "결산 비용"),
    "kept": (
        "Stays with who pays AWS: corrections, accruals, timing",
        "AWS 지급 부서 부담: 수정, 계상, 시점 차이",
    ),
    "reconciliation": ("From the bill to the statements", "청구서에서 명세서까지"),
    "reconciliation_showback": (
        "Effective cost is {before_tax}, and has upfront fees in the months that use them.",
        "유효 비용은 {before_tax}이며, 선납 요금은 사용한 달에 배분합니다.",
    ),
    "reconciliation_chargeback": (
        "The expense is that of the month's close, by the same accounts; the journal moves it.",
        "비용은 당월 결산과 같은 금액, 같은 계정이며 분개장이 이를 옮깁니다.",
    ),
    "step": ("step", "단계"),
    "used_upfront": (
        "Used of upfront fees, and timing of commitments",
        "선납 요금 사용분과 약정의 시점 차이",
    ),
    "rounded": ("Rounding to cents", "센트 반올림"),
    "all_statements": ("All statements", "명세서 합계"),
    "difference": ("Difference", "차이"),
    "budget": ("Budget", "예산"),
    "no_budget": ("no budget in business/budgets.csv", "business/budgets.csv에 예산 없음"),
    "budget_note": (
        "own effective cost {before_tax} {own} of {budget}, {left} left",
        "예산 {budget} 중 자체 유효 비용({before_tax}) {own}, 잔여 {left}",
    ),
    "change": ("Change", "증감"),
    "against": ("against {month}", "{month} 대비"),
    "first_month": ("the first month loaded", "첫 번째 달이라 비교 대상 없음"),
    "own": ("Own cost", "자체 비용"),
    "shared": ("Shared cost", "공용 비용"),
    "in_reporting": ("In {currency}", "{currency} 환산"),
    "rate_note": ("rate {rate}", "환율 {rate}"),
    "no_rate": (
        "no rate in business/exchange_rates.csv",
        "business/exchange_rates.csv에 환율 없음",
    ),
    "effects": ("Why it changed", "변동 원인"),
    "effect": ("effect", "요인"),
    "effects_note": (
        "Of effective cost {before_tax}, after shared cost is split; the effects add up to the "
        "change.",
        "공용 비용을 배분한 유효 비용({before_tax}) 기준이며, 각 요인의 합은 증감과 같습니다.",
    ),
    "no_effects": (
        "The effects of prices, usage and orders are those of effective cost: see the showback.",
        "가격, 사용량, 주문의 영향은 유효 비용 기준이므로 쇼백 명세서를 참고하세요.",
    ),
    "changes": ("What changed, by AWS service", "AWS 서비스별 증감 내역"),
    "changes_note": (
        "The largest changes; they and the rest add up to the change of the total.",
        "증감이 큰 순서이며, 나머지와 더하면 합계의 증감과 같습니다.",
    ),
    "rest": ("other services", "기타 서비스"),
    "services": ("AWS services", "AWS 서비스별 비용"),
    "service": ("AWS service", "AWS 서비스"),
    "own_service": ("service", "서비스"),
    "before": ("before", "전월"),
    "now": ("now", "당월"),
    "no_service": ("no service", "서비스 없음"),
    "pools": ("Shared cost and how it was split", "공용 비용과 배분 기준"),
    "pool": ("shared by", "공용 조직"),
    "driver": ("split by", "배분 기준"),
    "pool_total": ("to split", "배분 대상 금액"),
    "share": ("share", "배분율"),
    "no_pools": ("No shared cost.", "배분된 공용 비용이 없습니다."),
    "units": ("Unit cost of own services", "자체 서비스의 건당 비용"),
    "units_note": (
        "Effective cost {before_tax} and before shared cost is split, per order; days without "
        "orders are left out.",
        "공용 비용 배분 전 유효 비용({before_tax}) 기준이며, 주문 데이터가 없는 날은 제외합니다.",
    ),
    "no_units": ("No service of this team has cost.", "비용이 발생한 자체 서비스가 없습니다."),
    "cost": ("effective cost", "유효 비용"),
    "orders": ("orders", "주문 수"),
    "per_order": ("per order", "건당 비용"),
    "anomalies": ("Cost that nothing explains", "설명되지 않는 비용"),
    "no_anomalies": ("No cost of this month stands out.", "이번 달에 눈에 띄는 비용이 없습니다."),
    "shared_note": (
        "Of a shared incident, expected, actual and excess are this team's part; what changed is "
        "said of all of it. The parts of all teams, pools too, add up to it.",
        "공동 항목의 예상, 실제, 초과는 이 팀의 몫이고, 변경 내용은 전체에 대한 것입니다. "
        "공용 조직을 포함한 모든 팀의 몫을 더하면 전체와 같습니다.",
    ),
    "account": ("account {account}", "계정 {account}"),
    "shared_incident": (
        "{where}, shared incident of {teams} teams, {excess} in all",
        "{where}, {teams}개 팀의 공동 항목, 전체 {excess}",
    ),
    "marked": ("Unusual, and expected", "예정된 변화로 확인된 비용"),
    "given": ("reason given", "사유"),
    "marked_note": (
        "Somebody said so with: finops anomalies --expected ID --reason TEXT. Its cost is part of "
        "the statement like any other.",
        "다음 명령으로 표시한 항목입니다: finops anomalies --expected ID --reason TEXT. 금액은 "
        "다른 비용과 같이 명세서에 포함됩니다.",
    ),
    "whole_team": ("all AWS services", "모든 AWS 서비스"),
    "where": ("where", "위치"),
    "cause": ("what changed", "변경 내용"),
    "from": ("from", "시작"),
    "to": ("to", "까지"),
    "state": ("state", "상태"),
    "kind": ("kind", "유형"),
    "expected": ("expected", "예상"),
    "actual": ("actual", "실제"),
    "excess": ("excess", "초과"),
    "spike": ("spike", "급증"),
    "level_shift": ("level shift", "수준 변화"),
    "slow_leak": ("slow leak", "점진적 증가"),
    "new_cost": ("new cost", "신규 비용"),
    "returned_cost": ("returned cost", "다시 나타난 비용"),
    "vanished_cost": ("vanished cost", "사라진 비용"),
    "missed_saving": ("missed saving", "놓친 절감"),
    "resources": ("The five largest resources", "비용이 큰 리소스 5개"),
    "resource": ("resource", "리소스"),
    "no_resources": ("No resource of this team is in the bill.", "청구서에 리소스가 없습니다."),
    "resources_note": (
        "Own cost {before_tax}, before sharing.",
        "공용 비용 배분 전 자체 비용({before_tax})입니다.",
    ),
    "questions": ("Open questions", "확인이 필요한 사항"),
    "question": ("question", "내용"),
    "no_questions": ("None.", "없습니다."),
    "q_estimated": (
        "{share} of the bill's lines are not invoiced yet: amounts may still change.",
        "청구서 항목의 {share}가 아직 확정되지 않아 금액이 바뀔 수 있습니다.",
    ),
    "q_incomplete": (
        "Days from {day} on are not complete.",
        "{day} 이후의 데이터는 아직 완전하지 않습니다.",
    ),
    "q_unowned": (
        "{resource}: nobody owns it, {cost} in its last full month. Probably yours ({share}).",
        "{resource}: 소유자 없음, 최근 한 달 {cost}. 이 팀 소유로 추정됩니다({share}).",
    ),
    "q_gap": (
        "{pool} lacked the quantity to split by, or that of some hours, on {days} days; its rule "
        "for such days, or the known hours, were used.",
        "{pool}: {days}일간 배분 기준 수량이 없거나 일부 시간이 빠져, "
        "정해진 대체 규칙이나 남은 시간의 수량을 적용했습니다.",
    ),
    "q_budget": ("There is no budget for this month.", "이번 달 예산이 없습니다."),
    "q_over": (
        "The budget is passed by {over}.",
        "예산을 {over} 초과했습니다.",
    ),
    "q_orders": (
        "{service}: orders of {days} days are not known, so its cost per order leaves them out.",
        "{service}: {days}일의 주문 수를 알 수 없어 건당 비용에서 제외했습니다.",
    ),
    "q_rate": (
        "No exchange rate from {currency} to {reporting}: add it to business/exchange_rates.csv.",
        "{currency}→{reporting} 환율이 없습니다. business/exchange_rates.csv에 추가하세요.",
    ),
    "trust": ("How far to trust the numbers", "숫자의 신뢰도"),
    "deliveries": ("deliveries", "수신 횟수"),
    "last_charge": ("last charge", "마지막 사용일"),
    "invoiced": ("invoiced", "확정 비율"),
    "billed": ("billed", "청구 비용"),
    "effective": ("effective", "유효 비용"),
    "residual": ("residual", "청구서와의 차이"),
    "unowned": ("unowned", "소유자 없음"),
    "lines": ("Lines", "상세 내역"),
    "why": ("Every line and why it is yours", "상세 내역과 귀속 사유"),
    "why_note": (
        "The weight is the line's part of what the pool had to split. The whole tree, down to the "
        "charges: {command}; the workbook has the command of each line.",
        "가중치는 공용 조직의 배분 대상 중 이 항목의 비율입니다. 청구 항목까지의 전체 근거: "
        "{command}; 항목별 명령은 엑셀 파일에 있습니다.",
    ),
    "weight": ("weight", "가중치"),
    "command": ("what shows the whole tree", "전체 근거를 보는 명령"),
    "file_line": ("{file} line {line}", "{file} {line}행"),
    "no_reason": ("nothing names an owner", "소유자 정보 없음"),
    "more_reasons": ("{count} more", "외 {count}건"),
    "from_pool": ("{pool}, split by {driver}", "{pool}, 배분 기준: {driver}"),
    "moved_from_pool": ("{driver} from {pool}", "{pool}의 {driver}"),
    "without_pool": ("own", "자체"),
    "no_centre": ("none", "없음"),
    "part": ("part", "구분"),
    "category": ("charge category", "과금 유형"),
    "centre": ("cost centre", "비용 센터"),
    "reason": ("why it is yours", "귀속 사유"),
    "team": ("team", "팀"),
    "executive": ("AWS cost on one page", "AWS 비용 한눈에 보기"),
    "cost_per_order": ("Cost of one order {before_tax}", "주문 1건당 비용({before_tax})"),
    "cost_to_revenue": ("Cost to revenue {before_tax}", "매출 대비 비용({before_tax})"),
    "budget_left": ("Budget less cost {before_tax}", "예산 잔액({before_tax})"),
    "of_budget": ("{share} of the budget is used", "예산의 {share} 사용"),
    "no_measure": ("no data in business/ for every day", "business/에 매일의 데이터가 없음"),
    "moved_teams": ("What changed most, by team", "팀별 주요 증감"),
    "budgets": ("Budgets, own cost {before_tax}", "예산 대비 자체 비용({before_tax})"),
    "used": ("used", "사용률"),
    "left": ("left", "잔액"),
    "all": ("all", "전체"),
    "others": ("others", "기타"),
    "cost_of_month": ("Effective cost {before_tax}", "유효 비용({before_tax})"),
    "without_budget": ("without a budget", "예산 없음"),
    "no_budgets": (
        "No budgets in business/budgets.csv.",
        "business/budgets.csv에 예산이 없습니다.",
    ),
    "trust_line": (
        "The statements of all teams are {total} {currency} of effective cost {before_tax}. The "
        "bill is {bill}, {tax} of it recoverable tax, and our sum of it differs by {residual}. "
        "{invoiced} of its lines are invoiced, the last "
        "charge is of {day}, and {unowned} of the cost has no owner.",
        "모든 팀의 명세서 합계는 유효 비용({before_tax}) {total} {currency}이고, 청구서는 "
        "{bill}(공제받는 부가세 {tax} 포함), 합산 차이는 "
        "{residual}입니다. 청구서 항목의 {invoiced}가 확정되었고, 마지막 사용일은 {day}, "
        "소유자 없는 비용은 {unowned}입니다.",
    ),
    "trend": (
        "The lines are the months from {first} to {last}.",
        "선은 {first}부터 {last}까지의 월별 추이입니다.",
    ),
    "no_owner": ("No owner", "소유자 없음"),
    "page": ("Page", "페이지"),
    "footer": (
        "Parts are rounded so that they add up; the index leads from the bill to all statements "
        "of a month. Months and days are UTC, as the bill has them.",
        "각 금액은 합계가 맞도록 반올림했으며, 목록에서 청구서와 한 달의 모든 명세서를 대조합니다. "
        "날짜는 청구서와 같이 UTC 기준입니다.",
    ),
    "index_note": (
        "The statements add up to it to the last cent; below is what leads there from the bill.",
        "명세서의 합계는 마지막 자리까지 일치하며, 아래에서 청구서와 대조합니다.",
    ),
}

# Words of the tables: what decides an owner, what a pool is split by, charge categories of FOCUS.
_TERMS = {
    "resource": ("list of resources", "리소스 목록"),
    "tag": ("tag", "태그"),
    "rule": ("rule", "규칙"),
    "relationship": ("belongs to", "연결된 리소스"),
    "account": ("default of account", "계정 기본값"),
    "unowned": ("nothing names an owner", "소유자 정보 없음"),
    "effective_cost": ("own effective cost", "자체 유효 비용"),
    "even": ("equal parts", "균등 배분"),
    "fixed": ("agreed shares", "합의된 비율"),
    "split_cost": ("pods on its nodes", "노드의 파드 사용량"),
    "idle": ("left idle by pods", "파드가 쓰지 않은 유휴분"),
    "orders": ("orders", "주문 수"),
    "messages": ("messages", "메시지 수"),
    "requests": ("requests", "요청 수"),
    "commitment_benefit": ("benefit of commitments", "약정 절감액"),
    "Usage": ("Usage", "사용"),
    "Purchase": ("Purchase", "구매"),
    "Tax": ("Tax", "세금"),
    "Credit": ("Credit", "크레딧"),
    "Adjustment": ("Adjustment", "조정"),
}


def say(key: str, language: str, **values: str) -> str:
    """Return a text of a statement in `en` or `ko`, with its values and what cost it is of."""
    return say_of(_TEXTS, key, language, before_tax=before_tax(language), **values)


def words_of(language: str) -> Say:
    """Return `say` in one language."""
    return partial(say, language=language)


def term(text: str, language: str) -> str:
    """Return a word of our own tables in `language`; a driver's name of the company as it is."""
    known = _TERMS.get(text)
    return known[place_of(language)] if known else plain(text, 40).replace("_", " ")
