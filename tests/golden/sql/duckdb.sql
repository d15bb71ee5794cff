-- zone
SET TimeZone = 'Asia/Shanghai';

-- values
SELECT DISTINCT
  NULLIF(TRIM(CAST("渠道" AS TEXT)), '') AS "value"
FROM "mart"."leads";

-- slices
SELECT DISTINCT
  CASE
    WHEN NULLIF(TRIM(CAST("渠道" AS TEXT)), '') IN ('公众号', '微信')
    THEN 'wechat'
    ELSE COALESCE(NULLIF(TRIM(CAST("渠道" AS TEXT)), ''), '(none)')
  END AS "d0",
  COALESCE(NULLIF(TRIM(CAST("region" AS TEXT)), ''), '(none)') AS "d1"
FROM "mart"."leads";

-- marks
SELECT
  "day",
  COUNT(*) AS "n",
  SUM("v0") AS "v0",
  SUM("v5") AS "v5"
FROM (
  SELECT
    CAST("day" AS DATE) AS "day",
    "cost" AS "v0",
    "followers" AS "v5"
  FROM "mart"."leads"
  WHERE
    CAST("day" AS DATE) >= CAST('2026-05-01' AS DATE)
) AS "r"
GROUP BY
  "day";

-- by channel and day
SELECT
  "d0",
  "day",
  SUM("v0") AS "m0",
  SUM("v1") AS "m1",
  SUM("v2") AS "m2",
  SUM("v3") AS "m3",
  COUNT(DISTINCT "v4") AS "m4"
FROM (
  SELECT
    CASE
      WHEN NULLIF(TRIM(CAST("渠道" AS TEXT)), '') IN ('公众号', '微信')
      THEN 'wechat'
      ELSE COALESCE(NULLIF(TRIM(CAST("渠道" AS TEXT)), ''), '(none)')
    END AS "d0",
    CAST("day" AS DATE) AS "day",
    "cost" AS "v0",
    1 AS "v1",
    CASE
      WHEN "score" < 60
      AND (
        NOT NULLIF(TRIM(CAST("status" AS TEXT)), '') IN ('won')
        OR NULLIF(TRIM(CAST("status" AS TEXT)), '') IS NULL
      )
      THEN 1
      ELSE 0
    END AS "v2",
    CASE
      WHEN CAST("won_at" AS DATE) <= CAST(CAST("day" AS DATE) + INTERVAL '30' DAY AS DATE)
      THEN 1
      ELSE 0
    END AS "v3",
    CASE
      WHEN NULLIF(TRIM(CAST("status" AS TEXT)), '') IN ('it''s', '50%')
      THEN NULLIF(TRIM(CAST("visitor" AS TEXT)), '')
      ELSE NULL
    END AS "v4"
  FROM "mart"."leads"
  WHERE
    CAST("day" AS DATE) >= CAST('2026-06-01' AS DATE)
    AND CAST("day" AS DATE) <= CAST('2026-06-10' AS DATE)
) AS "r"
GROUP BY
  "d0",
  "day";

-- by week
SELECT
  "period",
  SUM("v0") AS "m0"
FROM (
  SELECT
    CASE
      WHEN CAST("day" AS DATE) < CAST('2026-06-08' AS DATE)
      THEN 2944
      WHEN CAST("day" AS DATE) < CAST('2026-06-15' AS DATE)
      THEN 2945
    END AS "period",
    "cost" AS "v0"
  FROM "mart"."leads"
  WHERE
    CAST("day" AS DATE) >= CAST('2026-06-01' AS DATE)
    AND CAST("day" AS DATE) <= CAST('2026-06-10' AS DATE)
) AS "r"
GROUP BY
  "period";

-- by hour
SELECT
  "d1",
  "day",
  "hour",
  SUM("v0") AS "m0"
FROM (
  SELECT
    COALESCE(NULLIF(TRIM(CAST("region" AS TEXT)), ''), '(none)') AS "d1",
    CAST("day" AS DATE) AS "day",
    EXTRACT(HOUR FROM "day") AS "hour",
    1 AS "v0"
  FROM "mart"."leads"
  WHERE
    CAST("day" AS DATE) >= CAST('2026-06-01' AS DATE)
    AND CAST("day" AS DATE) <= CAST('2026-06-10' AS DATE)
) AS "r"
GROUP BY
  "d1",
  "day",
  "hour";

-- in all
SELECT
  SUM("v0") AS "m0"
FROM (
  SELECT
    "cost" AS "v0"
  FROM "mart"."leads"
  WHERE
    CAST("day" AS DATE) >= CAST('2026-06-01' AS DATE)
    AND CAST("day" AS DATE) <= CAST('2026-06-10' AS DATE)
) AS "r";

-- a level by month
SELECT
  "d0",
  "period",
  SUM("level") AS "m0"
FROM (
  SELECT
    CASE
      WHEN NULLIF(TRIM(CAST("渠道" AS TEXT)), '') IN ('公众号', '微信')
      THEN 'wechat'
      ELSE COALESCE(NULLIF(TRIM(CAST("渠道" AS TEXT)), ''), '(none)')
    END AS "d0",
    COALESCE(NULLIF(TRIM(CAST("region" AS TEXT)), ''), '(none)') AS "d1",
    CASE WHEN CAST("day" AS DATE) < CAST('2026-07-01' AS DATE) THEN 677 END AS "period",
    "followers" AS "level",
    ROW_NUMBER() OVER (
      PARTITION BY CASE
        WHEN NULLIF(TRIM(CAST("渠道" AS TEXT)), '') IN ('公众号', '微信')
        THEN 'wechat'
        ELSE COALESCE(NULLIF(TRIM(CAST("渠道" AS TEXT)), ''), '(none)')
      END, COALESCE(NULLIF(TRIM(CAST("region" AS TEXT)), ''), '(none)'), CASE WHEN CAST("day" AS DATE) < CAST('2026-07-01' AS DATE) THEN 677 END
      ORDER BY "day" DESC, "followers" DESC
    ) AS "place"
  FROM "mart"."leads"
  WHERE
    CAST("day" AS DATE) >= CAST('2026-06-01' AS DATE)
    AND CAST("day" AS DATE) <= CAST('2026-06-10' AS DATE)
    AND NOT "followers" IS NULL
) AS "r"
WHERE
  "place" = 1
GROUP BY
  "d0",
  "period";

