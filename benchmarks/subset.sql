-- The rules of `duckdb_peer.SUBSET` over views `encounters`, `lines`, `item_codes` and the tables `points`,
-- `point_codes`: what a person who audits by SQL would write. Day and minute numbers as in the dataset.

CREATE OR REPLACE TEMP TABLE visits AS
SELECT
    bucket, enc, encounter_id, settlement_id, birth_date, institution_type, care_type, total_amount, lines_rejected,
    CASE WHEN sex IN ('1', '2') THEN sex END AS sex,
    CASE WHEN visit_type IS NOT NULL THEN visit_type = '2'
         ELSE starts_with(care_type, '2') OR starts_with(care_type, '52') END AS inpatient,
    CASE WHEN institution_level IN ('1', '2', '3', '4', '12') THEN 3
         WHEN institution_level IN ('5', '6', '7', '13') THEN 2
         WHEN institution_level IN ('8', '9', '10', '14') THEN 1
         WHEN institution_level = '11' THEN 0 END AS rank,
    insurance_type || '/' || care_type AS coverage,
    started_at // 1440 AS first_day,
    ended_at // 1440 AS last_day
FROM encounters;

CREATE OR REPLACE TEMP VIEW live AS
SELECT *, charged_at // 1440 AS day FROM lines WHERE quantity IS NULL OR quantity > 0;

CREATE OR REPLACE TEMP TABLE spoken_of AS
SELECT i.item, c.pt, p.slug, p.starts, p.ends
FROM item_codes i JOIN point_codes c USING (item_code) JOIN points p USING (pt)
WHERE NOT c.partner;

CREATE OR REPLACE TEMP TABLE met AS
SELECT
    l.bucket, l.enc, l.place, l.line_key, l.item, l.day, l.charged_at, l.quantity, l.amount, l.unit_price,
    l.department_id, l.first_line_used, s.pt, s.slug
FROM live l JOIN spoken_of s ON l.item = s.item AND l.day >= s.starts AND l.day < s.ends;

CREATE OR REPLACE TEMP TABLE found (
    rule_code VARCHAR, knowledge_point VARCHAR, encounter_id VARCHAR, line_key VARCHAR,
    excess_quantity BIGINT, amount_fen BIGINT
);

-- Scope: sex, age, insurance, care type, internet care, level, department, second line, 饮片 never paid.
INSERT INTO found
SELECT p.rule_code, p.point_id, v.encounter_id, m.line_key, m.quantity, greatest(coalesce(m.amount, 0), 0)
FROM met m JOIN visits v USING (bucket, enc) JOIN points p USING (pt)
WHERE CASE m.slug
    WHEN 'sex-mismatch' THEN v.sex <> p.sex
    WHEN 'age-out-of-range' THEN
        (v.birth_date <= m.day AND age_on(v.birth_date, m.day, p.unit) < p.at_least)
        OR age_on(v.birth_date, m.day, p.unit) >= p.below
    WHEN 'insurance-mismatch' THEN NOT starts_with_any(v.coverage, p.accepted)
    WHEN 'care-type-mismatch' THEN NOT starts_with_any(v.care_type, p.accepted)
    WHEN 'internet-prescribing' THEN starts_with_any(v.care_type, p.accepted)
    WHEN 'level-too-low' THEN
        v.rank < p.at_least
        AND NOT (v.rank >= p.exempt_at_least AND starts_with_any(v.institution_type, p.exempt_types))
    WHEN 'department-mismatch' THEN NOT starts_with_any(m.department_id, p.accepted)
    WHEN 'second-line-first' THEN m.first_line_used = FALSE
    WHEN 'herb-never-paid' THEN TRUE
    ELSE FALSE
END;

-- Frequency: what is beyond the limit lies on the latest lines of the hour, day or visit.
INSERT INTO found
WITH parts AS (
    SELECT m.*, p.allowed, p.period, p.rule_code, p.point_id,
        CASE p.period WHEN '日' THEN m.day WHEN '小时' THEN m.charged_at // 60 ELSE 0 END AS part
    FROM met m JOIN points p USING (pt)
    WHERE m.slug = 'quantity-over-limit'
),
over_limit AS (
    SELECT bucket, enc, pt, part, sum(quantity)::BIGINT - any_value(allowed) AS excess
    FROM parts
    GROUP BY ALL
    HAVING sum(quantity) > any_value(allowed)
        AND (any_value(period) <> '小时' OR bool_and(charged_at % 1440 <> 0))
),
laid AS (
    SELECT parts.*, excess - coalesce(sum(quantity) OVER (
        PARTITION BY bucket, enc, pt, part ORDER BY charged_at DESC, place DESC
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ), 0)::BIGINT AS remaining
    FROM parts JOIN over_limit USING (bucket, enc, pt, part)
    WHERE quantity IS NOT NULL
)
SELECT
    rule_code, point_id, v.encounter_id, line_key, least(quantity, remaining),
    CASE WHEN coalesce(amount, 0) <= 0 THEN 0
         WHEN remaining >= quantity THEN amount
         ELSE amount * remaining // quantity END
