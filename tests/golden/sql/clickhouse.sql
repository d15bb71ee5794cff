-- zone
SET session_timezone = 'Asia/Shanghai';

-- values
SELECT DISTINCT
  nullIf(TRIM(CAST("渠道" AS Nullable(String))), '') AS "value"
FROM "mart"."leads";

-- slices
SELECT DISTINCT
  CASE
    WHEN nullIf(TRIM(CAST("渠道" AS Nullable(String))), '') IN ('公众号', '微信')
    THEN 'wechat'
    ELSE COALESCE(nullIf(TRIM(CAST("渠道" AS Nullable(String))), ''), '(none)')
  END AS "d0",
  COALESCE(nullIf(TRIM(CAST("region" AS Nullable(String))), ''), '(none)') AS "d1"
FROM "mart"."leads";

-- marks
SELECT
  "day",
  COUNT(*) AS "n",
  SUM("v0") AS "v0",
  SUM("v5") AS "v5"
FROM (
  SELECT
    CAST("day" AS Nullable(DATE)) AS "day",
    "cost" AS "v0",
    "followers" AS "v5"
  FROM "mart"."leads"
  WHERE
    CAST("day" AS Nullable(DATE)) >= CAST('2026-05-01' AS Nullable(DATE))
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
      WHEN nullIf(TRIM(CAST("渠道" AS Nullable(String))), '') IN ('公众号', '微信')
      THEN 'wechat'
      ELSE COALESCE(nullIf(TRIM(CAST("渠道" AS Nullable(String))), ''), '(none)')
    END AS "d0",
    CAST("day" AS Nullable(DATE)) AS "day",
    "cost" AS "v0",
    1 AS "v1",
    CASE
      WHEN "score" < 60
      AND (
        NOT (
          nullIf(TRIM(CAST("status" AS Nullable(String))), '') IN ('won')
        )
        OR nullIf(TRIM(CAST("status" AS Nullable(String))), '') IS NULL
      )
      THEN 1
      ELSE 0
    END AS "v2",
    CASE
      WHEN CAST("won_at" AS Nullable(DATE)) <= CAST(DATE_ADD(DAY, 30, CAST("day" AS Nullable(DATE))) AS Nullable(DATE))
      THEN 1
      ELSE 0
    END AS "v3",
    CASE
      WHEN nullIf(TRIM(CAST("status" AS Nullable(String))), '') IN ('it''s', '50%')
      THEN nullIf(TRIM(CAST("visitor" AS Nullable(String))), '')
      ELSE NULL
    END AS "v4"
  FROM "mart"."leads"
  WHERE
    CAST("day" AS Nullable(DATE)) >= CAST('2026-06-01' AS Nullable(DATE))
    AND CAST("day" AS Nullable(DATE)) <= CAST('2026-06-10' AS Nullable(DATE))
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
      WHEN CAST("day" AS Nullable(DATE)) < CAST('2026-06-08' AS Nullable(DATE))
      THEN 2944
      WHEN CAST("day" AS Nullable(DATE)) < CAST('2026-06-15' AS Nullable(DATE))
      THEN 2945
    END AS "period",
    "cost" AS "v0"
  FROM "mart"."leads"
  WHERE
    CAST("day" AS Nullable(DATE)) >= CAST('2026-06-01' AS Nullable(DATE))
    AND CAST("day" AS Nullable(DATE)) <= CAST('2026-06-10' AS Nullable(DATE))
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
    COALESCE(nullIf(TRIM(CAST("region" AS Nullable(String))), ''), '(none)') AS "d1",
    CAST("day" AS Nullable(DATE)) AS "day",
    EXTRACT(HOUR FROM "day") AS "hour",
    1 AS "v0"
  FROM "mart"."leads"
  WHERE
    CAST("day" AS Nullable(DATE)) >= CAST('2026-06-01' AS Nullable(DATE))
    AND CAST("day" AS Nullable(DATE)) <= CAST('2026-06-10' AS Nullable(DATE))
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
    CAST("day" AS Nullable(DATE)) >= CAST('2026-06-01' AS Nullable(DATE))
    AND CAST("day" AS Nullable(DATE)) <= CAST('2026-06-10' AS Nullable(DATE))
) AS "r";

-- a level by month
SELECT
  "d0",
  "period",
  SUM("level") AS "m0"
FROM (
  SELECT
    CASE
      WHEN nullIf(TRIM(CAST("渠道" AS Nullable(String))), '') IN ('公众号', '微信')
      THEN 'wechat'
      ELSE COALESCE(nullIf(TRIM(CAST("渠道" AS Nullable(String))), ''), '(none)')
    END AS "d0",
    COALESCE(nullIf(TRIM(CAST("region" AS Nullable(String))), ''), '(none)') AS "d1",
    CASE
      WHEN CAST("day" AS Nullable(DATE)) < CAST('2026-07-01' AS Nullable(DATE))
      THEN 677
    END AS "period",
    "followers" AS "level",
    ROW_NUMBER() OVER (
      PARTITION BY CASE
        WHEN nullIf(TRIM(CAST("渠道" AS Nullable(String))), '') IN ('公众号', '微信')
        THEN 'wechat'
        ELSE COALESCE(nullIf(TRIM(CAST("渠道" AS Nullable(String))), ''), '(none)')
      END, COALESCE(nullIf(TRIM(CAST("region" AS Nullable(String))), ''), '(none)'), CASE
        WHEN CAST("day" AS Nullable(DATE)) < CAST('2026-07-01' AS Nullable(DATE))
        THEN 677
      END
      ORDER BY "day" DESC, "followers" DESC
    ) AS "place"
  FROM "mart"."leads"
  WHERE
    CAST("day" AS Nullable(DATE)) >= CAST('2026-06-01' AS Nullable(DATE))
    AND CAST("day" AS Nullable(DATE)) <= CAST('2026-06-10' AS Nullable(DATE))
    AND NOT (
      "followers" IS NULL
    )
) AS "r"
WHERE
  "place" = 1
GROUP BY
  "d0",
  "period";

