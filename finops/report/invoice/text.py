"""The words of the invoice check, in English and Korean."""

from functools import partial

from finops.languages import say as say_of

__all__ = ["say"]

# English, Korean.
_TEXTS = {
    "title": ("Does the invoice agree with the bill?", "인보이스와 청구 데이터가 일치하는가?"),
    "agrees": (
        "Every invoice is what the bill says, but for rounding.",
        "모든 인보이스가 반올림 차이를 제외하고 청구 데이터와 일치합니다.",
    ),
    "agrees_explained": (
        "Every difference between invoices and bill is explained.",
        "인보이스와 청구 데이터의 모든 차이가 설명됩니다.",
    ),
    "disagrees": (
        "{number} difference(s) are not explained: ask AWS, or load the newest bill.",
        "설명되지 않은 차이 {number}건: AWS에 문의하거나 최신 청구 데이터를 불러오세요.",
    ),
    "payer": ("payer", "지급 계정"),
    "months": ("Months", "월별 확인"),
    "month": ("month", "월"),
    "number": ("invoices", "인보이스 수"),
    "verdict": ("verdict", "결과"),
    "no_invoices": (
        "There is no invoice: put JSON or CSV files into the folder invoices/ of the project.",
        "인보이스가 없습니다. 프로젝트의 invoices/ 폴더에 JSON이나 CSV 파일을 넣으세요.",
    ),
    "invoices": ("Invoices", "인보이스"),
    "invoice": ("invoice", "인보이스"),
    "seller": ("seller", "판매자"),
    "invoiced": ("invoiced", "인보이스 금액"),
    "billed": ("in the bill", "청구 데이터 금액"),
    "difference": ("difference", "차이"),
    "open": ("not explained", "설명되지 않음"),
    "total": ("total", "합계"),
    "no_invoice_id": ("none yet", "아직 없음"),
    "items": ("What the invoices are made of", "인보이스 구성"),
    "item": ("item", "항목"),
    "items_note": (
        "Data transfer is a service of its own on an invoice; in the bill it is part of what "
        "caused it, such as AmazonEC2.",
        "데이터 전송은 인보이스에서는 별도 서비스이고, 청구 데이터에서는 AmazonEC2처럼 이를 "
        "발생시킨 서비스에 포함됩니다.",
    ),
    "services": ("AWS services", "AWS 서비스"),
    "data_transfer": ("data transfer", "데이터 전송"),
    "support": ("support", "지원료"),
    "marketplace": ("Marketplace", "Marketplace"),
    "charges": ("charges", "요금"),
    "credits": ("credits", "크레딧"),
    "tax": ("tax", "세금"),
    "differences": ("Differences and why", "차이와 원인"),
    "no_differences": ("There is none.", "차이가 없습니다."),
    "why": ("why", "원인"),
    "explained": ("explained", "설명됨"),
    "yes": ("yes", "예"),
    "no": ("no", "아니요"),
    "where": ("where", "위치"),
    "evidence": ("evidence", "근거"),
    "conversions": ("In other currencies", "다른 통화 금액"),
    "no_conversions": (
        "No file gives amounts in another currency.",
        "다른 통화 금액이 있는 파일이 없습니다.",
    ),
    "conversions_note": (
        "Expected is the invoice's amount times its own rate. Two coins of rounding are allowed.",
        "예상 금액은 인보이스 금액에 인보이스의 환율을 곱한 값이며, 최소 단위 2개까지의 반올림을 "
        "허용합니다.",
    ),
    "purpose": ("for", "용도"),
    "payment": ("payment", "결제"),
    "rate": ("rate", "환율"),
    "expected": ("expected", "예상"),
    "stated": ("stated", "기재 금액"),
    "rules": ("Is the bill itself right?", "청구 데이터 자체는 올바른가?"),
    "rule": ("question", "점검 항목"),
    "found": ("found", "발견"),
    "over": ("billed too much", "과다 청구"),
    "under": ("billed too little", "과소 청구"),
    "state": ("state", "상태"),
    "nothing_found": ("nothing found", "발견 없음"),
    "rows_found": ("{rows} row(s)", "{rows}행"),
    "unanswered": ("not answered: {reason}", "답할 수 없음: {reason}"),
    "rules_note": (
        "A rule finds what to ask about. Whether it is an error, AWS or your contract says.",
        "규칙은 확인할 대상을 찾습니다. 오류 여부는 AWS 또는 계약으로 판단합니다.",
    ),
    "rows": ("What the rules found", "규칙이 찾은 내역"),
    "no_rows": (
        "No rule that could be answered found anything.",
        "답할 수 있는 규칙 중 발견된 것이 없습니다.",
    ),
    "rows_note": ("The {rows} largest.", "금액이 큰 {rows}건입니다."),
    "open_note": (
        "{number} difference(s), net {net}",
        "차이 {number}건, 순액 {net}",
    ),
    "rules_tile": ("Rules on the bill", "청구 데이터 규칙"),
    "rules_tile_note": (
        "{found} found something, {unanswered} not answered",
        "발견 {found}개, 답할 수 없음 {unanswered}개",
    ),
    "footer": (
        "Made by finops from the invoices and the build that is loaded.",
        "finops가 인보이스와 불러온 청구 데이터로 작성했습니다.",
    ),
    # Classes of differences.
    "class_rounding": ("rounding", "반올림"),
    "class_timing": ("timing", "시점 차이"),
    "class_moved": ("shown under another service", "다른 서비스로 표시됨"),
    "class_duplicate": ("a line twice", "중복된 항목"),
    "class_rate": ("another rate", "다른 단가"),
    "class_quantity": ("another quantity", "다른 수량"),
    "class_data_transfer": ("data transfer", "데이터 전송"),
    "class_marketplace": ("Marketplace", "Marketplace"),
    "class_support": ("support", "지원료"),
    "class_credit": ("credit that the bill lacks", "청구 데이터에 없는 크레딧"),
    "class_expired_credit": ("credit after its end", "만료된 크레딧"),
    "class_missing_credit": ("credit that the invoice lacks", "인보이스에 없는 크레딧"),
    "class_tax": ("tax", "세금"),
    "class_tax_entity": ("tax of another seller", "다른 판매자의 세금"),
    "class_fx": ("exchange rate", "환율"),
    "class_sum": ("the invoice does not add up", "인보이스 합계 오류"),
    "class_no_invoice": ("no file has the invoice", "인보이스 파일 없음"),
    "class_unknown_invoice": ("not in the bill", "청구 데이터에 없음"),
    "class_unexplained": ("unknown", "원인 불명"),
    # Rules.
    "rule_duplicate_lines": ("The same line twice in a delivery", "한 전달분에 같은 항목이 두 번"),
    "rule_above_list_price": ("On-demand usage above list price", "정가보다 비싼 온디맨드 사용"),
    "rule_contract_rate": ("Agreed rates and their tiers", "계약 단가와 구간"),
    "rule_commitment_fee": ("Fees of reservations and Savings Plans", "예약과 Savings Plan 요금"),
    "rule_expired_commitment": ("Commitments billed after their end", "만료 후 청구된 약정"),
    "rule_enterprise_discount": ("Enterprise discount", "기업 할인"),
    "rule_support_fee": ("Support by its tiers", "구간별 지원료"),
    "rule_resource_hours": ("More instance hours than the day has", "하루보다 긴 인스턴스 시간"),
    "rule_closed_account": ("Usage after an account closed", "폐쇄된 계정의 사용"),
    "rule_ended_resource": ("Usage after a resource ended", "종료된 리소스의 사용"),
    "rule_unused_region": ("Usage in a region nobody uses", "사용하지 않는 리전의 사용"),
    "rule_expired_credit": ("Credits after their end", "만료된 크레딧"),
    "rule_unused_credit": ("Credits left although eligible", "적용 가능한데 남은 크레딧"),
    "rule_wrong_seller": ("Sellers that no contract names", "계약에 없는 판매자"),
    "rule_tax_rate": ("Tax by seller", "판매자별 세금"),
    "rule_missing_account_days": ("Days missing of an account", "계정의 누락된 날짜"),
    "rule_missing_hours": ("Hours without any usage", "사용이 전혀 없는 시간"),
    "rule_late_usage": ("Usage of an earlier month", "이전 달의 사용"),
    "rule_negative_usage": ("Usage below zero", "음수 사용량"),
    "rule_covered_above_commitment": ("Commitments used above 100 %", "100 %를 넘은 약정 사용"),
    # Evidence of differences.
    "because_rounding": ("within {0}, for {1} lines of the bill", "청구 데이터 {1}행, 허용 {0}"),
    "because_moved": (
        "lines that only one of them has add up to nothing",
        "한쪽에만 있는 항목들의 합이 0",
    ),
    "because_repeated": ("equal lines; {0} is there once more", "같은 항목, {0}이 한 번 더 있음"),
    "because_as_much_as": (
        "as much as the bill has once: {0}",
        "청구 데이터의 한 항목과 같은 금액: {0}",
    ),
    "because_support": ("the fee differs from the bill's", "지원료가 청구 데이터와 다름"),
    "because_quantity": ("{0} units instead of {1}", "수량 {1} 대신 {0}"),
    "because_rate": ("{0} units at {1} instead of {2}", "수량 {0}, 단가 {2} 대신 {1}"),
    "because_differs": ("the line differs from the bill's", "항목이 청구 데이터와 다름"),
    "because_not_in_bill": ("the bill has no such line", "청구 데이터에 없는 항목"),
    "because_missing_credit": (
        "the bill has this credit and the invoice lacks it",
        "청구 데이터에 있는 크레딧이 인보이스에 없음",
    ),
    "because_expired_credit": (
        "the last credit of business/contracts.csv ended {0}",
        "business/contracts.csv의 마지막 크레딧이 {0}에 만료됨",
    ),
    "because_no_invoice_yet": (
        "{0} lines of the bill have no invoice yet",
        "청구 데이터 {0}행에 아직 인보이스가 없음",
    ),
    "because_delivered_again": (
        "the bill was delivered again on {0}, after the invoice of {1}",
        "인보이스 발행({1}) 뒤 {0}에 청구 데이터가 다시 전달됨",
    ),
    "because_no_file": (
        "{0} lines of the bill are of it; give its file too",
        "청구 데이터 {0}행이 이 인보이스에 속함. 파일을 함께 주세요",
    ),
    "because_cut_id": (
        "the bill has {0}: download the file anew, Excel cuts zeros off",
        "청구 데이터에는 {0}: Excel이 앞의 0을 지웠으니 파일을 다시 내려받으세요",
    ),
    "because_unknown_invoice": (
        "load the newest delivery of the month, or ask AWS what it is for",
        "이달의 최신 청구 데이터를 불러오거나 AWS에 문의하세요",
    ),
    "because_tax": ("its tax differs from the bill's tax lines", "청구 데이터의 세금과 다름"),
    "because_tax_too_much": (
        "has the tax of invoice {0}, {1}",
        "{1}의 인보이스 {0}에 속하는 세금이 들어 있음",
    ),
    "because_tax_too_little": (
        "its tax is on invoice {0}, {1}",
        "이 세금이 {1}의 인보이스 {0}에 있음",
    ),
    "because_fx": ("{0} {1} at {2}", "{0} {1}, 환율 {2}"),
    "because_sum": (
        "subtotal {0}, discounts {1}, fees {2}, taxes {3}; before tax {4}, total {5}",
        "소계 {0}, 할인 {1}, 수수료 {2}, 세금 {3}, 세전 {4}, 합계 {5}",
    ),
    "because_no_line": ("no line of the CSV differs", "CSV에서 다른 항목이 없음"),
    "because_give_csv": (
        "give its CSV too, which shows the line",
        "어느 항목인지 알 수 있도록 CSV도 주세요",
    ),
    # Evidence of rules.
    "found_duplicate_lines": ("line {0} of {1}, {2} times", "항목 {0}, {1}, {2}번"),
    "found_above_list_price": ("{0} lines, from {1}", "{0}행, {1}부터"),
    "found_contract_rate": (
        "{0} units at {1} on average instead of {2}",
        "수량 {0}, 평균 단가 {2} 대신 {1}",
    ),
    "found_commitment_fee": ("{0} hours at {1}", "{0}시간, 시간당 {1}"),
    "found_expired_commitment": ("ended {0}, billed from {1}", "{0} 만료, {1}부터 청구"),
    "found_enterprise_discount": (
        "discount of {0}, agreed {1} % of {2}",
        "할인 {0}, 계약은 {2}의 {1} %",
    ),
    "found_support_fee": ("tiers on {0}", "{0}에 대한 구간 요금"),
    "found_resource_hours": ("{0} hours billed of {1} on {2}", "{2}, {1}시간 중 {0}시간 청구"),
    "found_closed_account": ("closed {0}, used from {1}", "{0} 폐쇄, {1}부터 사용"),
    "found_ended_resource": ("terminated {0}, used from {1}", "{0} 종료, {1}부터 사용"),
    "found_unused_region": ("region {0} from {1}", "리전 {0}, {1}부터"),
    "found_expired_credit": ("{0}, agreed until {1}", "{0}, {1}까지 합의"),
    "found_unused_credit": (
        "{0} (line {1}) gave {2}, {3} was left",
        "{0} ({1}행): {2} 적용, {3} 남아 있었음",
    ),
    "found_wrong_seller": ("sold by {0}", "판매자 {0}"),
    "found_tax_rate": ("{0}, {1} %", "{0}, 세율 {1} %"),
    "found_missing_account_days": (
        "no usage on {0}, its days cost {1} on average",
        "{0}에 사용 없음, 하루 평균 {1}",
    ),
    "found_missing_hours": ("no usage at {0}", "{0}에 사용 없음"),
    "found_late_usage": ("usage from {0} to {1}", "{0}부터 {1}까지의 사용"),
    "found_negative_usage": ("{0} units from {1}", "수량 {0}, {1}부터"),
    "found_covered_above_commitment": (
        "more used than committed on {0} fees, from {1}",
        "요금 {0}건에서 약정보다 많이 사용, {1}부터",
    ),
    # Why a rule can't be answered.
    "lacks_contract": (
        "business/contracts.csv has no row of kind {kind}",
        "business/contracts.csv에 {kind} 행이 없음",
    ),
    "lacks_x_has_line_ids": ("the bill has no line item ids", "청구 데이터에 항목 ID가 없음"),
    "lacks_x_has_list_prices": ("the bill has no on-demand prices", "청구 데이터에 정가가 없음"),
    "lacks_x_has_instance_hours": (
        "the bill has no instances by resource id",
        "청구 데이터에 리소스 ID별 인스턴스가 없음",
    ),
    "lacks_x_has_known_regions": (
        "no month before is loaded, and business/contracts.csv has no row of kind region",
        "이전 달 데이터가 없고 business/contracts.csv에 region 행이 없음",
    ),
    "lacks_x_is_hourly": (
        "the bill is by day or month, not by hour",
        "청구 데이터가 시간 단위가 아님",
    ),
    "lacks_x_has_support_tiers": (
        "the bill has no support fee, or of a plan without tiers in mappings/support_tiers.csv",
        "지원료가 없거나 mappings/support_tiers.csv에 구간이 없음",
    ),
    "lacks_x_has_commitments": (
        "the bill has no reservation and no Savings Plan",
        "청구 데이터에 예약이나 Savings Plan이 없음",
    ),
}

# A text of the check by key and language, `en` or `ko`, with its values filled in.
say = partial(say_of, _TEXTS)