FROM laid JOIN visits v USING (bucket, enc)
WHERE remaining > 0;

-- Pairs: an item beside the one that contains it, within the interval.
INSERT INTO found
WITH contained AS (
    SELECT m.*, p.interval_word, p.rule_code, p.point_id, p.starts, p.ends
    FROM met m JOIN points p USING (pt)
    WHERE m.slug = 'contained-item-charged'
        AND (p.interval_word NOT IN ('同一小时', '6小时') OR m.charged_at % 1440 <> 0)
),
partner AS (
    SELECT i.item, c.pt FROM item_codes i JOIN point_codes c USING (item_code) WHERE c.partner
)
SELECT c.rule_code, c.point_id, v.encounter_id, c.line_key, c.quantity, greatest(coalesce(c.amount, 0), 0)
FROM contained c JOIN visits v USING (bucket, enc)
WHERE EXISTS (
    SELECT 1
    FROM live other JOIN partner ON other.item = partner.item
    WHERE other.bucket = c.bucket AND other.enc = c.enc AND partner.pt = c.pt
        AND other.day >= c.starts AND other.day < c.ends
        AND CASE c.interval_word
            WHEN '单日' THEN other.day = c.day
            WHEN '同一小时' THEN other.charged_at % 1440 <> 0 AND other.charged_at // 60 = c.charged_at // 60
            WHEN '6小时' THEN other.charged_at % 1440 <> 0 AND abs(other.charged_at - c.charged_at) <= 360
            ELSE TRUE
        END
);

-- Price above the ceiling, by level of institution where it differs.
INSERT INTO found
SELECT
    p.rule_code, p.point_id, v.encounter_id, m.line_key, NULL,
    CASE WHEN coalesce(m.amount, 0) <= 0 THEN 0
         ELSE least((m.unit_price - p.ceiling) * m.quantity // 100000000, m.amount) END
FROM met m JOIN visits v USING (bucket, enc) JOIN points p USING (pt)
WHERE m.slug = 'unit-price-over-ceiling' AND m.unit_price > p.ceiling AND m.quantity IS NOT NULL
    AND (p.rank = -1 OR p.rank = v.rank);

-- Charged on a day outside the stay; without settlement and discharge the person is still in hospital.
INSERT INTO found
SELECT code_of('charge-outside-stay'), NULL, v.encounter_id, l.line_key, l.quantity,
    greatest(coalesce(l.amount, 0), 0)
FROM live l JOIN visits v USING (bucket, enc)
WHERE v.inpatient AND (
    l.day < v.first_day
    OR (NOT (v.settlement_id IS NULL AND v.last_day IS NULL) AND l.day > v.last_day)
);

-- Quantity × price against amount; the price stands for anything within half its last decimal.
INSERT INTO found
WITH stepped AS (
    SELECT *, CASE
        WHEN unit_price % 10000 = 0 THEN 10000 WHEN unit_price % 1000 = 0 THEN 1000
        WHEN unit_price % 100 = 0 THEN 100 WHEN unit_price % 10 = 0 THEN 10 ELSE 1 END AS step
    FROM live
)
SELECT code_of('amount-mismatch'), NULL, v.encounter_id, s.line_key, NULL,
    CASE WHEN coalesce(s.amount, 0) <= 0 THEN 0 ELSE least(greatest(
        (s.billed_amount * 100000000 - s.billed_quantity * s.unit_price) // 100000000, 0), s.amount) END
FROM stepped s JOIN visits v USING (bucket, enc)
WHERE abs(s.billed_quantity * s.unit_price - s.billed_amount * 100000000) * 2
    > abs(s.billed_quantity) * s.step + 100000000;

-- The sum of the lines against the total of the settlement.
INSERT INTO found
SELECT code_of('total-mismatch'), NULL, v.encounter_id, NULL, NULL, 0
FROM visits v JOIN (SELECT bucket, enc, sum(billed_amount) AS billed FROM lines GROUP BY ALL) USING (bucket, enc)
WHERE v.lines_rejected = 0 AND abs(billed - v.total_amount) > 1;
