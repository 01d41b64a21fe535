"""Say what a closing pack says, in English and Korean."""

from functools import partial

from finops.languages import say as say_of

__all__ = ["TEXTS", "kind_text", "part_text", "say"]

TEXTS: dict[str, tuple[str, str]] = {
    "title": ("Month-end close", "월 결산"),
    "summary": ("Summary", "요약"),
    "bill_to_expense": ("From the bill to the expense", "청구서에서 비용까지"),
    "expense_accounts": ("Expense by account", "계정별 비용"),
    "recognition": ("Recognition", "회계 처리"),
    "journal": ("Journal", "분개장"),
    "accruals": ("Accruals and true-up", "미지급비용 정산"),
    "exchange_table": ("Payments and exchange", "지급과 환차손익"),
    "prepaid": ("Prepaid, {currency}", "선급비용, {currency}"),
    "amortised_table": ("Amortisation and the bill", "상각과 청구서 대조"),
    "own_amortised": ("By hours, {currency}", "시간 기준, {currency}"),
    "bill_amortised": ("In the bill, {currency}", "청구서, {currency}"),
    "compared": ("Compared", "대조"),
    "compared_bill": ("agrees", "일치"),
    "compared_wrong": ("DIFFERS: can't be closed", "불일치: 마감할 수 없음"),
    "compared_told": ("as business/prepaid.csv says", "business/prepaid.csv 기준"),
    "compared_absent": ("the bill doesn't say", "청구서에 없음"),
    "due": ("Commitments", "약정 공시"),
    "credits": ("Credits and refunds", "크레딧과 환불"),
    "marketplace": ("Marketplace", "마켓플레이스"),
    "support": ("Support", "지원료"),
    "taxes": ("Tax by entity", "법인별 부가세"),
    "variance": ("Variance", "증감 분석"),
    "jumps": ("Jumps of the last week", "마지막 주 급변"),
    "day": ("Day", "날짜"),
    "team": ("Team", "팀"),
    "cost_of_day": ("Cost, {currency}", "비용, {currency}"),
    "usual": ("Usual, {currency}", "평소, {currency}"),
    "announced": ("Announced", "예고된 일"),
    "contributors": ("Most of it", "주된 항목"),
    "no_jumps": (
        "No team and AWS service jumped in the last week of the month.",
        "그달 마지막 주에 급변한 팀과 AWS 서비스가 없습니다.",
    ),
    "jumps_note": (
        "The 20 largest; usage compared with the same weekdays before.",
        "큰 것 20건이며 앞선 같은 요일의 사용 비용과 비교합니다.",
    ),
    "corrections": ("Corrections", "전월 수정"),
    "restated": ("Restated {month}", "{month} 재작성"),
    "final": ("final bill", "확정 청구서"),
    "not_final": (
        "bill not final: what has no invoice is accrued",
        "미확정 청구서: 인보이스 없는 금액은 미지급비용",
    ),
    "bill": ("Bill", "청구액"),
    "before_credits": ("{value} before credits", "크레딧 전 {value}"),
    "expense": ("Expense of the month", "당월 비용"),
    "step": ("Step", "단계"),
    "amount": ("Amount, {currency}", "금액, {currency}"),
    "step_bill": ("The bill, tax included", "청구서 (부가세 포함)"),
    "step_vat": ("Tax, a receivable", "부가세 (대급금)"),
    "step_upfront": ("Upfront fees of the month, prepaid", "당월 선납 요금 (선급비용)"),
    "step_amortised": ("Used of prepaid fees", "선급비용 상각"),
    "step_accrued": ("Accrued, not on the bill yet", "청구서에 아직 없는 계상액"),
    "step_earlier": ("Corrections of earlier months", "이전 달 수정"),
    "step_since": ("Changed on the bill since the close", "결산 이후 청구서 변경"),
    "step_rounding": ("Rounding of invoices and fees to cents", "인보이스·요금의 센트 반올림"),
    "step_note": (
        "Credits and refunds are in the bill. The total is what the journal books as expense, and "
        "what a chargeback of the month moves to the cost centres.",
        "크레딧과 환불은 청구서에 들어 있습니다. 합계는 분개장의 비용이며, 당월 차지백이 비용 "
        "센터로 옮기는 금액입니다.",
    ),
    "accounts_note": (
        "In the books at the rate of each invoice, and of each upfront fee when it was paid.",
        "장부 금액은 인보이스별 환율, 선납 요금은 지급 당시 환율입니다.",
    ),
    "no_expense": ("The month has no expense.", "당월 비용이 없습니다."),
    "prepaid_left": ("Prepaid", "선급비용 잔액"),
    "of_which_later": ("{value} after a year", "1년 뒤 {value}"),
    "accrued": ("Accrued", "미지급비용"),
    "rate_of": ("1 {currency} = {rate} {books}", "1 {currency} = {rate} {books}"),
    "no_invoice": ("without invoice", "인보이스 없음"),
    "entry": ("For the books", "회계 항목"),
    "account": ("Account", "계정"),
    "code": ("Code", "코드"),
    "line_type": ("Line item type", "항목 유형"),
    "entity": ("Billing entity", "청구 주체"),
    "seller": ("Invoiced by", "인보이스 발행 법인"),
    "legal": ("Legal entity", "판매 법인"),
    "invoice": ("Invoice", "인보이스"),
    "lines": ("Lines", "행 수"),
    "billed": ("Billed, {currency}", "청구액, {currency}"),
    "books": ("Books, {currency}", "장부, {currency}"),
    "document": ("Document", "전표"),
    "kind": ("What", "내용"),
    "month": ("Month", "월"),
    "debit": ("Debit, {currency}", "차변, {currency}"),
    "credit": ("Credit, {currency}", "대변, {currency}"),
    "was_accrued": ("Accrued, {currency}", "계상액, {currency}"),
    "reversed": ("Reversed, {currency}", "취소, {currency}"),
    "invoiced": ("Invoiced, {currency}", "인보이스, {currency}"),
    "true_up": ("True-up, {currency}", "정산 차액, {currency}"),
    "paid": ("Paid, {currency}", "지급액, {currency}"),
    "stood_at": ("Stood at, {currency}", "장부액, {currency}"),
    "by_paying": ("By paying, {currency}", "외환차손익, {currency}"),
    "by_valuing": ("By valuing, {currency}", "외화환산손익, {currency}"),
    "gain": ("Gain, {currency}", "손익 합계, {currency}"),
    "commitment": ("Commitment", "약정"),
    "ends": ("Ends (UTC)", "종료 (UTC)"),
    "hours_left": ("Hours left", "남은 시간"),
    "term_hours": ("Hours of term", "전체 시간"),
    "rate": ("Rate", "환율"),
    "open": ("Open", "기초"),
    "bought": ("Bought", "증가"),
    "moved": ("Moved", "대체"),
    "amortised": ("Amortised", "상각"),
    "refunded": ("Refunded", "환불"),
    "closing": ("Close", "기말"),
    "current": ("Current", "유동"),
    "non_current": ("Non-current", "비유동"),
    "hourly": ("An hour", "시간당"),
    "within_1_year": ("Within 1 year", "1년 이내"),
    "in_1_to_3_years": ("1 to 3 years", "1~3년"),
    "after_3_years": ("After 3 years", "3년 초과"),
    "service": ("AWS service", "AWS 서비스"),
    "text": ("Text", "적요"),
    "this_month": ("This month, {currency}", "당월, {currency}"),
    "so_far": ("So far, {currency}", "누계, {currency}"),
    "last": ("Last", "최근 월"),
    "base": ("Of, {currency}", "대상 금액, {currency}"),
    "share": ("Share", "비율"),
    "tax": ("Tax, {currency}", "부가세, {currency}"),
    "before": ("{month}, {currency}", "{month}, {currency}"),
    "change": ("Change", "증감"),
    "volume": ("Volume", "물량"),
    "mix": ("Mix", "구성"),
    "price": ("Price", "단가"),
    "new": ("New", "신규"),
    "gone": ("Ended", "종료"),
    "fees": ("Fees", "수수료"),
    "credits_part": ("Credits", "크레딧"),
    "tax_part": ("Tax", "부가세"),
    "support_part": ("Support", "지원료"),
    "other": ("Other", "기타"),
    "sub_account": ("Account", "계정"),
    "total": ("Total", "합계"),
    "difference": ("Difference", "차이"),
    "adds_up": (
        "Adds up to the bill of {bill}; that invoices are rounded makes {difference}.",
        "청구서 {bill}와 합계가 맞습니다. 인보이스마다 반올림한 차이는 {difference}입니다.",
    ),
    "balanced": ("Debits are credits in every document.", "모든 전표에서 차변과 대변이 같습니다."),
    "by_hours": (
        "Hours left / hours of the term × what was paid, at the rate that it was booked at.",
        "남은 시간 ÷ 전체 시간 × 지급액이며 처음 기장한 환율을 씁니다.",
    ),
    "amortised_note": (
        "Rounding is two coins, and an hour of a fee in a month in which its term starts or ends. "
        "A month in which more differs is not closed.",
        "반올림은 최소 단위 둘까지이며 기간이 시작하거나 끝나는 달에는 한 시간분까지입니다. "
        "더 차이 나는 달은 마감하지 않습니다.",
    ),
    "due_note": (
        "Still to be paid by the hour. Shortfalls of an enterprise discount are in its contract.",
        "앞으로 시간당 낼 금액입니다. 기업 할인의 부족액은 계약서에 있습니다.",
    ),
    "credits_note": (
        "The balance of a credit and its expiry are not in the bill.",
        "크레딧의 잔액과 만료일은 청구서에 없습니다.",
    ),
    "marketplace_note": (
        "The bill doesn't tell the term of a contract: one billed in one sum may be a prepayment.",
        "청구서에는 계약 기간이 없습니다. 한 번에 청구된 계약은 선급비용일 수 있습니다.",
    ),
    "variance_note": (
        "Effective cost, at last month's prices. Other: discount lines and unused commitments.",
        "유효 비용 기준이며 전월 단가로 계산합니다. 기타는 할인 행과 미사용 약정입니다.",
    ),
    "no_accruals": ("Nothing was accrued before.", "앞서 계상한 미지급비용이 없습니다."),
    "exchange_note": (
        "Below 0 is a loss. By valuing: unpaid debt at the rate of the month, less what was valued "
        "before.",
        "0보다 작으면 손실입니다. 외화환산은 미지급 채무의 당월 평가에서 앞선 평가를 뺀 것입니다.",
    ),
    "no_exchange": (
        "No invoice was paid, and no debt of earlier months is listed as open.",
        "지급한 인보이스나 미지급으로 등록된 전월 이전 채무가 없습니다.",
    ),
    "no_prepaid": ("No upfront fee is open.", "남은 선납금이 없습니다."),
    "no_amortised": ("No upfront fee is used.", "상각할 선납금이 없습니다."),
    "no_due": ("No commitment runs on.", "진행 중인 약정이 없습니다."),
    "no_credits": ("No credit or refund so far.", "크레딧이나 환불이 없습니다."),
    "no_marketplace": ("Nothing from other sellers.", "다른 판매자의 청구가 없습니다."),
    "no_support": ("No support in this bill.", "이 청구서에 지원료가 없습니다."),
    "support_accrued": (
        "Not billed yet: {value} is accrued, by the tiers of the plan that the last month paid.",
        "아직 청구되지 않아 전월 요금제의 구간으로 {value}를 계상했습니다.",
    ),
    "no_taxes": ("Nothing was billed.", "청구된 것이 없습니다."),
    "no_variance": ("There is no month before.", "비교할 전월이 없습니다."),
    "no_corrections": ("No closed month has changed.", "마감한 달에 바뀐 것이 없습니다."),
    "no_restated": ("No line has changed.", "바뀐 행이 없습니다."),
    "no_recognition": ("Nothing was billed.", "청구된 것이 없습니다."),
    "no_journal": ("Nothing to book.", "분개할 것이 없습니다."),
    "footer": (
        "Exact amounts are in the journal; close.json has the SHA-256 of every file that was used.",
        "정확한 금액은 분개장에 있고, close.json에 사용한 모든 파일의 SHA-256이 있습니다.",
    ),
    "page": ("Page", "쪽"),
    "cloud_expense": ("cloud expense", "클라우드 비용"),
    "unused_commitment_expense": ("unused commitment", "미사용 약정"),
    "support_expense": ("support", "지원료"),
    "marketplace_expense": ("other seller", "다른 판매자"),
    "prepaid_current": ("prepaid", "선급비용"),
    "vat_receivable": ("VAT receivable", "부가세대급금"),
    "charges": ("charges", "이용료"),
    "unused": ("unused commitments", "미사용 약정"),
    "amortisation": ("amortisation", "상각"),
    "non_current_moved": ("current and non-current", "유동성 대체"),
    "reversal": ("accrual reversed", "미지급비용 취소"),
    "invoiced_kind": ("invoiced after accrual", "계상분 인보이스"),
    "correction": ("correction of a closed month", "마감월 수정"),
    "payment": ("payment", "지급"),
    "exchange": ("exchange difference paid", "외환차손익"),
    "revaluation": ("exchange difference of debt", "외화환산손익"),
}
# Parts of the variance and kinds of documents whose word is that of a column too.
_PARTS = {"tax": "tax_part", "credits": "credits_part", "support": "support_part"}
_KINDS = {"non_current": "non_current_moved", "invoiced": "invoiced_kind"}


# A text of the pack by key and language, `en` or `ko`, with its values filled in.
say = partial(say_of, TEXTS)


def part_text(part: str, language: str) -> str:
    """Return what a part of the variance is called."""
    return say(_PARTS.get(part, part), language)


def kind_text(kind: str, language: str) -> str:
    """Return what a kind of document is called."""
    return say(_KINDS.get(kind, kind), language)
